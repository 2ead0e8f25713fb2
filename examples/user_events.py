#!/usr/bin/env python3
"""Sends user events with an ordinary Kafka client and reads them in a group with manual commits.

    user_events.py HOST:PORT        works against Millrace and Apache Kafka alike
"""
import json
import sys

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

TOPIC, GROUP = "user_events", "user-analytics-group"
EVENTS = [
    {"user_id": 12345, "action": "login", "amount": 0.0, "timestamp": "2025-01-04T10:29:00Z"},
    {"user_id": 12345, "action": "purchase", "amount": 99.99, "timestamp": "2025-01-04T10:30:00Z"},
    {"user_id": 67890, "action": "view", "amount": 0.0, "timestamp": "2025-01-04T10:30:30Z"},
    {"user_id": 67890, "action": "purchase", "amount": 12.5, "timestamp": "2025-01-04T10:31:00Z"},
    {"user_id": 12345, "action": "logout", "amount": 0.0, "timestamp": "2025-01-04T10:32:00Z"},
]


def send(bootstrap):
    """The topic appears with the first send; each acknowledgement means the event is on disk."""
    producer = KafkaProducer(
        bootstrap_servers=[bootstrap],
        value_serializer=lambda v: json.dumps(v).encode("utf-8"),
        acks="all",
        retries=3,
        max_in_flight_requests_per_connection=1,
    )
    sent = [producer.send(TOPIC, key=str(e["user_id"]).encode(), value=e) for e in EVENTS]
    producer.flush()
    for acknowledged in sent:
        acknowledged.get(timeout=10)
    producer.close()
    print(f"sent {len(sent)} events to {TOPIC}, acks=all, keyed by user_id")


def read(bootstrap):
    """Commits after each event is dealt with, so that a crash in between repeats it and loses none."""
    consumer = KafkaConsumer(
        TOPIC,
        bootstrap_servers=[bootstrap],
        group_id=GROUP,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        value_deserializer=json.loads,
        consumer_timeout_ms=15000,
    )
    count = 0
    for record in consumer:
        event = record.value
        print(f"  partition {record.partition} offset {record.offset}  user {record.key.decode()}  "
              f"{event['action']:<9}{event['amount']:>7.2f}  {event['timestamp']}")
        consumer.commit()
        count += 1
        if not lag(consumer):
            break
    left = lag(consumer)
    consumer.close()
    print(f"read {count} events in group {GROUP}; lag {left}")
    return left == 0 and count >= len(EVENTS)


def lag(consumer):
    """What is left to read: the end of each partition minus the group's committed offset."""
    partitions = [TopicPartition(TOPIC, p) for p in consumer.partitions_for_topic(TOPIC)]
    ends = consumer.end_offsets(partitions)
    return sum(ends[p] - (consumer.committed(p) or 0) for p in partitions)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    send(sys.argv[1])
    sys.exit(0 if read(sys.argv[1]) else 1)
