"""Transactions with every client that has them: commit, abort, fencing, offsets, and Kafka's tools."""
import asyncio

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from millrace import wait_for


def create(bootstrap, topic, partitions):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(20)
    return topic


@pytest.fixture
def topic(bootstrap, name):
    return create(bootstrap, name("transactional"), 3)


def transactional(bootstrap, transactional_id, **config):
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": transactional_id, **config})
    producer.init_transactions(30)
    return producer


def read_all(bootstrap, topic, count, isolation="read_committed"):
    """The values of all partitions, once `count` of them came and nothing more did for a moment."""
    reader = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused", "isolation.level": isolation,
                       "auto.offset.reset": "earliest", "enable.partition.eof": True, "fetch.wait.max.ms": 20})
    try:
        partitions = reader.list_topics(topic, 10).topics[topic].partitions
        reader.assign([TopicPartition(topic, p, 0) for p in partitions])
        values, ended = [], set()

        def poll():
            for message in reader.consume(500, 0.1):
                if message.error():
                    assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
                    ended.add(message.partition())
                else:
                    values.append(message.value().decode())
            return len(ended) == len(partitions) and len(values) >= count

        wait_for(poll, 30, f"{count} {isolation} records of {topic}", step=0)
        return sorted(values)
    finally:
        reader.close()


def test_committed_records_are_read_aborted_ones_are_not(bootstrap, topic, name):
    producer = transactional(bootstrap, name("txn"))
    for round_, end in enumerate([producer.commit_transaction, producer.abort_transaction] * 3):
        producer.begin_transaction()
        for i in range(20):
            producer.produce(topic, value=f"{round_}-{i:02}", partition=i % 3)
        producer.flush(20)
        end(20)
    committed = sorted(f"{r}-{i:02}" for r in (0, 2, 4) for i in range(20))
    assert read_all(bootstrap, topic, 60) == committed
    assert len(read_all(bootstrap, topic, 120, "read_uncommitted")) == 120


def test_open_transaction_hides_what_follows_it(bootstrap, topic, name):
    open_one = transactional(bootstrap, name("txn"))
    open_one.begin_transaction()
    open_one.produce(topic, value="open", partition=0)
    open_one.flush(20)
    plain = Producer({"bootstrap.servers": bootstrap})
    plain.produce(topic, value="behind", partition=0)
    assert plain.flush(20) == 0
    assert read_all(bootstrap, topic, 0) == []
    open_one.commit_transaction(20)
    assert read_all(bootstrap, topic, 2) == ["behind", "open"]


def test_newer_producer_fences_the_older(bootstrap, topic, name):
    transactional_id = name("txn")
    first = transactional(bootstrap, transactional_id)
    first.begin_transaction()
    first.produce(topic, value="of the first", partition=0)
    first.flush(20)
    second = transactional(bootstrap, transactional_id)
    with pytest.raises(KafkaException) as fenced:
        first.commit_transaction(20)
    assert fenced.value.args[0].fatal()
    second.begin_transaction()
    second.produce(topic, value="of the second", partition=0)
    second.commit_transaction(20)
    assert read_all(bootstrap, topic, 1) == ["of the second"]


def test_offsets_are_committed_with_the_records(bootstrap, topic, name):
    source, group = create(bootstrap, name("source"), 1), name("group")
    plain = Producer({"bootstrap.servers": bootstrap})
    for i in range(10):
        plain.produce(source, value=f"in-{i}")
    assert plain.flush(20) == 0
    producer = transactional(bootstrap, name("txn"))
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest",
                         "enable.auto.commit": False})
    consumer.subscribe([source])
    read = []
    wait_for(lambda: read.extend(consumer.consume(10 - len(read), 0.2)) or len(read) == 10, 30, "10 records", step=0)

    def send(outcome, offset):
        producer.begin_transaction()
        for message in read[:offset]:
            producer.produce(topic, value=b"out-" + message.value()[3:])
        producer.send_offsets_to_transaction([TopicPartition(source, 0, offset)],
                                             consumer.consumer_group_metadata(), 20)
        outcome(20)

    def committed():
        return consumer.committed([TopicPartition(source, 0)], 20)[0].offset

    send(producer.abort_transaction, 4)
    assert committed() < 0
    send(producer.commit_transaction, 10)
    assert committed() == 10
    consumer.close()
    assert read_all(bootstrap, topic, 10) == [f"out-{i}" for i in range(10)]


def test_kafka_python_commits_and_aborts(bootstrap, topic, name):
    from kafka import KafkaProducer

    producer = KafkaProducer(bootstrap_servers=bootstrap, transactional_id=name("txn"))
    try:
        producer.init_transactions()
        for value, end in ((b"kept", producer.commit_transaction), (b"dropped", producer.abort_transaction)):
            producer.begin_transaction()
            producer.send(topic, value).get(20)
            end()
    finally:
        producer.close()
    assert read_all(bootstrap, topic, 1) == ["kept"]


def test_aiokafka_commits_and_aborts(bootstrap, topic, name):
    from aiokafka import AIOKafkaProducer

    async def run():
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=name("txn"))
        await producer.start()
        try:
            async with producer.transaction():
                await producer.send_and_wait(topic, b"kept")
            with pytest.raises(ZeroDivisionError):
                async with producer.transaction():
                    await producer.send_and_wait(topic, b"dropped")
                    raise ZeroDivisionError
        finally:
            await producer.stop()

    asyncio.run(asyncio.wait_for(run(), 60))
    assert read_all(bootstrap, topic, 1) == ["kept"]


def test_java_producer_in_transactions(tools, bootstrap, topic, name):
    said = tools.check("producer-perf", "--bootstrap-server", bootstrap, "--topic", topic, "--num-records", 5000,
                       "--record-size", 100, "--throughput", -1, "--transactional-id", name("txn"),
                       "--transaction-duration-ms", 20)
    assert "5000 records sent" in said
    assert len(read_all(bootstrap, topic, 5000)) == 5000


def test_kafka_transactions_tool_lists_describes_and_aborts(tools, bootstrap, topic, name):
    transactional_id = name("txn")
    producer = transactional(bootstrap, transactional_id)
    producer.begin_transaction()
    producer.produce(topic, value="hanging", partition=1)
    producer.flush(20)
    server = ["--bootstrap-server", bootstrap]

    def row(text, first):
        lines = text.splitlines()
        heads = lines[0].split()
        return dict(zip(heads, next(line.split() for line in lines[1:] if line.startswith(first))))

    listed = row(tools.check("transactions", *server, "list"), transactional_id)
    assert listed["TransactionState"] == "Ongoing"
    described = row(tools.check("transactions", *server, "describe", "--transactional-id", transactional_id), "1")
    assert described["TransactionalId"] == transactional_id
    assert described["TopicPartitions"] == f"{topic}-1"
    on_partition = row(tools.check("transactions", *server, "describe-producers", "--topic", topic, "--partition", 1),
                       listed["ProducerId"])
    assert on_partition["CurrentTransactionStartOffset"] == "0"
    tools.check("transactions", *server, "abort", "--topic", topic, "--partition", 1, "--start-offset", 0)
    assert read_all(bootstrap, topic, 0) == []
    plain = Producer({"bootstrap.servers": bootstrap})
    plain.produce(topic, value="behind", partition=1)
    assert plain.flush(20) == 0
    assert read_all(bootstrap, topic, 1) == ["behind"]
