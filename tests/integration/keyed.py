"""Keys in a topic that is compacted while it is written, and what a reader of the whole topic must find of them.

The writer numbers its records per partition and sends them in order; every eighth is a tombstone. Whoever reads the
topic from its start finds at least the latest acknowledged record of each key, at its offset, and nothing else than what
was sent.
"""
import struct
import threading
import time

from confluent_kafka import Consumer, KafkaError, TopicPartition

from copier import RECONNECT
from ledger import PARTITIONS, ConfluentWriter, Violation, retried

KEYS = 40
DELETE_RETENTION_SECONDS = 3
TOPIC_CONFIG = {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.01", "segment.ms": "50",
                "delete.retention.ms": str(DELETE_RETENTION_SECONDS * 1000)}
BROKER_CONFIG = {"log.cleaner.backoff.ms": "20"}


class KeyedLedger:
    """What was acknowledged at each offset: (key, number), the number None for a tombstone."""

    def __init__(self, topic):
        self.topic, self.lock = topic, threading.Lock()
        self.sent = [0] * PARTITIONS
        self.acknowledged = [{} for _ in range(PARTITIONS)]
        self.latest = [{} for _ in range(PARTITIONS)]  # key -> (offset, number, when)
        self.removed = 0  # offsets below the logs' ends at which nothing is any more

    def promise(self, partition, offset, key, number):
        with self.lock:
            self.acknowledged[partition][offset] = key, number
            if offset >= self.latest[partition].get(key, (-1,))[0]:
                self.latest[partition][key] = offset, number, time.monotonic()

    def count(self):
        return sum(map(len, self.acknowledged))

    def told(self):
        return f"{self.removed} of {self.count()} keyed records cleaned away"

    def verify(self, bootstrap):
        """Compares all that a reader finds now with what was promised before."""
        with self.lock:
            promised = [dict(latest) for latest in self.latest]
        found, ends = read(bootstrap, self.topic)
        self.removed = sum(ends) - sum(map(len, found))
        for partition in range(PARTITIONS):
            with self.lock:
                acknowledged, now = dict(self.acknowledged[partition]), dict(self.latest[partition])
            self.verify_partition(f"{self.topic}-{partition}", found[partition], acknowledged, promised[partition], now)

    def verify_partition(self, where, found, acknowledged, promised, now):
        seen, last_offset, last_number = {}, -1, 0
        for offset, *record in found:
            key, number = record
            if offset <= last_offset:
                raise Violation(f"{where}: offset {offset} follows {last_offset}")
            if number is not None and number <= last_number:
                raise Violation(f"{where} offset {offset}: {number} after {last_number}: doubled or out of order")
            told = list(acknowledged.get(offset, record))
            if told != record:
                raise Violation(f"{where} offset {offset}: {told} was acknowledged, {record} is there")
            seen[key], last_offset, last_number = offset, offset, last_number if number is None else number
        for key, (offset, number, _) in promised.items():
            if seen.get(key, -1) < offset and not worn_out(now[key]):
                raise Violation(f"{where}: {number} was acknowledged for {key} at {offset}, it ends at {seen.get(key)}")


def worn_out(latest):
    """A tombstone, or one that followed later, which cleaning may have dropped since."""
    _, number, acknowledged_at = latest
    return number is None and time.monotonic() >= acknowledged_at + DELETE_RETENTION_SECONDS


def read(bootstrap, topic):
    """Per partition all records from its start, (offset, key, number), and where it ended."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused", "enable.auto.commit": False,
                         "check.crcs": True, "enable.partition.eof": True, "auto.offset.reset": "error", **RECONNECT})
    found, ends, deadline = [[] for _ in range(PARTITIONS)], [None] * PARTITIONS, time.monotonic() + 60
    try:
        retried(lambda: consumer.list_topics(topic, 5))
        consumer.assign([TopicPartition(topic, p, 0) for p in range(PARTITIONS)])
        while None in ends:
            if time.monotonic() > deadline:
                raise Violation(f"{topic}: reading stands still")
            for message in consumer.consume(10000, 0.2):
                partition = message.partition()
                if not message.error():
                    value = message.value()
                    number = None if value is None else struct.unpack_from(">q", value)[0]
                    if ends[partition] is None:
                        found[partition].append((message.offset(), message.key().decode(), number))
                elif message.error().code() == KafkaError._PARTITION_EOF:
                    ends[partition] = ends[partition] or message.offset()
                elif not message.error().retriable() and message.error().code() != KafkaError._ALL_BROKERS_DOWN:
                    raise Violation(f"{topic}-{partition}: reading: {message.error()}")
        return found, ends
    finally:
        consumer.close()


class KeyedWriter(ConfluentWriter):
    """librdkafka, idempotent, with keys and tombstones."""

    def __init__(self, bootstrap, ledger, seed):
        super().__init__(bootstrap, ledger, seed, idempotent=True)

    def send(self, partition):
        self.ledger.sent[partition] += 1
        number = self.ledger.sent[partition]
        key, is_tombstone = f"key-{self.random.randrange(KEYS)}", self.random.randrange(8) == 0
        value = None if is_tombstone else struct.pack(">q", number) + bytes(self.random.randrange(0, 300))

        def report(error, message):
            if error:
                raise Violation(f"{number} was refused: {error}")
            self.ledger.promise(partition, message.offset(), key, None if is_tombstone else number)

        while True:
            try:
                return self.producer.produce(self.ledger.topic, value, key=key, partition=partition, on_delivery=report)
            except BufferError:
                self.producer.poll(0.1)
