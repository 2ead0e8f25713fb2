"""Record batches of any make, right or bent in one field, and what is in the batches that come back."""

import gzip
import struct

import lz4.frame
import snappy
import zstandard

from wire_client import crc32c, varint

COMPRESS = {
    0: bytes,
    1: lambda data: gzip.compress(data, mtime=0),
    2: snappy.compress,
    3: lz4.frame.compress,
    4: zstandard.ZstdCompressor().compress,
}
DECOMPRESS = {
    0: bytes,
    1: gzip.decompress,
    3: lz4.frame.decompress,
    4: lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}
CONTROL, LOG_APPEND_TIME = 0x20, 0x08


def record(value, delta, key=None, time_delta=0, headers=()):
    def sized(data):
        return varint(-1) if data is None else varint(len(data)) + data

    body = b"\0" + varint(time_delta) + varint(delta) + sized(key) + sized(value) + varint(len(headers))
    body += b"".join(sized(k) + sized(v) for k, v in headers)
    return varint(len(body)) + body


def batch(
    records=((None, b"v"),),
    *,
    attributes=0,
    timestamp=0,
    step_ms=0,
    producer_id=-1,
    producer_epoch=-1,
    sequence=-1,
    magic=2,
    count=None,
    last_delta=None,
    crc=None,
    length_change=0,
    base_offset=0,
    leader_epoch=0,
    cut=0
):
    """One batch of (key, value) records, `step_ms` apart; those behind `sequence` bend one field off the truth."""
    payload = b"".join(record(value, i, key, i * step_ms) for i, (key, value) in enumerate(records))
    payload = COMPRESS.get(attributes & 7, bytes)(payload)
    count = len(records) if count is None else count
    last_delta = count - 1 if last_delta is None else last_delta
    last = timestamp + max(len(records) - 1, 0) * step_ms
    checked = (
        struct.pack(
            ">HiqqqhiI",
            attributes & 0xFFFF,
            last_delta,
            timestamp,
            last,
            producer_id,
            producer_epoch,
            sequence,
            count & 0xFFFFFFFF,
        )
        + payload
    )
    tail = struct.pack(">ibI", leader_epoch, magic, crc32c(checked) if crc is None else crc) + checked
    whole = struct.pack(">qi", base_offset, len(tail) + length_change) + tail
    return whole[: len(whole) - cut]


def of_producer(data, producer_id):
    """One batch as another producer would have sent it."""
    changed = bytearray(data)
    struct.pack_into(">q", changed, 43, producer_id)
    struct.pack_into(">I", changed, 17, crc32c(bytes(changed[21:])))
    return bytes(changed)


def describe(data):
    """The batches of a record set as dicts; compressed records as they are unpacked, so that levels do not matter.

    Control batches are written by the broker, and where it is the broker that tells the time, times differ.
    """
    described = []
    while data:
        if len(data) < 61 or len(data) < 12 + struct.unpack_from(">i", data, 8)[0]:
            described.append({"Cut": len(data)})  # a limit of the request ended the last batch early
            break
        base, size, epoch, magic, _ = struct.unpack_from(">qiibI", data)
        attributes, last, first_time, last_time, producer, producer_epoch, sequence, count = struct.unpack_from(
            ">hiqqqhii", data, 21
        )
        payload, data = data[61 : 12 + size], data[12 + size :]
        unpack = DECOMPRESS.get(attributes & 7)
        if unpack and attributes & 7:
            payload = unpack(payload)
        own_time = attributes & (CONTROL | LOG_APPEND_TIME)
        described.append(
            {
                "BaseOffset": base,
                "LeaderEpoch": epoch,
                "Magic": magic,
                "Attributes": attributes,
                "LastDelta": last,
                "FirstTime": None if attributes & CONTROL else first_time,
                "LastTime": None if own_time else last_time,
                "ProducerId": producer,
                "ProducerEpoch": producer_epoch,
                "Sequence": sequence,
                "Count": count,
                "Payload": payload[:0] if attributes & 7 and not unpack else payload,
            }
        )
    return described
