"""Kafka Connect in distributed mode: lines of a file into a topic and out of it, by Kafka's own connectors.

All that a worker knows (connectors, positions in files, states) lives in three compacted topics.
"""
import itertools

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

from committed_reader import CommittedReader
from millrace import wait_for
from streams_peer import QUICK_MEMBER, ConnectWorker

# The worker's own topics roll their segments soon and are cleaned at once.
CLEANED_SOON = {f"{store}.storage.{key}": value for store in ("config", "offset", "status")
                for key, value in (("segment.ms", 200), ("min.cleanable.dirty.ratio", 0.01))}
CLEANER = {"log.cleaner.backoff.ms": "200"}
EXACTLY_ONCE = {"exactly.once.source.support": "enabled"}


class Pipe:
    """A file whose lines a source connector writes to a topic, which a sink connector writes to another file."""

    def __init__(self, worker, directory, topic):
        self.worker, self.topic = worker, topic
        self.source, self.sink = directory / "source.txt", directory / "sink.txt"
        self.source.touch()
        self.sink.touch()
        self.numbers = itertools.count()
        self.written = []

    def create(self):
        self.put("source", {"connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector",
                            "file": self.source, "topic": self.topic, "topic.creation.default.replication.factor": 1,
                            "topic.creation.default.partitions": 1})
        self.put("sink", {"connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
                          "file": self.sink, "topics": self.topic,
                          "consumer.override.isolation.level": "read_committed",
                          "consumer.override.session.timeout.ms": QUICK_MEMBER["session.timeout.ms"]})

    def put(self, connector, config):
        path = f"/connectors/{connector}/config"
        status, answer = self.worker.ask("PUT", path, {"tasks.max": "1", **{k: str(v) for k, v in config.items()}})
        assert status in (200, 201), (status, answer)

    def delete(self):
        for connector in ("source", "sink"):
            assert self.worker.ask("DELETE", f"/connectors/{connector}")[0] == 204

    def write(self, count=100):
        lines = [f"line {next(self.numbers)}" for _ in range(count)]
        with self.source.open("a") as file:
            file.write("".join(f"{line}\n" for line in lines))
        self.written += lines

    def read(self):
        """The whole lines that came out."""
        return self.sink.read_text().rpartition("\n")[0].splitlines()

    def states(self):
        """The states of both connectors and of their tasks."""
        found = []
        for connector in ("source", "sink"):
            status, answer = self.worker.ask("GET", f"/connectors/{connector}/status")
            if status == 200:
                found += [answer["connector"]["state"], *(task["state"] for task in answer["tasks"])]
        return found

    def wait_for(self, condition, what):
        def holds():
            self.worker.check()
            assert "FAILED" not in self.states(), self.worker.last_words()
            return condition()

        wait_for(holds, 60, what, step=0.1)

    def wait_until_running(self):
        self.wait_for(lambda: self.states() == ["RUNNING"] * 4, "both connectors and their tasks run")

    def wait_for_all(self):
        """Until all that was written came out at least once."""
        self.wait_for(lambda: set(self.read()) >= set(self.written), "the lines written come out")

    def wait_for_exactly(self, lines):
        """Until the lines came out, in order, once and nothing else; later duplicates are seen by a later call."""
        self.wait_for(lambda: len(self.read()) >= len(lines), f"{len(lines)} lines come out")
        assert self.read() == lines


@pytest.fixture
def connect(own_broker, tmp_path, name):
    """connect(): a broker, a worker that runs and a pipe with both its connectors."""
    workers = []

    def make(**settings):
        broker = own_broker(CLEANER).start()
        workers.append(ConnectWorker(broker.bootstrap, tmp_path, name("connect"), **CLEANED_SOON, **settings).start())
        pipe = Pipe(workers[0], tmp_path, "lines")
        pipe.create()
        pipe.wait_until_running()
        return broker, workers[0], pipe

    yield make
    for worker in workers:
        worker.kill()


def test_lines_come_through_and_connectors_made_again_go_on(connect):
    broker, worker, pipe = connect()
    pipe.write()
    pipe.wait_for_exactly(pipe.written)
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    for store in ("config", "offset", "status"):
        topic = ConfigResource(ResourceType.TOPIC, worker.settings[f"{store}.storage.topic"])
        assert admin.describe_configs([topic])[topic].result(20)["cleanup.policy"].value == "compact"

    pipe.delete()
    wait_for(lambda: worker.get("/connectors") == [], 30, "the connectors are gone")
    pipe.write()
    pipe.create()
    pipe.wait_until_running()
    pipe.write()
    pipe.wait_for_exactly(pipe.written)


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{}, EXACTLY_ONCE], ids=["plain", "exactly-once"])
def test_a_restarted_worker_knows_all_from_its_compacted_topics(connect, settings):
    broker, worker, pipe = connect(**settings)

    def positions_are_compacted():
        pipe.write(10)
        worker.check()
        reader = CommittedReader(broker.bootstrap, worker.settings["offset.storage.topic"],
                                 worker.settings["offset.storage.partitions"])
        kept, ever = len(reader.read_on()), sum(reader.positions)
        return ever > 10 and kept < ever / 2

    wait_for(positions_are_compacted, 60, "the topic of the positions is compacted")
    pipe.wait_for_exactly(pipe.written)
    for _ in range(2):
        worker.stop()
        broker.stop()
        pipe.write()
        broker.start()
        worker.start()
        assert sorted(worker.get("/connectors")) == ["sink", "source"]
        pipe.wait_until_running()
        pipe.write()
        pipe.wait_for_exactly(pipe.written)
    worker.stop()
    assert pipe.read() == pipe.written


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{}, EXACTLY_ONCE], ids=["plain", "exactly-once"])
def test_positions_can_be_reset(connect, settings):
    _, worker, pipe = connect(**settings)
    pipe.write()
    pipe.wait_for_exactly(pipe.written)
    for connector, expected in (("source", pipe.written * 2), ("sink", pipe.written * 4)):
        path = f"/connectors/{connector}"
        assert worker.ask("PUT", f"{path}/stop")[0] == 204
        wait_for(lambda: worker.get(f"{path}/status")["connector"]["state"] == "STOPPED", 30, f"{connector} stops")
        wait_for(lambda: worker.get(f"{path}/status")["tasks"] == [], 30, f"the task of {connector} ends")
        status, answer = worker.ask("DELETE", f"{path}/offsets")
        assert status == 200, answer
        assert worker.ask("PUT", f"{path}/resume")[0] == 202
        pipe.wait_until_running()
        pipe.wait_for_exactly(expected)
    worker.stop()
    assert pipe.read() == expected


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{}, EXACTLY_ONCE], ids=["plain", "exactly-once"])
def test_kills_of_worker_and_broker_lose_nothing(connect, settings):
    broker, worker, pipe = connect(**settings)
    for killed in (broker, worker) * 3:
        pipe.write(2000)
        killed.kill()
        pipe.write()
        killed.start()
        pipe.write()
        pipe.wait_for_all()
    pipe.wait_until_running()
    first_seen = list(dict.fromkeys(pipe.read()))
    assert first_seen == pipe.written

    in_topic = [value.decode() for _, value in CommittedReader(broker.bootstrap, pipe.topic).read_on()]
    if settings:
        assert in_topic == pipe.written
    else:
        assert list(dict.fromkeys(in_topic)) == pipe.written
