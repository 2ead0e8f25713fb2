"""Compacted topics on a running broker: what clients see, and what Apache Kafka thinks of the cleaned files."""
import subprocess

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic, ResourceType

from dump_log import find_nothing_wrong
from kafka_peer import KafkaNode
from ledger import retried
from millrace import binary, wait_for
from test_dump_log import replace_segments

SETTINGS = {"log.index.interval.bytes": "512", "log.cleaner.backoff.ms": "50", "log.cleaner.delete.retention.ms": "500",
            "log.cleaner.min.cleanable.ratio": "0.01", "offsets.topic.num.partitions": "2",
            "transaction.state.log.num.partitions": "2"}
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
PARTITIONS = (0, 1)
KEYS = 150


class Ledger:
    """Per partition and key what the last committed record says; a value of None is a tombstone."""

    def __init__(self):
        self.latest = {}
        self.count = 0

    def enter(self, messages):
        self.count += len(messages)
        for m in messages:
            at = (m.partition(), m.key())
            if at not in self.latest or self.latest[at][0] < m.offset():
                self.latest[at] = (m.offset(), m.value())

    def values(self):
        return {at: value for at, (_, value) in self.latest.items() if value is not None}


def write(bootstrap, topic, codec, ledger, transactions=6, records=1200):
    """An idempotent producer's records, then a transactional one's; every third transaction is aborted."""
    sent = []

    def note(error, message):
        assert error is None, error
        sent.append(message)

    def send(producer, number):
        key = b"key-%d" % (number * 7919 % KEYS)
        value = None if number % 13 == 0 else b"%s %d " % (codec.encode(), number) * 5
        producer.produce(topic, key=key, value=value, partition=number % 2, on_delivery=note)
        producer.poll(0)

    plain = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "compression.type": codec,
                      "batch.num.messages": 50, "linger.ms": 2})
    for i in range(records):
        send(plain, i)
    assert plain.flush(60) == 0
    ledger.enter(sent)
    copier = Producer({"bootstrap.servers": bootstrap, "transactional.id": f"{topic}-{codec}", "compression.type": codec})
    copier.init_transactions(30)
    for i in range(transactions):
        sent.clear()
        copier.begin_transaction()
        for j in range(15):
            send(copier, i * 31 + j)
        if i % 3 == 2:
            copier.flush(30)
            copier.abort_transaction(30)
        else:
            copier.commit_transaction(30)
            ledger.enter(sent)


def create(bootstrap, topic, config=None):
    config = {"cleanup.policy": "compact", **(config or {})}
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(topic, 2, 1, config=config)])[topic].result(20)


def make_segments_small(bootstrap, topic):
    entry = ConfigEntry("internal.segment.bytes", "4000", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.incremental_alter_configs([resource])[resource].result(20)


def read(bootstrap, topic):
    """All that a reader of committed records gets: (partition, offset, key, value)."""
    reader = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused", "check.crcs": True, "enable.auto.commit": False,
                       "isolation.level": "read_committed", "enable.partition.eof": True})
    found = []
    for partition in PARTITIONS:
        at = TopicPartition(topic, partition, 0)
        retried(lambda: reader.get_watermark_offsets(at, 20))
        reader.assign([at])
        while True:
            m = reader.poll(20)
            assert m is not None, f"{topic}-{partition} does not end"
            if m.error():
                assert m.error().name() == "_PARTITION_EOF", m.error()
                break
            found.append((m.partition(), m.offset(), m.key(), m.value()))
    reader.close()
    return found


def latest(records):
    last = {}
    for partition, _, key, value in records:
        last[partition, key] = value
    return {at: value for at, value in last.items() if value is not None}


def size_of(broker, topic):
    # Files go while they are counted.
    sizes = subprocess.run(["du", "-cb", *map(str, broker.data.glob(f"{topic}-*/*.log"))], capture_output=True, text=True)
    return int(sizes.stdout.splitlines()[-1].split()[0])


def is_clean(broker, partition):
    """All but the active segment was cleaned."""
    noted = broker.data / "cleaner-offset-checkpoint"
    lines = noted.read_text().splitlines()[2:] if noted.exists() else []
    offsets = {f"{t}-{p}": int(o) for t, p, o in (line.split() for line in lines)}
    bases = [int(p.stem) for p in (broker.data / partition).glob("*.log")]
    return bool(bases) and offsets.get(partition, 0) >= max(bases)


def compacted(own_broker):
    """A stopped broker whose topics were cleaned several times while they were written; their ledgers."""
    broker = own_broker(SETTINGS)
    broker.start()
    ledgers = {codec: Ledger() for codec in CODECS}
    for codec in CODECS:
        create(broker.bootstrap, codec, {"internal.segment.bytes": "8000"})
    commits = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "readers", "enable.auto.commit": False})
    for round_number in range(3):
        for codec in CODECS:
            write(broker.bootstrap, codec, codec, ledgers[codec])
            for i in range(5):
                commits.commit(offsets=[TopicPartition(codec, p, i + round_number, metadata="so far") for p in PARTITIONS],
                               asynchronous=False)
        # The next round meets tombstones and markers that have a horizon.
        for codec in CODECS:
            for p in PARTITIONS:
                wait_for(lambda: is_clean(broker, f"{codec}-{p}"), 60, f"{codec}-{p} to be cleaned")
    commits.close()
    return broker, ledgers


@pytest.mark.slow
def test_readers_see_the_latest_and_kafka_finds_nothing_wrong(own_broker, tools, millrace_only):
    broker, ledgers = compacted(own_broker)
    before = {}
    for codec in CODECS:
        before[codec] = read(broker.bootstrap, codec)
        assert latest(before[codec]) == ledgers[codec].values(), codec
        assert len(before[codec]) < ledgers[codec].count / 3, "hardly anything went"
        offsets = [(p, o) for p, o, _, _ in before[codec]]
        assert offsets == sorted(set(offsets)), codec
    broker.stop()
    assert not list(broker.data.rglob("*.cleaned")) and not list(broker.data.rglob("*.swap"))
    verified = subprocess.run([binary(), "log", "verify", broker.data], capture_output=True, text=True)
    assert verified.returncode == 0, verified
    checked = find_nothing_wrong(tools, broker.data)
    assert checked[".log"] > 25 and checked[".txnindex"] >= 5, checked

    # Killed and started: the same again.
    broker.start()
    assert {codec: latest(read(broker.bootstrap, codec)) for codec in CODECS} == {c: latest(before[c]) for c in CODECS}
    broker.kill()
    broker.start()
    assert {codec: latest(read(broker.bootstrap, codec)) for codec in CODECS} == {c: latest(before[c]) for c in CODECS}


def test_internal_topics_shrink_and_are_replayed(own_broker, millrace_only):
    broker = own_broker(SETTINGS)
    broker.start()
    create(broker.bootstrap, "orders")
    write(broker.bootstrap, "orders", "none", Ledger(), transactions=1, records=10)
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "readers", "enable.auto.commit": False})
    for i in range(600):
        if i == 1:
            make_segments_small(broker.bootstrap, "__consumer_offsets")
            make_segments_small(broker.bootstrap, "__transaction_state")
        consumer.commit(offsets=[TopicPartition("orders", p, i // 3) for p in PARTITIONS], asynchronous=False)
    write(broker.bootstrap, "orders", "none", Ledger(), transactions=60, records=10)
    for topic in ("__consumer_offsets", "__transaction_state"):
        wait_for(lambda: size_of(broker, topic) < 15_000, 60, f"{topic} to shrink")
    broker.kill()
    broker.start()
    found = retried(lambda: consumer.committed([TopicPartition("orders", p) for p in PARTITIONS], 20))
    consumer.close()
    assert [c.offset for c in found] == [199, 199]
    write(broker.bootstrap, "orders", "none", Ledger(), transactions=3, records=10)
    broker.stop()


@pytest.mark.slow
def test_apache_kafka_goes_on_with_a_cleaned_directory(own_broker, request, tmp_path, millrace_only):
    if request.config.getoption("--without-peers"):
        pytest.skip("--without-peers")
    broker, ledgers = compacted(own_broker)
    ours = {codec: read(broker.bootstrap, codec) for codec in CODECS}
    broker.stop()

    kafka = KafkaNode(tmp_path / "kafka", {**SETTINGS, "log.cleaner.enable": "false"}).start()
    try:
        for codec in CODECS:
            create(kafka.bootstrap, codec)
        # Makes Kafka create its offsets topic.
        reader = Consumer({"bootstrap.servers": kafka.bootstrap, "group.id": "readers"})
        retried(lambda: reader.committed([TopicPartition("none", 0)], 20))
        reader.close()
        kafka.stop()
        names = [f"{codec}-{p}" for codec in CODECS for p in PARTITIONS] + [f"__consumer_offsets-{p}" for p in PARTITIONS]
        for partition in names:
            replace_segments(broker.data / partition, kafka.data / partition)
        for checkpoint in ("recovery-point-offset-checkpoint", "replication-offset-checkpoint", ".kafka_cleanshutdown"):
            (kafka.data / checkpoint).unlink(missing_ok=True)
        kafka.start()
        assert {codec: read(kafka.bootstrap, codec) for codec in CODECS} == ours
        reader = Consumer({"bootstrap.servers": kafka.bootstrap, "group.id": "readers"})
        found = retried(lambda: reader.committed([TopicPartition(c, p) for c in CODECS for p in PARTITIONS], 20))
        reader.close()
        assert [c.offset for c in found] == [6] * len(CODECS) * 2
        # Both producers' kinds go on where they were.
        write(kafka.bootstrap, "zstd", "zstd", ledgers["zstd"], transactions=4, records=100)
        assert latest(read(kafka.bootstrap, "zstd")) == ledgers["zstd"].values()
    finally:
        kafka.kill()
