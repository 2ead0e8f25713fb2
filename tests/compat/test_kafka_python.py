"""kafka-python, unchanged."""
import json

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

EVENT = {"user_id": 12345, "action": "purchase", "amount": 99.99, "timestamp": "2025-01-04T10:30:00Z"}


def ordered_producer(bootstrap):
    return KafkaProducer(
        bootstrap_servers=[bootstrap],
        value_serializer=lambda v: json.dumps(v).encode("utf-8"),
        acks="all",
        retries=3,
        max_in_flight_requests_per_connection=1,
    )


def group_reader(bootstrap, topic, group):
    return KafkaConsumer(topic, bootstrap_servers=[bootstrap], group_id=group, auto_offset_reset="earliest",
                         enable_auto_commit=False, value_deserializer=json.loads, consumer_timeout_ms=20000)


def take(consumer, count):
    records = []
    for record in consumer:
        records.append(record)
        if len(records) == count:
            break
    return records


def test_ordered_json_producer_creates_the_topic_and_a_group_reads_it_back(bootstrap, name):
    topic, count = name("user_events"), 1000
    producer = ordered_producer(bootstrap)
    first = producer.send(topic, key=b"12345", value=EVENT)
    producer.flush()
    assert first.get(timeout=10).offset == 0
    rest = [producer.send(topic, key=b"12345", value=dict(EVENT, seq=i)) for i in range(1, count)]
    producer.flush()
    assert [sent.get(timeout=10).offset for sent in rest] == list(range(1, count))
    producer.close()

    consumer = group_reader(bootstrap, topic, name("readers"))
    records = take(consumer, count)
    assert records[0].value == EVENT
    assert [r.value.get("seq", 0) for r in records] == list(range(count))
    assert {r.key for r in records} == {b"12345"}
    consumer.commit()
    assert consumer.committed(TopicPartition(topic, records[0].partition)) == count
    consumer.close()


def test_group_resumes_after_the_last_manual_commit(bootstrap, name):
    topic, group = name("user_events"), name("readers")
    producer = ordered_producer(bootstrap)
    for i in range(10):
        producer.send(topic, key=b"k", value=i)
    producer.close()

    first = group_reader(bootstrap, topic, group)
    assert [r.value for r in take(first, 4)] == [0, 1, 2, 3]
    first.commit()
    assert [r.value for r in take(first, 3)] == [4, 5, 6]
    first.close()

    second = group_reader(bootstrap, topic, group)
    assert [r.value for r in take(second, 6)] == [4, 5, 6, 7, 8, 9]
    second.close()


def test_admin_creates_describes_and_deletes_a_topic(bootstrap, name):
    topic = name("made")
    admin = KafkaAdminClient(bootstrap_servers=[bootstrap])
    admin.create_topics([NewTopic(topic, num_partitions=3, replication_factor=1)])
    described = admin.describe_topics([topic])[0]
    assert len(described["partitions"]) == 3
    admin.delete_topics([topic])
    assert topic not in admin.list_topics()
    admin.close()


def test_admin_sees_the_offsets_of_a_group(bootstrap, name):
    topic, group = name("seen"), name("readers")
    producer = ordered_producer(bootstrap)
    for i in range(5):
        producer.send(topic, value=i)
    producer.close()
    consumer = group_reader(bootstrap, topic, group)
    take(consumer, 5)
    consumer.commit()
    consumer.close()
    admin = KafkaAdminClient(bootstrap_servers=[bootstrap])
    offsets = admin.list_group_offsets(group)[group]
    assert {tp.topic: o.offset for tp, o in offsets.items()} == {topic: 5}
    admin.close()


def test_offsets_for_times_finds_the_first_record_not_older(bootstrap, name):
    topic = name("timed")
    producer = KafkaProducer(bootstrap_servers=[bootstrap])
    for second in range(10):
        producer.send(topic, value=b"v", timestamp_ms=1_700_000_000_000 + second * 1000)
    producer.close()
    consumer = KafkaConsumer(bootstrap_servers=[bootstrap])
    partition = TopicPartition(topic, 0)
    found = consumer.offsets_for_times({partition: 1_700_000_003_500})[partition]
    assert (found.offset, found.timestamp) == (4, 1_700_000_004_000)
    assert consumer.offsets_for_times({partition: 1_800_000_000_000})[partition] is None
    consumer.close()
