"""What Spark's Kafka source asks of a broker, asked by clients: offsets by time, explicit offsets without a group,
committed records only, topics of many partitions. The proofs of tests/run --stack ask the same with Spark itself."""
import uuid

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

from millrace import wait_for

DAY_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z
HOUR_MS = 3_600_000
KEPT = {"retention.ms": "-1"}  # whatever the day of the test


@pytest.fixture
def admin(bootstrap):
    return AdminClient({"bootstrap.servers": bootstrap})


@pytest.fixture
def topic(admin, name):
    def make(partitions):
        topic = name("user_events")
        admin.create_topics([NewTopic(topic, partitions, 1, config=KEPT)])[topic].result(60)
        return topic
    return make


@pytest.fixture
def source(bootstrap):
    """A consumer as a task of Spark has it: a group name of its own that it never joins, no commits."""
    opened = []

    def open_source(isolation="read_uncommitted"):
        opened.append(Consumer({"bootstrap.servers": bootstrap, "group.id": f"spark-kafka-source-{uuid.uuid4()}",
                                "enable.auto.commit": False, "auto.offset.reset": "error", "isolation.level": isolation}))
        return opened[-1]

    yield open_source
    for consumer in opened:
        consumer.close()


def send(bootstrap, topic, values, partition=0, hour=None, **settings):
    producer = Producer({"bootstrap.servers": bootstrap, **settings})
    when = {} if hour is None else {"timestamp": DAY_MS + hour * HOUR_MS}
    for value in values:
        producer.produce(topic, value, partition=partition, **when)
    assert producer.flush(30) == 0
    return producer


def transaction(bootstrap, topic, values, commit):
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": str(uuid.uuid4())})
    producer.init_transactions(30)
    producer.begin_transaction()
    for value in values:
        producer.produce(topic, value, partition=0)
    producer.flush(30)
    producer.commit_transaction(30) if commit else producer.abort_transaction(30)


def found(admin, topic, partitions, what):
    """Offset by partition, of all partitions in one question."""
    answers = admin.list_offsets({TopicPartition(topic, p): what for p in range(partitions)})
    return {tp.partition: answer.result(30).offset for tp, answer in answers.items()}


def slice_of(consumer, topic, partition, begin, end):
    """(offset, value) of the records from `begin` on; ends when the position reaches `end`, as a task does."""
    consumer.assign([TopicPartition(topic, partition, begin)])
    records = []
    for _ in range(1000):
        message = consumer.poll(0.1)
        if message is not None:
            assert message.error() is None
            records.append((message.offset(), message.value()))
        if consumer.position([TopicPartition(topic, partition)])[0].offset >= end:
            break
    return [record for record in records if record[0] < end]


def test_a_time_is_one_offset_a_partition(bootstrap, admin, topic):
    events = topic(3)
    for partition, hours in enumerate([(0, 1, 2), (1, 1), (0,)]):
        for hour in hours:
            send(bootstrap, events, [b"a", b"b"], partition, hour)

    def at(hour):
        return found(admin, events, 3, OffsetSpec.for_timestamp(DAY_MS + hour * HOUR_MS))

    assert at(0) == {0: 0, 1: 0, 2: 0}
    assert at(1) == {0: 2, 1: 0, 2: -1}
    assert at(2) == {0: 4, 1: -1, 2: -1}
    assert found(admin, events, 3, OffsetSpec.earliest()) == {0: 0, 1: 0, 2: 0}
    assert found(admin, events, 3, OffsetSpec.latest()) == {0: 6, 1: 4, 2: 2}


def test_a_batch_is_read_between_two_offsets_and_leaves_no_group(bootstrap, admin, topic, source):
    events = topic(1)
    values = [b"%d" % i for i in range(500)]
    send(bootstrap, events, values)
    consumer = source()
    for begin, end in ((120, 260), (260, 500), (120, 260)):  # a failed batch is read again
        assert slice_of(consumer, events, 0, begin, end) == list(enumerate(values))[begin:end]
    groups = admin.list_consumer_groups().result(30).valid
    assert not [g.group_id for g in groups if g.group_id.startswith("spark-kafka-source-")]


def test_committed_readers_pass_aborted_records_and_markers(bootstrap, admin, topic, source):
    events = topic(1)
    send(bootstrap, events, [b"plain"])                                       # 0
    transaction(bootstrap, events, [b"no"] * 3, commit=False)                 # 1 to 3, its marker 4
    transaction(bootstrap, events, [b"yes"] * 2, commit=True)                 # 5 and 6, its marker 7
    end = 8
    wait_for(lambda: found(admin, events, 1, OffsetSpec.latest()) == {0: end}, what="markers, which follow the answer")
    assert slice_of(source("read_committed"), events, 0, 0, end) == [(0, b"plain"), (5, b"yes"), (6, b"yes")]
    assert slice_of(source("read_committed"), events, 0, 2, end) == [(5, b"yes"), (6, b"yes")]
    assert slice_of(source("read_committed"), events, 0, 7, end) == []        # a marker alone
    assert [offset for offset, _ in slice_of(source(), events, 0, 0, 4)] == [0, 1, 2, 3]


def test_every_one_of_many_partitions_has_its_offsets_and_records(bootstrap, admin, topic, source):
    partitions = 200
    events = topic(partitions)
    producer = Producer({"bootstrap.servers": bootstrap})
    for partition in range(partitions):
        for _ in range(1 + partition % 3):
            producer.produce(events, b"%d" % partition, partition=partition)
    assert producer.flush(60) == 0

    described = admin.list_topics(events, timeout=30).topics[events].partitions
    assert sorted(described) == list(range(partitions))
    assert {p.leader for p in described.values()} == {next(iter(described.values())).leader}
    ends = found(admin, events, partitions, OffsetSpec.latest())
    assert ends == {p: 1 + p % 3 for p in range(partitions)}

    consumer = source()
    consumer.assign([TopicPartition(events, p, 0) for p in range(partitions)])
    read = {p: [] for p in range(partitions)}
    for _ in range(1000):
        for message in consumer.consume(500, 0.1):
            read[message.partition()].append(message.value())
        if sum(map(len, read.values())) == sum(ends.values()):
            break
    assert read == {p: [b"%d" % p] * (1 + p % 3) for p in range(partitions)}
