"""Lag and `millrace wait` as a pipeline uses them: real clients, restarts, and Apache Kafka's own numbers beside ours."""
import json
import subprocess
import threading
import time

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from kafka import KafkaConsumer, KafkaProducer

from ledger import retried
from millrace import binary, wait_for

CAUGHT_UP, UNREACHABLE, USAGE, NOT_FOUND, TIMED_OUT, GONE = 0, 1, 2, 3, 5, 6
MINUTE_MS = 60_000


class Cluster:
    """A broker and our command line on it."""

    def __init__(self, node):
        self.node, self.bootstrap = node, node.bootstrap

    def command(self, *arguments):
        return [str(binary()), *map(str, arguments), "--bootstrap", self.bootstrap]

    def run(self, *arguments, timeout=60):
        return subprocess.run(self.command(*arguments), text=True, timeout=timeout, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def wait(self, group, *arguments):
        return self.run("wait", "--group", group, "--caught-up", "--interval", "50ms", *arguments)

    def begin_wait(self, group, *arguments):
        return subprocess.Popen(self.command("wait", "--group", group, "--caught-up", "--interval", "50ms", *arguments),
                                text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def json(self, *arguments):
        done = self.run(*arguments, "--format", "json")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def described(self, group, *arguments):
        """Of the group, and of each partition by number."""
        group, = self.json("group", "describe", group, *arguments)
        return group, {p["partition"]: p for p in group["partitions"]}

    def create(self, topic, partitions=1):
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(20)

    def fill(self, topic, count, partition=0, timestamp_ms=None):
        producer = KafkaProducer(bootstrap_servers=self.bootstrap)
        for i in range(count):
            producer.send(topic, b"x", partition=partition, timestamp_ms=timestamp_ms)
        producer.close()

    def commit(self, group, topic, offsets):
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": group})
        wanted = [TopicPartition(topic, p, o) for p, o in offsets.items()]
        retried(lambda: consumer.commit(offsets=wanted, asynchronous=False))
        consumer.close()

    def read_with_kafka_python(self, group, topic, count):
        """Reads and commits record by record, as a pipeline with manual commits does."""
        consumer = KafkaConsumer(topic, bootstrap_servers=self.bootstrap, group_id=group, enable_auto_commit=False,
                                 auto_offset_reset="earliest")
        for _ in range(count):
            next(consumer)
            consumer.commit()
        consumer.close()


@pytest.fixture
def cluster(broker, millrace_only):
    return Cluster(broker)


@pytest.fixture(params=["millrace", "kafka"])
def both(request, millrace_only):
    return Cluster(request.getfixturevalue("broker" if request.param == "millrace" else "oracle"))


def now_ms():
    return int(time.time() * 1000)


# ---- group describe, group list -----------------------------------------------------------------------------------------


def test_lag_is_shown_in_records_and_in_time(both, name):
    topic, group = name("orders"), name("billing")
    both.create(topic, 2)
    both.fill(topic, 5, partition=0, timestamp_ms=now_ms() - 5 * MINUTE_MS)
    both.commit(group, topic, {0: 2, 1: 0})
    described, partitions = both.described(group)
    assert described["lag"]["records"] == 3
    assert 5 * MINUTE_MS <= described["lag"]["time_ms"] < 6 * MINUTE_MS
    assert partitions[0]["first_unread"]["offset"] == 2 and not partitions[0]["caught_up"]
    assert partitions[1]["caught_up"] and partitions[1]["time_ms"] == 0
    kept = partitions[0]["until_retention_ms"]
    assert 0 < kept <= 7 * 24 * 60 * MINUTE_MS - 5 * MINUTE_MS, "both keep a week by default"
    text = both.run("group", "describe", group).stdout
    assert "lag 3  behind 5m" in text and "KEPT-FOR" in text
    listed = {g["group"]: g for g in both.json("group", "list", "--lag")}
    assert listed[group]["lag"]["records"] == 3
    row, = [r.split() for r in both.run("group", "list", "--lag").stdout.splitlines() if group in r]
    assert "3" in row and "5m" in row
    assert "BEHIND" not in both.run("group", "list").stdout


def test_two_looks_tell_whether_a_group_catches_up(cluster, name):
    topic, group = name("orders"), name("billing")
    cluster.create(topic)
    cluster.fill(topic, 100)
    cluster.commit(group, topic, {0: 0})
    described, partitions = cluster.described(group, "--over", "100ms")
    assert partitions[0]["read_per_s"] == 0 and partitions[0]["to_catch_up_ms"] is None
    assert described["lag"]["to_catch_up_ms"] is None
    assert "DRAIN/S" in cluster.run("group", "describe", group, "--over", "10ms").stdout
    assert "DRAIN/S" not in cluster.run("group", "describe", group).stdout


def test_numbers_are_those_of_kafkas_own_tool(both, tools, name):
    topic, group = name("orders"), name("billing")
    both.create(topic, 3)
    both.fill(topic, 7, partition=0)
    both.fill(topic, 4, partition=1)
    both.commit(group, topic, {0: 3, 1: 4, 2: 0})
    rows = [r.split() for r in
            tools.check("groups", "--bootstrap-server", both.bootstrap, "--describe", "--group", group).splitlines()]
    head = next(r for r in rows if "LAG" in r)
    of = {name: head.index(name) for name in ("PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG")}
    kafkas = {int(r[of["PARTITION"]]): tuple(int(r[of[c]]) for c in ("CURRENT-OFFSET", "LOG-END-OFFSET", "LAG"))
              for r in rows if topic in r}
    _, partitions = both.described(group)
    assert {p: (x["committed"], x["readable_end"], x["records"]) for p, x in partitions.items()} == kafkas
    assert kafkas == {0: (3, 7, 4), 1: (4, 4, 0), 2: (0, 0, 0)}


# ---- wait -----------------------------------------------------------------------------------------------------------------


def test_wait_ends_with_the_last_commit_of_a_kafka_python_consumer(both, name):
    topic, group = name("orders"), name("billing")
    both.create(topic, 3)
    for partition in range(3):
        both.fill(topic, 4, partition)
    both.read_with_kafka_python(group, topic, 1)
    waiting = both.begin_wait(group, "--timeout", "60s", "--format", "json")
    both.fill(topic, 1, partition=1)  # Perhaps in front of the goal, perhaps behind: it is read in both cases.
    reading = threading.Thread(target=both.read_with_kafka_python, args=(group, topic, 12))
    reading.start()
    out, talk = waiting.communicate(timeout=60)
    reading.join()
    assert waiting.returncode == CAUGHT_UP, talk
    outcome = json.loads(out)
    assert outcome["outcome"] == "caught_up" and "caught up in 3 partitions" in talk
    assert all(p["caught_up"] and p["target"] in (4, 5) for p in outcome["partitions"])


def test_wait_that_is_too_long_tells_what_is_missing(cluster, name):
    topic, group = name("orders"), name("billing")
    cluster.create(topic, 2)
    cluster.fill(topic, 5)
    cluster.commit(group, topic, {0: 2, 1: 0})
    done = cluster.wait(group, "--timeout", "200ms", "--format", "json")
    assert done.returncode == TIMED_OUT
    assert f"{topic}-0: 3 to read, from offset 2 to 5" in done.stderr and f"{topic}-1" not in done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["outcome"] == "timed_out" and [p["caught_up"] for p in outcome["partitions"]] == [False, True]
    assert cluster.wait(group, "--timeout", "0s").stdout == ""


def test_wait_for_what_is_older_than_a_time(both, name):
    topic, group = name("orders"), name("billing")
    both.create(topic)
    border = now_ms() - 10 * MINUTE_MS
    both.fill(topic, 3, timestamp_ms=border - MINUTE_MS)
    both.fill(topic, 3, timestamp_ms=border)
    both.commit(group, topic, {0: 2})
    written = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(border / 1000)) + f".{border % 1000:03}+00:00"
    for before in (f"@{border}", written, "-630s"):
        done = both.wait(group, "--before", before, "--timeout", "0s")
        assert done.returncode == TIMED_OUT and "1 to read" in done.stderr, f"{before}: {done.stderr}"
    both.commit(group, topic, {0: 3})
    assert both.wait(group, "--before", f"@{border}", "--timeout", "0s").returncode == CAUGHT_UP
    assert both.wait(group, "--before", "-11m", "--timeout", "0s").returncode == CAUGHT_UP
    assert both.wait(group, "--timeout", "0s").returncode == TIMED_OUT


@pytest.mark.parametrize("isolation", ["read_uncommitted", "read_committed"])
def test_wait_behind_a_transactional_producer(both, name, isolation):
    topic, group = name("orders"), name("billing")
    both.create(topic)
    producer = Producer({"bootstrap.servers": both.bootstrap, "transactional.id": name("tx")})
    producer.init_transactions(30)
    for _ in range(2):
        producer.begin_transaction()
        producer.produce(topic, b"x", partition=0)
        producer.commit_transaction(30)
    consumer = Consumer({"bootstrap.servers": both.bootstrap, "group.id": group, "isolation.level": isolation,
                         "auto.offset.reset": "earliest", "enable.auto.commit": False})
    consumer.subscribe([topic])
    messages = wait_for(lambda: consumer.consume(2, 5), what="records")
    while len(messages) < 2:
        messages += consumer.consume(2 - len(messages), 5)
    consumer.commit(messages[-1], asynchronous=False)
    consumer.close()
    wait_for(lambda: both.described(group)[1][0]["readable_end"] == 4, what="the second marker")
    _, partitions = both.described(group, "--isolation", isolation)
    assert partitions[0]["committed"] == 3 and partitions[0]["records"] == 0
    assert both.wait(group, "--isolation", isolation, "--timeout", "0s").returncode == CAUGHT_UP
    producer.begin_transaction()
    producer.produce(topic, b"x", partition=0)
    producer.flush(30)
    producer.abort_transaction(30)
    # An aborted record is nothing to those alone who read committed ones.
    wait_for(lambda: both.described(group, "--isolation", "read_committed")[1][0]["readable_end"] == 6, what="the abort")
    expected = CAUGHT_UP if isolation == "read_committed" else TIMED_OUT
    assert both.wait(group, "--isolation", isolation, "--timeout", "0s").returncode == expected


def test_wait_goes_on_through_a_restart(own_broker, millrace_only, name):
    node = own_broker().start()
    cluster = Cluster(node)
    topic, group = name("orders"), name("billing")
    cluster.create(topic)
    cluster.fill(topic, 3)
    cluster.commit(group, topic, {0: 1})
    waiting = cluster.begin_wait(group, "--timeout", "60s")
    assert "1 of 1 partitions, 2 records" in waiting.stderr.readline()
    node.kill()
    node.start()
    assert waiting.poll() is None
    node.stop()
    node.start()
    cluster.commit(group, topic, {0: 3})
    _, talk = waiting.communicate(timeout=60)
    assert waiting.returncode == CAUGHT_UP, talk
    node.stop()
    done = cluster.wait(group, "--timeout", "300ms")
    assert done.returncode == UNREACHABLE and node.bootstrap in done.stderr


def test_wait_for_a_topic_that_is_deleted(cluster, name):
    topic, group = name("orders"), name("billing")
    cluster.create(topic)
    cluster.fill(topic, 3)
    cluster.commit(group, topic, {0: 1})
    waiting = cluster.begin_wait(group, "--timeout", "60s")
    assert "1 of 1 partitions, 2 records" in waiting.stderr.readline()
    assert cluster.run("topic", "delete", topic).returncode == 0
    _, talk = waiting.communicate(timeout=60)
    assert waiting.returncode == GONE, talk
    assert "deleted" in talk


def test_every_failure_of_wait_has_its_own_status(cluster, name):
    topic, group = name("orders"), name("billing")
    cluster.create(topic)
    assert cluster.wait(name("nobody"), "--timeout", "60s").returncode == NOT_FOUND
    assert cluster.wait(name("nobody"), "--timeout", "60s", "--topic", topic).returncode == NOT_FOUND
    cluster.commit(group, topic, {0: 0})
    assert cluster.wait(group, "--topic", name("nothing"), "--timeout", "60s").returncode == NOT_FOUND
    assert cluster.wait(group, "--before", "20260131").returncode == USAGE
    assert cluster.wait(group, "--timeout", "soon").returncode == USAGE
    assert cluster.run("wait", "--group", group).returncode == USAGE
