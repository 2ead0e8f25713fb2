#!/usr/bin/env python3
"""Writes kafka_python_*.bin, aiokafka_*.bin and snappy_raw.bin: batches as the Python clients write them.

Usage: make_batches.py FOLDER, with kafka-python, aiokafka and their codecs installed. The records are those of
tests/record/golden_test.cc.
"""
import struct
import sys
from pathlib import Path

import cramjam
from aiokafka.record.default_records import DefaultRecordBatchBuilder as AiokafkaBuilder
from kafka.record.default_records import DefaultRecordBatchBuilder as KafkaPythonBuilder

CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}


def records(count=20, words=3):
    for i in range(count):
        key = None if i % 3 == 2 else f"key-{i}".encode()
        value = None if i % 5 == 4 else (f"value-{i} " * (0 if i % 7 == 6 else words)).encode()
        headers = [("trace", f"t{i}".encode()), ("empty", b""), ("null", None)] if i % 4 == 3 else []
        yield i, 1700000000000 + (i if i % 2 == 0 else -i), key, value, headers


def batch(builder_class, codec):
    builder = builder_class(magic=2, compression_type=codec, is_transactional=False, producer_id=-1, producer_epoch=-1,
                            base_sequence=-1, batch_size=1 << 20)
    for offset, timestamp, key, value, headers in records():
        assert builder.append(offset, timestamp, key, value, headers)
    return bytes(builder.build())


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def snappy_raw():
    """Other clients than Java's write one raw block instead of framing it."""
    plain = batch(KafkaPythonBuilder, 0)
    head, body = bytearray(plain[:61]), bytes(cramjam.snappy.compress_raw(plain[61:]))
    struct.pack_into(">h", head, 21, CODECS["snappy"])
    struct.pack_into(">i", head, 8, len(head) + len(body) - 12)
    struct.pack_into(">I", head, 17, crc32c(bytes(head[21:]) + body))
    return bytes(head) + body


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for name, codec in CODECS.items():
        (folder / f"kafka_python_{name}.bin").write_bytes(batch(KafkaPythonBuilder, codec))
        (folder / f"aiokafka_{name}.bin").write_bytes(batch(AiokafkaBuilder, codec))
    (folder / "snappy_raw.bin").write_bytes(snappy_raw())
