#!/usr/bin/env python3
"""Sends a hundred user events as Avro; the serializer registers the schema as user_events_avro-value."""
from pathlib import Path

from confluent_kafka import Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from stack import AVRO_TOPIC, BOOTSTRAP, REGISTRY

registry = SchemaRegistryClient({'url': REGISTRY})
serialize = AvroSerializer(registry, (Path(__file__).parent / 'schemas/user_event.avsc').read_text())
serialize_key = AvroSerializer(registry, '"string"')  # AvroConsumer decodes keys as Avro, too
producer = Producer({'bootstrap.servers': BOOTSTRAP, 'acks': 'all'})
for number in range(100):
    event = {'user_id': 12345 + number % 20, 'action': 'view', 'amount': 0.0, 'timestamp': '2026-01-30T10:30:00Z'}
    producer.produce(AVRO_TOPIC,
                     key=serialize_key(str(event['user_id']), SerializationContext(AVRO_TOPIC, MessageField.KEY)),
                     value=serialize(event, SerializationContext(AVRO_TOPIC, MessageField.VALUE)))
left = producer.flush(30)
print(f"{100 - left} Avro events sent")
