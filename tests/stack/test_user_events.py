"""A data pipeline's first steps with unchanged clients: keyed JSON events, lag as monitoring sees it, manual commits."""
import json
import subprocess
import sys

import pytest
from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec
from kafka import KafkaConsumer, KafkaProducer
from kafka import TopicPartition as PythonPartition
from kafka.admin import KafkaAdminClient

EVENT = {"user_id": 12345, "action": "purchase", "amount": 99.99, "timestamp": "2025-01-04T10:30:00Z"}


@pytest.fixture
def send_events(bootstrap):
    """send_events(topic, partition, count): idempotent, keyed by user."""
    def send(topic, partition, count):
        refused = []
        producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 5})
        for i in range(count):
            producer.produce(topic, key=b"12345", value=json.dumps(dict(EVENT, user_id=i)).encode(), partition=partition,
                             on_delivery=lambda error, _: error and refused.append(error))
        assert producer.flush(30) == 0 and not refused
    return send


@pytest.fixture
def make_topic(bootstrap):
    def make(topic, partitions):
        admin = AdminClient({"bootstrap.servers": bootstrap})
        admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(20)
        return topic
    return make


def test_keyed_json_events_of_a_thousand_purchases(bootstrap, name):
    topic, count = name("user_events"), 1000
    producer = KafkaProducer(
        bootstrap_servers=[bootstrap],
        value_serializer=lambda v: json.dumps(v).encode('utf-8'),
        acks='all',  # Wait for all replicas
        retries=3,
        max_in_flight_requests_per_connection=1  # Ordering guarantee
    )
    first = producer.send(topic, key=str(EVENT['user_id']).encode(), value=EVENT)
    producer.flush()
    answer = first.get(timeout=10)
    assert (answer.topic, answer.offset) == (topic, 0)
    rest = [producer.send(topic, key=str(EVENT['user_id']).encode(), value=dict(EVENT, seq=i)) for i in range(1, count)]
    producer.flush()
    assert [f.get(timeout=10).offset for f in rest] == list(range(1, count))
    assert {f.get().partition for f in rest} == {answer.partition}
    producer.close()

    consumer = KafkaConsumer(topic, bootstrap_servers=[bootstrap], auto_offset_reset='earliest',
                             group_id=name("user-analytics-group"), enable_auto_commit=False,
                             value_deserializer=json.loads, consumer_timeout_ms=20000)
    read = []
    for record in consumer:
        assert record.key == b'12345'
        read.append(record)
        if len(read) == count:
            break
    assert read[0].value == EVENT
    assert [r.value.get('seq', 0) for r in read] == list(range(count))
    consumer.commit()
    assert consumer.committed(PythonPartition(topic, answer.partition)) == count
    consumer.close()


def test_lag_is_the_same_by_two_monitoring_clients(bootstrap, make_topic, send_events, name):
    sent, commits = {0: 100, 1: 60, 2: 40}, {0: 37, 1: 60}
    topic, group = make_topic(name("user_events"), 3), name("user-analytics-group")
    for partition, count in sent.items():
        send_events(topic, partition, count)
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False,
                         "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    seen = dict.fromkeys(sent, 0)
    for _ in range(1000):
        message = consumer.poll(1.0)
        if message and not message.error():
            seen[message.partition()] += 1
        if seen == sent:
            break
    assert seen == sent
    consumer.commit(offsets=[TopicPartition(topic, p, o) for p, o in commits.items()], asynchronous=False)

    lag = {0: 63, 1: 0, 2: 40}
    admin = AdminClient({"bootstrap.servers": bootstrap})
    described = admin.describe_consumer_groups([group])[group].result(20)
    assert (described.state.name, len(described.members)) == ("STABLE", 1)
    found = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result(20)
    committed = {tp.partition: max(0, tp.offset) for tp in found.topic_partitions}
    ends = admin.list_offsets({TopicPartition(topic, p): OffsetSpec.latest() for p in sent})
    assert {tp.partition: f.result(20).offset - committed.get(tp.partition, 0) for tp, f in ends.items()} == lag
    consumer.close()

    monitor = KafkaAdminClient(bootstrap_servers=[bootstrap])
    committed = {tp.partition: max(0, o.offset) for tp, o in monitor.list_group_offsets(group)[group].items()}
    reader = KafkaConsumer(bootstrap_servers=[bootstrap])
    ends = reader.end_offsets([PythonPartition(topic, p) for p in sent])
    assert {tp.partition: end - committed.get(tp.partition, 0) for tp, end in ends.items()} == lag
    assert group in [g.group_id for g in admin.list_consumer_groups().result(20).valid]
    reader.close()
    monitor.close()


PROCESS = r"""
import os, signal, sys
from confluent_kafka import Consumer
bootstrap, topic, group, commit, die_at = sys.argv[1:]
consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest",
                     "enable.auto.commit": False, "session.timeout.ms": 6000, "heartbeat.interval.ms": 1000})
consumer.subscribe([topic])
processed = 0
while processed < 1000:
    message = consumer.poll(1.0)
    if not message or message.error():
        continue
    print(message.offset(), flush=True)
    processed += 1
    last = processed == int(die_at)
    if commit == "all" or not last:
        consumer.commit(message, asynchronous=False)
    if last:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_event_comes_again_after_a_crash_before_its_commit_and_not_after(bootstrap, make_topic, send_events, name):
    topic, group = make_topic(name("user_events"), 1), name("user-analytics-group")
    send_events(topic, 0, 20)

    def process_and_die(commit, after):
        done = subprocess.run([sys.executable, "-c", PROCESS, bootstrap, topic, group, commit, str(after)], text=True,
                              stdout=subprocess.PIPE, timeout=90)
        assert done.returncode == -9
        return [int(line) for line in done.stdout.split()]

    assert process_and_die("all but the last", 5) == [0, 1, 2, 3, 4]
    assert process_and_die("all", 3) == [4, 5, 6]
    assert process_and_die("all", 2) == [7, 8]
