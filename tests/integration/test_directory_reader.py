"""A second process reads a live directory: what it prints is in the log, in order, once, whatever happens to either side."""
import os
import signal
import subprocess
import threading
import time

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from millrace import binary, wait_for

pytestmark = pytest.mark.usefixtures("millrace_only")
SMALL_SEGMENTS = {"internal.segment.bytes": "20000"}


class Tail:
    """tests/integration/tail_directory.cc as a process."""

    def __init__(self, data, topic, *more):
        program = binary().parent / "tests" / "tail_directory"
        assert program.exists(), f"{program} is not built"
        self.process = subprocess.Popen([program, data, topic, "0", *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.records = []  # (offset, value)
        self.lost = []
        self.writers = []
        self.errors = []
        self.thread = threading.Thread(target=self._collect, daemon=True)
        self.thread.start()

    def _collect(self):
        for line in self.process.stdout:
            kind, rest = line.rstrip("\n").split(" ", 1)
            if kind == "record":
                offset, value = rest.split(" ", 1)
                self.records.append((int(offset), value))
            else:
                {"lost": self.lost, "writer": self.writers, "error": self.errors}[kind].append(rest)

    def signal(self, number):
        os.kill(self.process.pid, number)

    def has(self, offset):
        return bool(self.records) and self.records[-1][0] >= offset

    def end(self):
        self.process.stdin.close()
        assert self.process.wait(20) == 0
        self.thread.join(20)


@pytest.fixture
def tail():
    started = []

    def start(*arguments):
        started.append(Tail(*arguments))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()


def make_topic(broker, topic, config=None):
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    admin.create_topics([NewTopic(topic, 1, 1, config=config or {})])[topic].result(20)


class Writer:
    """Numbers sent without end; those that were acknowledged are kept with their offsets."""

    def __init__(self, bootstrap, topic, acks):
        self.topic = topic
        self.acknowledged = {}
        self.slowest = 0.0
        self.number = 0
        self.producer = Producer({"bootstrap.servers": bootstrap, "acks": acks, "linger.ms": 1, "reconnect.backoff.max.ms": 100})
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _delivered(self, number, sent_at):
        def told(error, message):
            if error is None:
                self.acknowledged[message.offset()] = f"value {number}"
                self.slowest = max(self.slowest, time.monotonic() - sent_at)
        return told

    def _run(self):
        while not self.ending.is_set():
            try:
                self.producer.produce(self.topic, f"value {self.number}".encode(),
                                      on_delivery=self._delivered(self.number, time.monotonic()))
                self.number += 1
            except BufferError:
                pass
            self.producer.poll(0)
            if self.number % 100 == 0:
                time.sleep(0.001)

    def end(self):
        self.ending.set()
        self.thread.join(20)
        assert self.producer.flush(30) == 0


def log_of(broker, topic, isolation="read_uncommitted"):
    """All records that are there now, by offset, as a consumer gets them."""
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "unused", "isolation.level": isolation,
                         "enable.partition.eof": True, "auto.offset.reset": "earliest"})
    consumer.assign([TopicPartition(topic, 0, 0)])
    found = {}
    while True:
        message = consumer.poll(20)
        assert message is not None
        if message.error():
            assert message.error().name() == "_PARTITION_EOF", message.error()
            break
        found[message.offset()] = message.value().decode()
    consumer.close()
    return found


def check(tail, log):
    """Every record that was printed is in the log, in order, none twice, none left out."""
    assert not tail.errors
    offsets = [offset for offset, _ in tail.records]
    assert all(a < b for a, b in zip(offsets, offsets[1:])), "in order, none twice"
    wrong = [(offset, value, log.get(offset)) for offset, value in tail.records if log.get(offset) != value]
    assert not wrong, wrong[:5]


@pytest.mark.parametrize("acks", ["1", "all"])
def test_reader_lives_through_kills_of_the_broker(own_broker, tail, acks):
    broker = own_broker().start()
    make_topic(broker, "t", SMALL_SEGMENTS)
    reader = tail(broker.data, "t")
    writer = Writer(broker.bootstrap, "t", acks)
    for round_ in range(6):
        seen = len(reader.records)
        wait_for(lambda: len(reader.records) > seen + 500, what=f"records of round {round_}")
        broker.kill()
        wait_for(lambda: reader.writers[-1] == "crashed", what="the reader notices the kill")
        if round_ % 3 == 2:  # also in the middle of a start
            broker.spawn()
            time.sleep(0.02 * round_)
            broker.kill()
        broker.start()
        wait_for(lambda: reader.writers[-1] == "alive", what="the reader notices the start")
    writer.end()
    log = log_of(broker, "t")
    wait_for(lambda: reader.has(max(log)), what="the reader reaches the end")
    broker.stop()
    wait_for(lambda: reader.writers[-1] == "stopped", what="the reader notices the end")
    reader.end()
    check(reader, log)
    assert len(reader.records) == len(log), "a killed process loses nothing that was written"
    assert not reader.lost
    assert {o: v for o, v in writer.acknowledged.items() if log.get(o) != v} == {}
    assert len(writer.acknowledged) > 3000


def test_late_reader_reads_what_a_killed_broker_published(own_broker, tail):
    broker = own_broker().start()
    make_topic(broker, "t", SMALL_SEGMENTS)
    writer = Writer(broker.bootstrap, "t", "1")
    wait_for(lambda: len(writer.acknowledged) > 2000)
    broker.kill()
    known = dict(writer.acknowledged)
    reader = tail(broker.data, "t")
    wait_for(lambda: reader.has(max(known)), what="the reader has what was acknowledged")
    wait_for(lambda: reader.writers == ["crashed"], what="the reader knows that the broker is dead")
    broker.start()
    writer.end()
    check(reader, log_of(broker, "t"))


def test_stopped_reader_holds_nobody_up(own_broker, tail):
    broker = own_broker({"log.retention.check.interval.ms": "50", "log.initial.task.delay.ms": "50"}).start()
    make_topic(broker, "t", {**SMALL_SEGMENTS, "retention.bytes": "100000"})
    reader = tail(broker.data, "t")
    writer = Writer(broker.bootstrap, "t", "all")
    wait_for(lambda: len(reader.records) > 500)
    reader.signal(signal.SIGSTOP)
    at = len(writer.acknowledged)
    wait_for(lambda: len(writer.acknowledged) > at + 20_000, limit=60, what="records while the reader is stopped")
    removed = lambda: not (broker.data / "t-0" / f"{0:020}.log").exists()  # noqa: E731
    wait_for(removed, what="retention goes on")
    begun = time.monotonic()
    broker.stop()
    broker.start()
    assert time.monotonic() - begun < 10, "nobody waits for the reader's lock, for it has none"
    reader.signal(signal.SIGCONT)
    wait_for(lambda: reader.lost, what="the reader hears that records are gone")
    writer.end()
    log = log_of(broker, "t")
    wait_for(lambda: reader.has(max(log)), what="the reader reaches the end")
    reader.end()
    offsets = [offset for offset, _ in reader.records]
    assert all(a < b for a, b in zip(offsets, offsets[1:]))
    assert all(log[o] == v for o, v in reader.records if o in log)


def test_reader_goes_no_further_than_a_stopped_broker_published(own_broker, tail):
    broker = own_broker().start()
    make_topic(broker, "t")
    writer = Writer(broker.bootstrap, "t", "1")
    wait_for(lambda: len(writer.acknowledged) > 1000)
    broker.process.send_signal(signal.SIGSTOP)
    known = dict(writer.acknowledged)
    reader = tail(broker.data, "t")
    wait_for(lambda: reader.has(max(known)), what="the reader needs nothing of the broker")
    wait_for(lambda: reader.writers == ["alive"], what="the reader knows that the broker is there")
    broker.process.send_signal(signal.SIGCONT)
    writer.end()
    check(reader, log_of(broker, "t"))


def test_reader_of_committed_records_sees_whole_transactions(own_broker, tail):
    broker = own_broker().start()
    make_topic(broker, "t", SMALL_SEGMENTS)
    reader = tail(broker.data, "t", "committed")
    producer = Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": "tx"})
    producer.init_transactions(20)
    for number in range(60):
        producer.begin_transaction()
        for part in range(5):
            producer.produce("t", f"{number} {part} {'x' * 100}")
        producer.flush(20)
        if number % 3:
            producer.abort_transaction(20)
        else:
            producer.commit_transaction(20)
        if number == 30:
            broker.kill()
            broker.start()
    log = log_of(broker, "t", "read_committed")
    wait_for(lambda: reader.has(max(log)), what="the reader reaches the end")
    reader.end()
    check(reader, log)
    assert len(reader.records) == len(log) == 20 * 5
