"""What a topic's configuration does to the batches that are sent to it: refused, rewritten, or stored as they came."""
import gzip
import struct
import time

import lz4.frame
import pytest
import snappy
import zstandard

from wire_client import batch, record

NONE, GZIP, SNAPPY, LZ4, ZSTD = range(5)
CODECS = ["uncompressed", "gzip", "snappy", "lz4", "zstd"]
UNPACK = {NONE: bytes, GZIP: gzip.decompress, LZ4: lz4.frame.decompress,
          ZSTD: lambda packed: zstandard.ZstdDecompressor().decompressobj().decompress(packed)}
DAY = 24 * 3600 * 1000


def unpack_snappy(packed):
    """Raw, or in the blocks that Kafka's Java code writes."""
    if not packed.startswith(b"\x82SNAPPY\0"):
        return snappy.decompress(packed)
    out, at = b"", 16
    while at < len(packed):
        size = struct.unpack_from(">i", packed, at)[0]
        out, at = out + snappy.decompress(packed[at + 4:at + 4 + size]), at + 4 + size
    return out


def now():
    return int(time.time() * 1000)


def gzipped(values, **more):
    payload = gzip.compress(b"".join(record(v, i) for i, v in enumerate(values)), mtime=0)
    return batch(payload=payload, attributes=GZIP, count=len(values), **more)


def produce(side, topic, records, acks=-1):
    data = [{"Name": topic, "PartitionData": [{"Index": 0, "Records": records}]}]
    answer = side.ask("Produce", 9, {"Acks": acks, "TimeoutMs": 5000, "TopicData": data}, ("ErrorMessage", "BatchIndexErrorMessage"))
    partition = answer["Responses"][0]["PartitionResponses"][0]
    return {**partition, "LogAppendTimeMs": partition["LogAppendTimeMs"] >= 0}


def stored(side, topic):
    """Of each batch: codec, whether the log gave the time, how old its time is in days, its records unpacked."""
    wanted = {"Topic": topic, "Partitions": [{"Partition": 0, "FetchOffset": 0, "PartitionMaxBytes": 1 << 20}]}
    answer = side.say("Fetch", 12, {"MaxWaitMs": 0, "MinBytes": 0, "SessionEpoch": -1, "Topics": [wanted]})
    data, found = answer["Responses"][0]["Partitions"][0]["Records"] or b"", []
    while data:
        size = 12 + struct.unpack_from(">i", data, 8)[0]
        attributes, _, _, newest = struct.unpack_from(">hiqq", data, 21)
        packed, codec = data[61:size], attributes & 7
        records = unpack_snappy(packed) if codec == SNAPPY else UNPACK[codec](packed)
        found.append((codec, bool(attributes & 8), round((now() - newest) / DAY), records))
        data = data[size:]
    return found


@pytest.mark.parametrize("codec", ["producer", *CODECS])
def test_the_topic_chooses_the_codec(both, codec):
    def conversation(side):
        topic = side.topic("t", configs={"compression.type": codec})
        values, time_now = [b"a" * 100, b"b" * 100], now()
        said = [produce(side, topic, batch(values, timestamp=time_now)), produce(side, topic, gzipped(values, timestamp=time_now))]
        return said, stored(side, topic)

    _, found = both(conversation)
    chosen = [NONE, GZIP] if codec == "producer" else [CODECS.index(codec)] * 2
    assert [kept[0] for kept in found] == chosen


def test_the_log_gives_the_time(both):
    def conversation(side):
        topic = side.topic("t", configs={"message.timestamp.type": "LogAppendTime", "message.timestamp.before.max.ms": "1"})
        old = now() - 3 * DAY
        said = [produce(side, topic, records) for records in (batch(timestamp=old), gzipped([b"a", b"b"], timestamp=old))]
        return said, stored(side, topic)

    said, found = both(conversation)
    assert all(partition["LogAppendTimeMs"] for partition in said)
    assert [kept[1:3] for kept in found] == [(True, 0)] * 2


@pytest.mark.parametrize("limit", ["before", "after"])
def test_times_too_far_from_now_are_refused(both, limit):
    def conversation(side):
        topic = side.topic("t", configs={f"message.timestamp.{limit}.max.ms": str(DAY)})
        way = -1 if limit == "before" else 1
        times = [now() + way * days * DAY // 2 for days in (0, 1, 3)]
        said = [produce(side, topic, make([b"a", b"b"], timestamp=at)) for at in times for make in (batch, gzipped)]
        return said, stored(side, topic)

    said, found = both(conversation)
    assert [partition["ErrorCode"] for partition in said] == [0, 0, 0, 0, 32, 32]
    assert len(found) == 4


def test_a_batch_may_be_so_large(both):
    def conversation(side):
        topic = side.topic("t", configs={"max.message.bytes": "200"})
        packed = side.topic("p", configs={"max.message.bytes": "200", "compression.type": "uncompressed"})
        room = 200 - len(batch([b""]))
        values = [b"x" * (room - 10), b"x" * (room - 1), b"x" * room, b"x" * 400]
        said = [produce(side, topic, batch([value], timestamp=now())) for value in values]
        said += [produce(side, name, gzipped([b"x" * 400], timestamp=now())) for name in (topic, packed)]
        return said, stored(side, topic), stored(side, packed)

    said, kept, unpacked = both(conversation)
    assert [partition["ErrorCode"] for partition in said[:4]].count(10) >= 1
    assert len(kept) == [partition["ErrorCode"] for partition in said[:5]].count(0)


def test_more_replicas_than_there_are_ask_for_those_that_there_are(both):
    def conversation(side):
        topic = side.topic("t", configs={"min.insync.replicas": "2"})
        said = [produce(side, topic, batch(timestamp=now()), acks) for acks in (-1, 1)]
        return [partition["ErrorCode"] for partition in said], len(stored(side, topic))

    assert both(conversation) == ([0, 0], 2)


def test_records_of_a_compacted_topic_have_keys(both):
    def conversation(side):
        topic = side.topic("t", configs={"cleanup.policy": "compact"})
        keyed = batch(payload=record(b"v", 0, b"k") + record(b"v", 1), count=2, timestamp=now())
        return produce(side, topic, keyed), stored(side, topic)

    said, kept = both(conversation)
    assert (said["ErrorCode"], kept) == (87, [])
