"""The programs Kafka's own system tests drive: verifiable clients, and a copier that works in transactions."""
import json
import subprocess
import uuid

import kafka_peer
import pytest

PRODUCER, CONSUMER, COPIER = (f"org.apache.kafka.tools.{name}" for name in (
    "VerifiableProducer", "VerifiableConsumer", "TransactionalMessageCopier"))
COUNT = 1000
NUMBERS = list(range(COUNT))


def events(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def named(text, name):
    return [event for event in events(text) if name in (event.get("name"), event.get("stage"))]


@pytest.fixture(scope="module")
def server(broker):
    return ["--bootstrap-server", broker.bootstrap]


@pytest.fixture(scope="module")
def filled(tools, server):
    """A topic of two partitions with the numbers below COUNT, all acknowledged."""
    topic = f"verifiable-{uuid.uuid4().hex[:8]}"
    tools.check("topics", *server, "--create", "--topic", topic, "--partitions", 2)
    # This one says how it ended when its JVM does.
    command = kafka_peer.java(*kafka_peer.QUICK_START, PRODUCER, *server, "--topic", topic, "--max-messages", str(COUNT),
                              "--acks", "-1", "--repeating-keys", "5")
    said = subprocess.run(command, check=True, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          timeout=60).stdout
    assert sorted(int(event["value"]) for event in named(said, "producer_send_success")) == NUMBERS
    assert [event["acked"] for event in named(said, "tool_data")] == [COUNT]
    return topic


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_verifiable_consumer_reads_what_the_producer_sent(tools, server, filled, name, protocol):
    said = tools.check(CONSUMER, *server, "--topic", filled, "--group-id", name("group"), "--max-messages", COUNT,
                       "--group-protocol", protocol, "--verbose")
    read = [int(event["value"]) for event in named(said, "record_data")]
    assert sorted(read) == NUMBERS
    # With the new protocol a member that has not heard of its topics yet takes none of them first.
    given = [len(event["partitions"]) for event in named(said, "partitions_assigned")]
    assert given == [2] or (protocol == "consumer" and given == [0, 2])
    commits = named(said, "offsets_committed")
    assert commits and all(event["success"] for event in commits)
    last = {offset["partition"]: offset["offset"] for event in commits for offset in event["offsets"]}
    assert sum(last.values()) == COUNT


@pytest.mark.parametrize("mode", [[], ["--group-mode", "--use-group-metadata"]])
def test_transactional_copier_copies_each_message_once(tools, bootstrap, server, filled, name, mode):
    target, group = name("copy"), name("copiers")
    tools.check("topics", *server, "--create", "--topic", target, "--partitions", 2)
    for partition in (0,) if mode else (0, 1):
        said = tools.check(COPIER, "--broker-list", bootstrap, "--input-topic", filled, "--input-partition", partition,
                           "--output-topic", target, "--transactional-id", name(f"copier-{partition}"),
                           "--consumer-group", group, "--transaction-size", 100, "--enable-random-aborts", *mode)
        assert named(said, "ShutdownComplete")[0]["remaining"] == 0
    copied = tools.check("console-consumer", *server, "--topic", target, "--from-beginning", "--max-messages", COUNT,
                         "--isolation-level", "read_committed", "--timeout-ms", 20000)
    assert sorted(map(int, copied.split())) == NUMBERS
    described = tools.check("groups", *server, "--describe", "--group", group)
    lags = [row.split()[5] for row in described.splitlines() if row.startswith(group)]
    assert lags == ["0", "0"]
