"""After a clean stop Kafka's DumpLogSegments reads every file of the directory and finds nothing wrong."""
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from dump_log import find_nothing_wrong
from kafka_peer import KafkaNode
from ledger import retried

SETTINGS = {"log.segment.bytes": str(1 << 20), "log.index.interval.bytes": "512", "offsets.topic.num.partitions": "4"}


def load(bootstrap, codecs=("none", "gzip", "snappy", "lz4", "zstd")):
    """Fills a topic per codec over several segments, and commits in a group."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for codec in codecs:
        admin.create_topics([NewTopic(codec, 2, 1)])[codec].result(20)
        producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "compression.type": codec,
                             "batch.num.messages": 200, "linger.ms": 5})
        for i in range(20000):
            producer.produce(codec, key=b"%d" % (i % 100), value=b"%x" % (i * 7919 ** 60), headers={"n": b"%d" % i})
            producer.poll(0)
        assert producer.flush(60) == 0
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "readers", "enable.auto.commit": False,
                         "auto.offset.reset": "earliest"})
    consumer.subscribe(["lz4"])
    left, commits = 20000 // 2, 0
    while left > 0:
        last = {}
        for m in consumer.consume(min(500, left), 5):
            assert m.error() is None, m.error()
            last[m.partition()] = TopicPartition("lz4", m.partition(), m.offset() + 1, metadata="so far")
            left -= 1
        if last:
            consumer.commit(offsets=list(last.values()), asynchronous=False)
            commits += 1
    assert commits >= 20
    consumer.close()


def test_kafka_finds_nothing_wrong_in_any_file(own_broker, tools):
    broker = own_broker(SETTINGS)
    broker.start()
    load(broker.bootstrap)
    broker.stop()

    checked = find_nothing_wrong(tools, broker.data)
    assert checked[".log"] > 15 and checked[".index"] > 20 and checked[".timeindex"] > 20, checked
    assert checked[".snapshot"] >= 10 and checked["committed"] >= 20, checked


def test_apache_kafka_serves_segments_written_here(own_broker, request, tmp_path):
    """The way back: topics are created in Kafka, our segment files take the place of its own."""
    if request.config.getoption("--without-peers"):
        pytest.skip("--without-peers")
    broker = own_broker(SETTINGS)
    broker.start()
    load(broker.bootstrap, ["lz4"])
    ours = read_all(broker.bootstrap, "lz4")
    broker.stop()

    kafka = KafkaNode(tmp_path / "kafka", {**SETTINGS, "log.retention.ms": "-1"}).start()
    try:
        admin = AdminClient({"bootstrap.servers": kafka.bootstrap, "log_level": 2})
        admin.create_topics([NewTopic("lz4", 2, 1)])["lz4"].result(20)
        committed_offsets(kafka.bootstrap, "lz4")  # makes Kafka create its offsets topic
        kafka.stop()
        for partition in ("lz4-0", "lz4-1", *(f"__consumer_offsets-{p}" for p in range(4))):
            replace_segments(broker.data / partition, kafka.data / partition)
        for checkpoint in ("recovery-point-offset-checkpoint", "replication-offset-checkpoint", ".kafka_cleanshutdown"):
            (kafka.data / checkpoint).unlink(missing_ok=True)
        kafka.start()
        assert read_all(kafka.bootstrap, "lz4") == ours
        assert sum(committed_offsets(kafka.bootstrap, "lz4")) == 10000
    finally:
        kafka.kill()


def replace_segments(source, target):
    for old in target.iterdir():
        if old.name != "partition.metadata":
            old.unlink()
    for new in source.iterdir():
        if new.name != "partition.metadata":
            (target / new.name).write_bytes(new.read_bytes())


def read_all(bootstrap, topic):
    reader = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused", "check.crcs": True, "enable.auto.commit": False})
    found = []
    for partition in (0, 1):
        at = TopicPartition(topic, partition, 0)
        end = retried(lambda: reader.get_watermark_offsets(at, 20))[1]
        reader.assign([at])
        count = 0
        while count < end:
            for m in reader.consume(5000, 10):
                assert m.error() is None, m.error()
                found.append((partition, m.offset(), m.timestamp(), m.key(), m.value(), m.headers()))
                count += 1
    reader.close()
    return found


def committed_offsets(bootstrap, topic):
    reader = Consumer({"bootstrap.servers": bootstrap, "group.id": "readers"})
    found = retried(lambda: reader.committed([TopicPartition(topic, p) for p in (0, 1)], 20))
    reader.close()
    return [max(0, c.offset) for c in found]
