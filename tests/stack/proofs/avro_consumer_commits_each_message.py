"""Avro through the registry: a producer with today's serializer, the AvroConsumer loop with manual commits."""
import struct

from confluent_kafka import Producer, TopicPartition
from confluent_kafka.avro import AvroConsumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from events import create_topic
from proof import BOOTSTRAP, REGISTRY, check, own, prove, same

TOPIC, GROUP, COUNT = own("user_events_avro"), own("user-analytics-group"), 200
SCHEMA = """{"type": "record", "name": "UserEvent", "namespace": "events", "fields": [
  {"name": "user_id", "type": "long"}, {"name": "action", "type": "string"},
  {"name": "amount", "type": "double"}, {"name": "timestamp", "type": "string"}]}"""


def send(events):
    registry = SchemaRegistryClient({'url': REGISTRY})
    serialize = AvroSerializer(registry, SCHEMA)
    serialize_key = AvroSerializer(registry, '"string"')  # AvroConsumer decodes keys as Avro, too
    producer = Producer({'bootstrap.servers': BOOTSTRAP, 'acks': 'all'})
    for event in events:
        value = serialize(event, SerializationContext(TOPIC, MessageField.VALUE))
        key = serialize_key(str(event['user_id']), SerializationContext(TOPIC, MessageField.KEY))
        producer.produce(TOPIC, key=key, value=value)
    same(producer.flush(30), 0, "events left")
    latest = registry.get_latest_version(TOPIC + "-value").schema_id
    same(struct.unpack('>bI', value[:5]), (0, latest), "magic byte and schema id")


def read():
    events = []
    process_event = events.append

    consumer = AvroConsumer({
        'bootstrap.servers': BOOTSTRAP,
        'group.id': GROUP,
        'schema.registry.url': REGISTRY,
        'auto.offset.reset': 'earliest',
        'enable.auto.commit': False  # Manual commit for exactly-once
    })

    consumer.subscribe([TOPIC])

    empty = 0
    while len(events) < COUNT and empty < 60:
        msg = consumer.poll(1.0)
        empty += not msg
        if msg:
            check(msg.error() is None, f"error instead of a message: {msg.error()}")
            event = msg.value()  # Automatically deserialized from Avro
            process_event(event)
            consumer.commit(msg)  # Commit after successful processing

    consumer.commit(asynchronous=False)  # the commits above are on their way; this one is answered
    committed = consumer.committed([TopicPartition(TOPIC, 0)], timeout=10)[0].offset
    consumer.close()
    return events, committed


def body(_):
    create_topic(TOPIC)
    sent = [{'user_id': 12345 + i, 'action': 'purchase' if i % 2 else 'view', 'amount': 99.99 + i,
             'timestamp': '2025-01-04T10:30:00Z'} for i in range(COUNT)]
    send(sent)
    read_back, committed = read()
    same(read_back, sent, "events decoded")
    same(committed, COUNT, "committed offset")
    return f"{COUNT} Avro events decoded and committed"


prove(body)
