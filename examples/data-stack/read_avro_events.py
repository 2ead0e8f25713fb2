#!/usr/bin/env python3
"""Reads Avro events in a group, commits each when it is processed, and ends after so many.

    read_avro_events.py 60
"""
import sys

from confluent_kafka.avro import AvroConsumer

from stack import AVRO_TOPIC, BOOTSTRAP, REGISTRY


def process_event(event):
    """Here the work is done that must not be lost; an event may come twice after a crash, so it has to bear that."""


consumer = AvroConsumer({
    'bootstrap.servers': BOOTSTRAP,
    'group.id': 'user-analytics-group',
    'schema.registry.url': REGISTRY,
    'auto.offset.reset': 'earliest',
    'enable.auto.commit': False  # Manual commit for exactly-once
})

consumer.subscribe([AVRO_TOPIC])

wanted = left = int(sys.argv[1])
while left:
    msg = consumer.poll(1.0)
    if msg is None:
        continue
    if msg.error():
        sys.exit(str(msg.error()))
    event = msg.value()  # Automatically deserialized from Avro
    process_event(event)
    consumer.commit(msg, asynchronous=False)  # Commit after successful processing
    left -= 1
consumer.close()
print(f"{wanted} events read and committed, the last {event}")
