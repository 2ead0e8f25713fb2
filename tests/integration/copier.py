"""An exactly-once copy through the broker's deaths: consume, produce and commit the offsets in one transaction.

The copy of a partition, read as a consumer of committed records does, must at every moment be the beginning of its source
without a gap or a repetition, and the group's committed offset must be just behind what was copied.
"""
import random
import struct
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from ledger import OUTAGE_SECONDS, PARTITIONS, Violation, Worker, retried

# librdkafka 2.16 forgets the only broker when it was away and keeps waiting for the forgotten one as the group's
# coordinator, so that send_offsets_to_transaction hangs; without its second bootstrap it does not.
RECONNECT = {"reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 200, "log_level": 0,
             "metadata.recovery.strategy": "none"}


class Copier(Worker):
    """librdkafka: one transaction for each handful of records, some of them aborted on purpose."""

    def __init__(self, bootstrap, source, target, seed):
        self.bootstrap, self.source, self.target, self.random = bootstrap, source, target, random.Random(seed)
        self.group, self.transactional_id = "copiers", "copier"
        self.committed = self.aborted = 0
        super().__init__("transactional copier")

    def work(self):
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": self.group, "enable.auto.commit": False,
                             "auto.offset.reset": "earliest", "isolation.level": "read_committed",
                             "session.timeout.ms": 6000, "heartbeat.interval.ms": 500, **RECONNECT})
        consumer.subscribe([self.source])
        producer = self.new_producer()
        while not self.ending.is_set():
            messages = [m for m in consumer.consume(self.random.randrange(1, 200), 0.1) if not m.error()]
            if not messages:
                continue
            try:
                self.copy(consumer, producer, messages)
            except KafkaException as failure:
                error = failure.args[0]
                if error.fatal() or not self.abort(producer):
                    producer = self.new_producer()
                self.rewind(consumer)
        self.abort(producer)
        consumer.close()

    def new_producer(self):
        producer = Producer({"bootstrap.servers": self.bootstrap, "transactional.id": self.transactional_id,
                             "transaction.timeout.ms": 10_000, "message.timeout.ms": 10_000, "linger.ms": 2, **RECONNECT})
        deadline = time.monotonic() + OUTAGE_SECONDS
        while True:
            try:
                producer.init_transactions(10)
                return producer
            except KafkaException as failure:
                if failure.args[0].fatal() or time.monotonic() > deadline:
                    raise

    def copy(self, consumer, producer, messages):
        producer.begin_transaction()
        for message in messages:
            producer.produce(self.target, message.value(), partition=message.partition())
        ends = {m.partition(): m.offset() + 1 for m in messages}
        offsets = [TopicPartition(self.source, p, end) for p, end in ends.items()]
        producer.send_offsets_to_transaction(offsets, consumer.consumer_group_metadata(), 10)
        if self.random.random() < 0.1:
            producer.abort_transaction(10)
            self.aborted += 1
            return self.rewind(consumer)
        deadline = time.monotonic() + OUTAGE_SECONDS
        while True:
            try:
                producer.commit_transaction(10)
                self.committed += 1
                return
            except KafkaException as failure:
                # A commit that may have happened is asked for again until the broker says how it ended.
                if not failure.args[0].retriable() or time.monotonic() > deadline:
                    raise

    @staticmethod
    def abort(producer):
        """False where the producer is of no use any more."""
        deadline = time.monotonic() + OUTAGE_SECONDS
        while True:
            try:
                producer.abort_transaction(10)
                return True
            except KafkaException as failure:
                if failure.args[0].code() == KafkaError._STATE:
                    return True  # there is none
                if not failure.args[0].retriable() or time.monotonic() > deadline:
                    return False

    def rewind(self, consumer):
        """Back to what is committed: the records of the aborted transaction come again."""
        assigned = consumer.assignment()
        if not assigned:
            return
        for partition in retried(lambda: consumer.committed(assigned, 5), OUTAGE_SECONDS):
            partition.offset = max(partition.offset, 0)
            consumer.seek(partition)


class CopyCheck:
    """Compares the copy with the ledger of its source."""

    def __init__(self, bootstrap, copier, ledger):
        self.bootstrap, self.copier, self.ledger = bootstrap, copier, ledger
        self.copied = [[] for _ in range(PARTITIONS)]
        self.positions = [0] * PARTITIONS

    def verify(self, reader):
        """What is readable now; the ledger must have been verified just before."""
        self.read_on()
        for partition in range(PARTITIONS):
            source, copied = self.ledger.found[partition], self.copied[partition]
            where = f"{self.copier.target}-{partition}"
            for at, number in enumerate(copied):
                # The copier may be ahead of what the ledger had read.
                if at < len(source) and source[at] != number:
                    raise Violation(f"{where}: copy {at} is {number}, its source has {source[at]}")
        self.verify_offsets(reader, exact=False)

    def verify_at_the_end(self, reader):
        deadline = time.monotonic() + 60
        while sum(map(len, self.copied)) < sum(map(len, self.ledger.found)):
            self.copier.check()
            if time.monotonic() > deadline:
                raise Violation(f"{self.copier.target}: the copy stands still at {list(map(len, self.copied))} of "
                                f"{list(map(len, self.ledger.found))}")
            self.read_on()
        self.copier.stop()
        self.verify(reader)
        self.verify_offsets(reader, exact=True)
        if not self.copier.committed or not self.copier.aborted:
            raise Violation("no transaction was committed, or none aborted, so nothing was tested")

    def verify_offsets(self, reader, exact):
        """Offsets are committed with the copies, never without."""
        before = list(map(len, self.copied))
        kept = reader.committed(self.copier.group, self.copier.source)
        for partition in range(PARTITIONS):
            if kept[partition] < before[partition] or exact and kept[partition] != before[partition]:
                raise Violation(f"{self.copier.source}-{partition}: {before[partition]} records are copied, "
                                f"the group's offset is {kept[partition]}")

    def read_on(self):
        """Reads up to the last stable offset of now."""
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "unused", "enable.auto.commit": False,
                             "isolation.level": "read_committed", "enable.partition.eof": True,
                             "auto.offset.reset": "error", **RECONNECT})
        target = self.copier.target
        try:
            retried(lambda: consumer.list_topics(target, 5))
            consumer.assign([TopicPartition(target, p, self.positions[p]) for p in range(PARTITIONS)])
            ended, deadline = set(), time.monotonic() + 60
            while len(ended) < PARTITIONS:
                if time.monotonic() > deadline:
                    raise Violation(f"{target}: reading stands still at {self.positions}")
                for message in consumer.consume(10000, 0.2):
                    if message.error():
                        if message.error().code() == KafkaError._PARTITION_EOF:
                            ended.add(message.partition())
                            self.positions[message.partition()] = message.offset()
                        continue
                    partition = message.partition()
                    self.copied[partition].append(struct.unpack_from(">q", message.value())[0])
                    self.positions[partition] = message.offset() + 1
        finally:
            consumer.close()
