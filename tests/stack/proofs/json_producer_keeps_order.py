"""The KafkaProducer that people write: the topic appears, acks=all answers offsets in order, a group reads the same."""
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

import json

from proof import BOOTSTRAP, own, prove, same

TOPIC, COUNT = own("user_events"), 1000


def send():
    producer = KafkaProducer(
        bootstrap_servers=[BOOTSTRAP],
        value_serializer=lambda v: json.dumps(v).encode('utf-8'),
        acks='all',  # Wait for all replicas
        retries=3,
        max_in_flight_requests_per_connection=1  # Ordering guarantee
    )

    # Send user event
    event = {
        'user_id': 12345,
        'action': 'purchase',
        'amount': 99.99,
        'timestamp': '2025-01-04T10:30:00Z'
    }

    first = producer.send(TOPIC, key=str(event['user_id']).encode(), value=event)
    producer.flush()  # Ensure delivery

    answer = first.get(timeout=10)
    same((answer.topic, answer.offset), (TOPIC, 0), "where the first event went")
    rest = [producer.send(TOPIC, key=b'12345', value=dict(event, number=i)) for i in range(1, COUNT)]
    producer.flush()
    same([sent.get(timeout=10).offset for sent in rest], list(range(1, COUNT)), "offsets")
    same({sent.get().partition for sent in rest}, {answer.partition}, "partitions of one key")
    producer.close()
    return event, answer.partition


def read(event, partition):
    consumer = KafkaConsumer(TOPIC, bootstrap_servers=[BOOTSTRAP], group_id=own("user-analytics-group"),
                             auto_offset_reset='earliest', enable_auto_commit=False, value_deserializer=json.loads,
                             consumer_timeout_ms=20000)
    records = [record for _, record in zip(range(COUNT), consumer)]
    same([r.value for r in records], [event] + [dict(event, number=i) for i in range(1, COUNT)], "events read")
    same({r.key for r in records}, {b'12345'}, "keys")
    consumer.commit()
    same(consumer.committed(TopicPartition(TOPIC, partition)), COUNT, "committed offset")
    consumer.close()


def body(_):
    read(*send())
    return f"{COUNT} events acknowledged, read and committed in order"


prove(body)
