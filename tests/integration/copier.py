#!/usr/bin/env python3
"""An exactly-once copy through the broker's deaths: consume, produce and commit the offsets in one transaction.

    copier.py BOOTSTRAP SOURCE TARGET --name copier-0 --seed N --history FILE     (until SIGTERM)

The copy of a partition, read as a consumer of committed records does, must at every moment be the beginning of its source
without a gap or a repetition, and the group's committed offset must be just behind what was copied.
"""
import argparse
import random
import signal
import struct
import sys
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from history import Copy, History
from ledger import OUTAGE_SECONDS, PARTITIONS, Violation, Worker, retried

# librdkafka 2.16 forgets the only broker when it was away and keeps waiting for the forgotten one as the group's
# coordinator, so that send_offsets_to_transaction hangs; without its second bootstrap it does not.
RECONNECT = {"reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 200, "log_level": 0,
             "metadata.recovery.strategy": "none"}
GROUP = "copiers"


class Copier(Worker):
    """librdkafka: one transaction for each handful of records, some of them aborted on purpose."""

    def __init__(self, bootstrap, source, target, seed, history, name="copier", instance=None, protocol="classic"):
        self.bootstrap, self.source, self.target, self.random = bootstrap, source, target, random.Random(seed)
        self.history, self.transactional_id, self.instance, self.protocol = history, name, instance, protocol
        self.committed = self.aborted = 0
        super().__init__(f"transactional {name}")

    def work(self):
        consumer, producer = self.new_consumer(), self.new_producer()
        while not self.ending.is_set():
            messages = consumer.consume(self.random.randrange(1, 200), 0.1)
            if any(m.error() and m.error().fatal() for m in messages):
                # The killed process is still the member. In the classic protocol so with a broker that died
                # before the group was stable again: until then it does not keep the new one.
                consumer.close()
                consumer = self.new_consumer()
                continue
            messages = [m for m in messages if not m.error()]
            if not messages:
                continue
            self.history.note("polled", records=[(m.partition(), m.offset()) for m in messages])
            try:
                self.copy(consumer, producer, messages)
            except KafkaException as failure:
                error = failure.args[0]
                if error.fatal() or not self.abort(producer):
                    producer = self.new_producer()
                self.rewind(consumer)
        self.abort(producer)
        consumer.close()

    def new_consumer(self):
        member = {"group.instance.id": self.instance} if self.instance else {}
        member |= ({"group.protocol": "consumer"} if self.protocol == "consumer" else
                   {"session.timeout.ms": 6000, "heartbeat.interval.ms": 500})
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": GROUP, "enable.auto.commit": False,
                             "auto.offset.reset": "earliest", "isolation.level": "read_committed", **member, **RECONNECT})
        self.history.note("started")
        consumer.subscribe([self.source], on_assign=lambda *_: self.history.note("assigned"))
        return consumer

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
        # A killed process and its successor must not give two transactions one name.
        transaction = f"{self.transactional_id}-{self.random.getrandbits(64):016x}"
        self.history.note("sent", txn=transaction,
                          records=[(m.partition(), struct.unpack_from(">q", m.value())[0]) for m in messages])
        producer.begin_transaction()
        for message in messages:
            producer.produce(self.target, message.value(), partition=message.partition(),
                             headers=[("txn", transaction.encode())])
        ends = {m.partition(): m.offset() + 1 for m in messages}
        offsets = [TopicPartition(self.source, p, end) for p, end in ends.items()]
        producer.send_offsets_to_transaction(offsets, consumer.consumer_group_metadata(), 10)
        if self.random.random() < 0.1:
            producer.abort_transaction(10)
            self.history.note("aborted", txn=transaction)
            self.aborted += 1
            return self.rewind(consumer)
        deadline = time.monotonic() + OUTAGE_SECONDS
        while True:
            try:
                producer.commit_transaction(10)
                self.history.note("committed", txn=transaction)
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
        deadline = time.monotonic() + OUTAGE_SECONDS
        while assigned := consumer.assignment():
            try:
                for partition in retried(lambda: consumer.committed(assigned, 5), OUTAGE_SECONDS):
                    partition.offset = max(partition.offset, 0)
                    consumer.seek(partition)
                    self.history.note("sought", partition=partition.partition, offset=partition.offset)
                return
            except KafkaException:  # a partition is not being read yet
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)


class CopyReader:
    """Reads a copy as a consumer of committed records, a stretch at a time."""

    def __init__(self, bootstrap, topic):
        self.bootstrap, self.topic = bootstrap, topic
        self.positions = [0] * PARTITIONS

    def read_on(self):
        """The copies up to the last stable offset of now."""
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "unused", "enable.auto.commit": False,
                             "isolation.level": "read_committed", "enable.partition.eof": True,
                             "auto.offset.reset": "error", **RECONNECT})
        try:
            partitions = [TopicPartition(self.topic, p, self.positions[p]) for p in range(PARTITIONS)]
            stable = [retried(lambda p=p: consumer.get_watermark_offsets(p, 5))[1] for p in partitions]
            consumer.assign(partitions)
            copies, ended, deadline = [], set(), time.monotonic() + 60
            while len(ended) < PARTITIONS:
                if time.monotonic() > deadline:
                    raise Violation(f"{self.topic}: reading stands still at {self.positions}")
                for message in consumer.consume(10000, 0.2):
                    partition = message.partition()
                    if message.error():
                        if message.error().code() == KafkaError._PARTITION_EOF:
                            ended.add(partition)
                            self.positions[partition] = message.offset()
                        continue
                    self.positions[partition] = message.offset() + 1
                    if message.offset() >= stable[partition]:
                        ended.add(partition)  # it may grow too fast for its end ever to be met
                    copies.append(Copy(partition, message.offset(), struct.unpack_from(">q", message.value())[0],
                                       dict(message.headers())["txn"].decode()))
            return copies
        finally:
            consumer.close()


class CopyCheck:
    """Compares the copy with the ledger of its source."""

    def __init__(self, bootstrap, copier, ledger):
        self.copier, self.ledger = copier, ledger
        self.reader = CopyReader(bootstrap, copier.target)
        self.copied = [[] for _ in range(PARTITIONS)]

    def read_on(self):
        for copy in self.reader.read_on():
            self.copied[copy.partition].append(copy.number)

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
        kept = reader.committed(GROUP, self.copier.source)
        for partition in range(PARTITIONS):
            if kept[partition] < before[partition] or exact and kept[partition] != before[partition]:
                raise Violation(f"{self.copier.source}-{partition}: {before[partition]} records are copied, "
                                f"the group's offset is {kept[partition]}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bootstrap")
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--name", required=True)
    parser.add_argument("--instance", help="group.instance.id")
    parser.add_argument("--protocol", choices=["classic", "consumer"], default="classic")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--history", required=True)
    options = parser.parse_args()
    copier = Copier(options.bootstrap, options.source, options.target, options.seed, History(options.history),
                    options.name, options.instance, options.protocol)
    signal.signal(signal.SIGTERM, lambda *_: copier.ending.set())
    while copier.is_alive():
        copier.join(0.2)
    if copier.failure:
        sys.exit(f"{options.name}: {type(copier.failure).__name__}: {copier.failure}")


if __name__ == "__main__":
    main()
