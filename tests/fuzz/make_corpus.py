#!/usr/bin/env python3
"""Writes the inputs with which the fuzz targets start, made of tests/data: messages and batches of Apache Kafka,
schemas and records of Apache Avro.

Usage: make_corpus.py FOLDER; one folder below it for each target.
"""
import json
import re
import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "data"


def record_seeds():
    """A byte that chooses codec and checksum, then a batch; and compressed bytes alone."""
    for path in sorted((DATA / "record").glob("*.bin")):
        batch = path.read_bytes()
        yield b"\x00" + batch
        yield b"\x01" + batch
        yield bytes([struct.unpack_from(">h", batch, 21)[0] & 7]) + batch[61:]


def wire_seeds():
    """Two bytes that choose message and version, then the body."""
    order = re.findall(r"wire::(\w+(?:Request|Response))", (HERE / "wire_fuzz.cc").read_text())
    first_version = {}
    for line in (DATA / "wire" / "golden.txt").read_text().splitlines():
        name, version, *body = line.split()
        if name in order:
            choice = int(version) - first_version.setdefault(name, int(version))
            yield bytes([order.index(name), choice]) + bytes.fromhex("".join(body))


def recovery_seeds():
    """Segments: batches whose offsets follow one another, whole and torn."""
    segment, offset = b"", 0
    for path in sorted((DATA / "record").glob("java_*.bin")):
        batch = bytearray(path.read_bytes())
        struct.pack_into(">q", batch, 0, offset)
        offset += struct.unpack_from(">i", batch, 23)[0] + 1
        segment += batch
        yield segment
    yield segment[:-7]
    yield segment[:300] + bytes(200) + segment[500:]
    yield segment + bytes(4096)


def avro_seeds():
    """A schema's text, a zero byte, a record."""
    for case in json.loads((DATA / "avro" / "records.json").read_text()):
        yield json.dumps(case["schema"]).encode() + b"\x00" + bytes.fromhex(case["hex"])
    for case in json.loads((DATA / "avro" / "canonical.json").read_text()):
        yield case["schema"].encode()


if __name__ == "__main__":
    for target, seeds in (("record", record_seeds()), ("wire", wire_seeds()), ("recovery", recovery_seeds()),
                          ("avro", avro_seeds())):
        folder = Path(sys.argv[1]) / f"{target}_fuzz"
        folder.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds):
            (folder / f"seed-{number:03}").write_bytes(seed)
