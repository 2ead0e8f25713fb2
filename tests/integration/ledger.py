"""What clients were promised, kept so that it can be compared with what a broker still has after it was killed.

Every writer numbers its records per partition and sends the next one only after the one before, in order. So the
numbers found in a partition must rise strictly: a number that comes twice was stored twice, an acknowledged number that
is not at its acknowledged offset was lost.
"""
import random
import struct
import threading
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from kafka import KafkaProducer

PARTITIONS = 3
OUTAGE_SECONDS = 120  # how long a client may keep trying through a restart


class Violation(Exception):
    """A promise that was not kept."""


class Ledger:
    """Numbers sent to one topic, the offsets acknowledged for them, and what was read back."""

    def __init__(self, topic):
        self.topic = topic
        self.lock = threading.Lock()
        self.next = [0] * PARTITIONS
        self.promised = [{} for _ in range(PARTITIONS)]  # offset -> number, acknowledged and not yet read back
        self.numbers_only = [set() for _ in range(PARTITIONS)]  # acknowledged as a duplicate, offset unknown
        self.found = [[] for _ in range(PARTITIONS)]  # number at each offset, as read back
        self.acknowledged = 0

    def take_number(self, partition):
        with self.lock:
            self.next[partition] += 1
            return self.next[partition]

    def promise(self, partition, offset, number):
        with self.lock:
            self.acknowledged += 1
            if offset < 0:
                self.numbers_only[partition].add(number)
                return
            known = self.promised[partition].setdefault(offset, number)
            if known != number:
                raise Violation(f"{self.topic}-{partition} offset {offset} acknowledged for {known} and for {number}")

    def verify(self, reader):
        """Reads what is new up to the high watermark and settles the promises made before that."""
        with self.lock:
            promised = [dict(p) for p in self.promised]
            numbers_only = [set(n) for n in self.numbers_only]
        for partition in range(PARTITIONS):
            where = f"{self.topic}-{partition}"
            found = self.found[partition]
            for offset, number in reader.records(self.topic, partition, len(found)):
                if offset != len(found):
                    raise Violation(f"{where}: offset {offset} follows {len(found) - 1}")
                if found and number <= found[-1]:
                    raise Violation(f"{where} offset {offset}: number {number} after {found[-1]}: doubled or out of order")
                found.append(number)
            for offset, number in promised[partition].items():
                if offset >= len(found):
                    raise Violation(f"{where}: {number} was acknowledged at {offset}, the log ends at {len(found)}: lost")
                if found[offset] != number:
                    raise Violation(f"{where} offset {offset}: {number} was acknowledged, {found[offset]} is there")
            lost = numbers_only[partition] - set(found) if numbers_only[partition] else ()
            if lost:
                raise Violation(f"{where}: {sorted(lost)[:5]} were acknowledged and are not there")
            with self.lock:
                for offset in promised[partition]:
                    del self.promised[partition][offset]
                self.numbers_only[partition] -= numbers_only[partition]

    def verify_from_the_start(self, reader):
        """Everything once settled must still be there, unchanged."""
        self.verify(reader)
        for partition in range(PARTITIONS):
            again = [number for _, number in reader.records(self.topic, partition, 0)]
            if again[:len(self.found[partition])] != self.found[partition]:
                raise Violation(f"{self.topic}-{partition}: a second read differs from the first")


class Reader:
    """Reads ranges of partitions, outside any group."""

    def __init__(self, bootstrap):
        self.base = {"bootstrap.servers": bootstrap, "enable.auto.commit": False, "reconnect.backoff.ms": 20,
                     "reconnect.backoff.max.ms": 200, "log_level": 2}
        self.consumer = Consumer({**self.base, "group.id": "unused", "check.crcs": True, "auto.offset.reset": "error",
                                  "isolation.level": "read_uncommitted"})

    def end(self, topic, partition):
        return retried(lambda: self.consumer.get_watermark_offsets(TopicPartition(topic, partition), 5))[1]

    def records(self, topic, partition, start):
        """(offset, number) from `start` to the high watermark of now."""
        end = self.end(topic, partition)
        if start > end:
            raise Violation(f"{topic}-{partition}: {start} records were read, now the log ends at {end}")
        if start == end:
            return
        self.consumer.assign([TopicPartition(topic, partition, start)])
        deadline = time.monotonic() + 60
        while start < end:
            for message in self.consumer.consume(10000, 0.5):
                if message.error():
                    if message.error().code() == KafkaError._ALL_BROKERS_DOWN or message.error().retriable():
                        continue
                    raise Violation(f"{topic}-{partition}: reading at {start}: {message.error()}")
                if message.offset() < end:
                    start = message.offset() + 1
                    yield message.offset(), struct.unpack_from(">q", message.value())[0]
            if time.monotonic() > deadline:
                raise Violation(f"{topic}-{partition}: reading stands still at {start} of {end}")
        self.consumer.unassign()

    def committed(self, group, topic):
        member = Consumer({**self.base, "group.id": group})
        try:
            partitions = [TopicPartition(topic, p) for p in range(PARTITIONS)]
            return [max(0, c.offset) for c in retried(lambda: member.committed(partitions, 5))]
        finally:
            member.close()

    def close(self):
        self.consumer.close()


def retried(ask, limit=30):
    """A broker that has just started may be asked again, for a while."""
    deadline = time.monotonic() + limit
    while True:
        try:
            return ask()
        except KafkaException:
            if time.monotonic() > deadline:
                raise


class Worker(threading.Thread):
    """A thread that works until stopped and keeps what ended it early."""

    def __init__(self, name):
        super().__init__(name=name, daemon=True)
        self.ending = threading.Event()
        self.failure = None
        self.start()

    def run(self):
        try:
            self.work()
        except Exception as failure:  # shown by the round that notices it
            self.failure = failure

    def stop(self):
        self.ending.set()
        self.join(OUTAGE_SECONDS + 30)
        self.check()

    def check(self):
        if self.failure:
            raise Violation(f"{self.name}: {type(self.failure).__name__}: {self.failure}")


class ConfluentWriter(Worker):
    """librdkafka; idempotent with acks=all, or acks=1 without any retry."""

    # The pause between bursts of about 50 records keeps the broker busy at any moment, without filling the disk in
    # long runs.
    def __init__(self, bootstrap, ledger, seed, idempotent, pause=0.01):
        self.ledger, self.random, self.idempotent, self.pause = ledger, random.Random(seed), idempotent, pause
        safe = {"enable.idempotence": True, "compression.type": "lz4"}
        plain = {"acks": 1, "retries": 0, "max.in.flight.requests.per.connection": 1}
        self.producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 2, "error_cb": self.on_error,
                                  "message.timeout.ms": OUTAGE_SECONDS * 1000, "reconnect.backoff.ms": 20,
                                  "reconnect.backoff.max.ms": 200, "batch.num.messages": 50,
                                  "log_level": 2, **(safe if idempotent else plain)})
        self.fatal = None
        super().__init__(f"confluent-kafka {'idempotent' if idempotent else 'acks=1'}")

    def on_error(self, error):
        if error.fatal():
            self.fatal = error

    def work(self):
        while not self.ending.is_set():
            for _ in range(self.random.randrange(1, 100)):
                self.send(self.random.randrange(PARTITIONS))
            self.producer.poll(0)
            self.ending.wait(self.pause)
            if self.fatal:
                raise Violation(f"fatal: {self.fatal}")
        left = self.producer.flush(OUTAGE_SECONDS)
        if left:
            raise Violation(f"{left} records are still unanswered")

    def send(self, partition):
        number = self.ledger.take_number(partition)
        value = struct.pack(">q", number) + bytes(self.random.randrange(0, 600))

        def report(error, message):
            if not error:
                self.ledger.promise(partition, message.offset(), number)
            elif self.idempotent:
                raise Violation(f"{number} was refused: {error}")

        while True:
            try:
                return self.producer.produce(self.ledger.topic, value, partition=partition, on_delivery=report)
            except BufferError:
                self.producer.poll(0.1)


class PythonWriter(Worker):
    """kafka-python, acks=all, one request in flight, idempotent by default."""

    def __init__(self, bootstrap, ledger, seed):
        self.ledger, self.random = ledger, random.Random(seed)
        self.producer = KafkaProducer(bootstrap_servers=[bootstrap], acks="all", max_in_flight_requests_per_connection=1,
                                      linger_ms=2, delivery_timeout_ms=OUTAGE_SECONDS * 1000, reconnect_backoff_ms=20,
                                      reconnect_backoff_max_ms=200, retry_backoff_ms=50)
        super().__init__("kafka-python idempotent")

    def work(self):
        while not self.ending.is_set():
            sent = []
            for _ in range(self.random.randrange(1, 30)):
                partition = self.random.randrange(PARTITIONS)
                number = self.ledger.take_number(partition)
                value = struct.pack(">q", number) + bytes(self.random.randrange(0, 300))
                sent.append((partition, number, self.producer.send(self.ledger.topic, value, partition=partition)))
            for partition, number, answer in sent:
                self.ledger.promise(partition, answer.get(OUTAGE_SECONDS).offset, number)
        self.producer.close(10)


class CommittingReader(Worker):
    """A group of one member that commits by hand, and must never be handed a record behind one it has not seen."""

    def __init__(self, bootstrap, group, topic, seed):
        self.group, self.topic, self.random = group, topic, random.Random(seed)
        self.lock = threading.Lock()
        self.attempted, self.committed, self.seen = ([0] * PARTITIONS for _ in range(3))
        self.consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False,
                                  "auto.offset.reset": "earliest", "session.timeout.ms": 6000, "reconnect.backoff.ms": 20,
                                  "reconnect.backoff.max.ms": 200, "heartbeat.interval.ms": 500, "log_level": 2})
        super().__init__("committing reader")

    def work(self):
        self.consumer.subscribe([self.topic])
        while not self.ending.is_set():
            for message in self.consumer.consume(self.random.randrange(1, 300), 0.1):
                if message.error():
                    continue
                partition, offset = message.partition(), message.offset()
                if offset > self.seen[partition]:
                    raise Violation(f"{self.topic}-{partition}: handed {offset} without {self.seen[partition]}")
                self.seen[partition] = max(self.seen[partition], offset + 1)
            self.commit()
        self.consumer.close()

    def commit(self):
        behind = [p for p in range(PARTITIONS) if self.seen[p] > self.committed[p]]
        if not behind:
            return
        with self.lock:
            for p in behind:
                self.attempted[p] = self.seen[p]
        try:
            done = self.consumer.commit(offsets=[TopicPartition(self.topic, p, self.seen[p]) for p in behind],
                                        asynchronous=False)
        except KafkaException:
            return  # not known whether it happened: attempted, not committed
        with self.lock:
            for answer in done:
                if not answer.error:
                    self.committed[answer.partition] = answer.offset

    def verify(self, reader):
        """A commit that was answered is kept, none is invented, none lies above its log's end."""
        with self.lock:
            promised = list(self.committed)
        kept = reader.committed(self.group, self.topic)
        for p in range(PARTITIONS):
            where = f"{self.group} at {self.topic}-{p}"
            if kept[p] < promised[p]:
                raise Violation(f"{where}: {promised[p]} was committed, {kept[p]} is kept")
            if kept[p] > self.attempted[p]:
                raise Violation(f"{where}: {kept[p]} is kept, at most {self.attempted[p]} was committed")
            end = reader.end(self.topic, p)
            if kept[p] > end:
                raise Violation(f"{where}: {kept[p]} is committed, the log ends at {end}")
