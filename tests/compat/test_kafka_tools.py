"""Kafka's own command-line tools and Java clients, unchanged."""
import re

import pytest


@pytest.fixture
def server(bootstrap):
    return ["--bootstrap-server", bootstrap]


def test_topics_are_created_described_altered_and_deleted(tools, server, name):
    topic = name("tool")
    tools.check("topics", *server, "--create", "--topic", topic, "--partitions", 2, "--config", "retention.ms=1000000")
    described = tools.check("topics", *server, "--describe", "--topic", topic)
    assert "PartitionCount: 2" in described and "retention.ms=1000000" in described
    tools.check("topics", *server, "--alter", "--topic", topic, "--partitions", 4)
    assert "PartitionCount: 4" in tools.check("topics", *server, "--describe", "--topic", topic)
    assert topic in tools.check("topics", *server, "--list").split()
    tools.check("topics", *server, "--delete", "--topic", topic)
    assert topic not in tools.check("topics", *server, "--list").split()


def test_default_partition_count_is_asked_of_the_broker(tools, server, name):
    topic = name("defaults")
    tools.check("topics", *server, "--create", "--topic", topic)
    assert "PartitionCount: 1" in tools.check("topics", *server, "--describe", "--topic", topic)


def test_console_producer_and_consumer_with_a_group_and_its_lag(tools, server, name):
    topic, group = name("console"), name("console-group")
    tools.check("console-producer", *server, "--topic", topic, "--reader-property", "parse.key=true", "--reader-property",
                "key.separator=:", stdin="".join(f"k{i}:line {i}\n" for i in range(20)))
    read = tools.check("console-consumer", *server, "--topic", topic, "--from-beginning", "--max-messages", 15,
                       "--timeout-ms", 20000, "--group", group, "--formatter-property", "print.key=true")
    assert read.splitlines() == [f"k{i}\tline {i}" for i in range(15)]
    rows = [r.split() for r in tools.check("groups", *server, "--describe", "--group", group).splitlines()]
    assert [r[3:6] for r in rows if r and r[0] == group] == [["15", "20", "5"]]
    assert group in tools.check("groups", *server, "--list").split()


def test_group_offsets_are_reset_and_the_group_deleted(tools, server, name):
    topic, group = name("reset"), name("reset-group")
    tools.check("console-producer", *server, "--topic", topic, stdin="a\nb\nc\n")
    tools.check("console-consumer", *server, "--topic", topic, "--from-beginning", "--max-messages", 3,
                "--timeout-ms", 20000, "--group", group)
    tools.check("groups", *server, "--group", group, "--topic", topic, "--reset-offsets", "--to-offset", 1, "--execute")
    described = tools.check("groups", *server, "--describe", "--group", group)
    assert [r.split()[3:6] for r in described.splitlines() if r.startswith(group)] == [["1", "3", "2"]]
    tools.check("groups", *server, "--delete-offsets", "--group", group, "--topic", topic)
    tools.check("groups", *server, "--delete", "--group", group)
    assert group not in tools.check("groups", *server, "--list").split()


def test_offsets_by_time_and_deleted_records(tools, server, name, tmp_path):
    topic = name("offsets")
    tools.check("console-producer", *server, "--topic", topic, stdin="a\nb\nc\n")
    for time, offset in (("-1", 3), ("latest", 3), ("earliest", 0), ("max-timestamp", None)):
        answer = tools.check("offsets", *server, "--topic", topic, "--time", time).strip()
        assert answer.startswith(f"{topic}:0:")
        assert offset is None or answer == f"{topic}:0:{offset}"
    request = tmp_path / "delete.json"
    request.write_text('{"partitions":[{"topic":"%s","partition":0,"offset":2}],"version":1}' % topic)
    assert "low_watermark: 2" in tools.check("delete-records", *server, "--offset-json-file", request)
    assert tools.check("offsets", *server, "--topic", topic, "--time", "-2").strip() == f"{topic}:0:2"


def test_configs_of_topic_and_broker(tools, server, name):
    topic = name("configured")
    tools.check("topics", *server, "--create", "--topic", topic)
    entity = ["--entity-type", "topics", "--entity-name", topic]
    tools.check("configs", *server, *entity, "--alter", "--add-config", "retention.ms=5000,max.message.bytes=3000")
    described = tools.check("configs", *server, *entity, "--describe")
    assert "retention.ms=5000" in described and "max.message.bytes=3000" in described
    tools.check("configs", *server, *entity, "--alter", "--delete-config", "retention.ms")
    assert "retention.ms=5000" not in tools.check("configs", *server, *entity, "--describe")
    everything = tools.check("configs", *server, *entity, "--describe", "--all")
    for key in ("cleanup.policy", "compression.type", "segment.bytes", "min.insync.replicas", "flush.messages"):
        assert f"{key}=" in everything
    refused = tools.run("configs", *server, *entity, "--alter", "--add-config", "no.such.key=1")
    assert refused.status != 0 and "Unknown topic config name: no.such.key" in refused.out + refused.err
    broker = tools.check("configs", *server, "--entity-type", "brokers", "--entity-name", "1", "--describe", "--all")
    assert "num.partitions=" in broker


def test_producer_and_consumer_performance(tools, server, name):
    topic, count = name("perf"), 50000
    out = tools.check("producer-perf", *server, "--topic", topic, "--num-records", count, "--record-size", 100,
                      "--throughput", -1, "--producer-props", f"bootstrap.servers={server[1]}", "acks=all")
    assert re.search(rf"^{count} records sent, ", out, re.M)
    out = tools.check("consumer-perf", *server, "--topic", topic, "--num-records", count, "--group", name("perf"))
    row = out.strip().splitlines()[-1].split(", ")
    assert float(row[4]) == count


def test_java_client_finds_its_way_by_the_versions_offered(tools, server):
    out = tools.check("api-versions", *server)
    for api in ("Produce(0): 0 to", "Fetch(1): 4 to", "JoinGroup(11): 0 to 9", "ApiVersions(18): 0 to"):
        assert api in out, out
