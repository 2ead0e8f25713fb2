"""User events, and their way into a topic."""
import json
import time

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from proof import BOOTSTRAP, check, eventually


def event(user_id, action, amount, timestamp, session_id=None):
    return {"user_id": user_id, "action": action, "amount": amount, "timestamp": timestamp,
            "session_id": session_id or f"s{user_id}"}


def create_topic(topic, partitions=1):
    admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
    admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(30)
    eventually(lambda: len(admin.list_topics(topic, timeout=10).topics[topic].partitions) == partitions, 20,
               f"topic {topic} is seen")


def send(topic, events, **where):
    """Sends events as JSON, idempotently and keyed by user; returns how many once all are acknowledged."""
    refused = []
    producer = Producer({"bootstrap.servers": BOOTSTRAP, "enable.idempotence": True, "linger.ms": 5})
    for one in events:
        producer.produce(topic, key=str(one["user_id"]), value=json.dumps(one), **where,
                         on_delivery=lambda error, _: error and refused.append(str(error)))
        producer.poll(0)
    left = producer.flush(60)
    check(not left and not refused, f"{left} events left, refused: {refused[:3]}")
    return len(events)


def values(consumer, count, seconds=60):
    """The next `count` values that a confluent-kafka consumer brings."""
    found, deadline = [], time.monotonic() + seconds
    while len(found) < count:
        check(time.monotonic() < deadline, f"{len(found)} of {count} messages within {seconds} s")
        message = consumer.poll(1.0)
        if message is not None:
            check(message.error() is None, f"error instead of a message: {message.error()}")
            found.append(message.value())
    return found
