"""The command line, against Millrace and, with --against kafka, against Apache Kafka."""
import json
import signal
import subprocess

import pytest
from confluent_kafka import Consumer
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from millrace import binary, wait_for


@pytest.fixture
def cli(bootstrap):
    """cli("topic", "list"): runs a command; .ok() wants status 0 and answers the lines of standard output."""

    class Cli:
        @staticmethod
        def run(*arguments, stdin=""):
            return subprocess.run([binary(), *map(str, arguments), "--bootstrap", bootstrap], input=stdin, text=True,
                                  capture_output=True, timeout=60)

        def ok(self, *arguments, stdin=""):
            result = self.run(*arguments, stdin=stdin)
            assert result.returncode == 0, f"{arguments}: {result}"
            return result.stdout.splitlines()

        @staticmethod
        def start(*arguments):
            return subprocess.Popen([binary(), *map(str, arguments), "--bootstrap", bootstrap], text=True,
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    return Cli()


def rows(lines, header):
    """The table below the line that starts with `header`, as dictionaries."""
    at = next(i for i, line in enumerate(lines) if line.split() and line.split()[0] == header)
    names = lines[at].split()
    return [dict(zip(names, line.split())) for line in lines[at + 1:]]


def test_topics_are_created_described_altered_and_deleted(cli, name):
    topic = name("t")
    cli.ok("topic", "create", topic, "--partitions", 3, "--set", "retention.ms=86400000")
    assert topic in cli.ok("topic", "list")
    described = cli.ok("topic", "describe", topic)
    assert "  retention.ms=86400000" in described
    assert len(rows(described, "PARTITION")) == 3
    cli.ok("topic", "alter", topic, "--partitions", 5, "--unset", "retention.ms", "--set", "segment.bytes=2000000")
    described = cli.ok("topic", "describe", topic)
    assert "  segment.bytes=2000000" in described and "  retention.ms=86400000" not in described
    assert len(rows(described, "PARTITION")) == 5
    cli.ok("topic", "delete", topic)
    assert topic not in cli.ok("topic", "list")


@pytest.mark.parametrize("arguments, status, words", [
    (["topic", "create", "{existing}"], 1, "TOPIC_ALREADY_EXISTS"),
    (["topic", "create", "{existing}", "--if-not-exists"], 0, "exists already"),
    (["topic", "create", "a/b"], 1, "INVALID_TOPIC_EXCEPTION"),
    (["topic", "alter", "{existing}", "--set", "nonsense=1"], 1, "INVALID_CONFIG"),
    (["topic", "alter", "{existing}"], 2, "nothing to change"),
    (["topic", "describe", "{missing}"], 3, "does not exist"),
    (["topic", "delete", "{missing}"], 3, "UNKNOWN_TOPIC_OR_PARTITION"),
    (["topic", "delete", "{missing}", "--if-exists"], 0, "does not exist"),
    (["consume", "{missing}"], 3, "does not exist"),
    (["consume", "{existing}", "--partition", "9"], 3, "has no partition 9"),
    (["consume", "{existing}", "--from", "99"], 1, "there is no 99"),
    (["consume", "{existing}", "--from", "yesterday"], 2, "no place to start"),
    (["produce", "{existing}", "--partition", "9"], 3, "not 9"),
    (["produce", "{existing}", "--acks", "2"], 2, "--acks"),
    (["group", "describe", "{missing}"], 3, "does not exist"),
    (["group", "delete", "{missing}"], 3, "does not exist"),
    (["group", "seek", "{missing}", "--to", "end"], 3, "--topic"),
])
def test_wrong_input_gets_one_line_and_its_exit_code(cli, name, arguments, status, words):
    names = {"existing": name("existing"), "missing": name("missing")}
    cli.ok("topic", "create", names["existing"])
    result = cli.run(*[a.format(**names) for a in arguments])
    assert result.returncode == status, result
    assert words in result.stderr and result.stdout == ""
    if status in (1, 3):
        assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("flag", ["--bootstrap", "--bootstrap-server", "-b"])
def test_a_broker_that_is_not_there_is_told_at_once(flag):
    result = subprocess.run([binary(), "topic", "list", flag, "127.0.0.1:1"], capture_output=True, text=True, timeout=10)
    assert result.returncode == 1 and "cannot connect to 127.0.0.1:1" in result.stderr


@pytest.mark.parametrize("arguments", [["topci"], ["topic", "topci"]])
def test_a_misspelt_command_is_named(arguments):
    result = subprocess.run([binary(), *arguments], capture_output=True, text=True, timeout=10)
    assert result.returncode == 2 and "no command 'topci'" in result.stderr


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_lines_come_back_through_every_codec(cli, name, codec):
    topic = name("t")
    cli.ok("topic", "create", topic)
    lines = [f"{codec} {i} {'x' * (i % 100)}" for i in range(2000)]
    cli.ok("produce", topic, "--compression", codec, stdin="\n".join(lines) + "\n")
    assert cli.ok("consume", topic) == lines


@pytest.mark.parametrize("acks", ["0", "1", "all"])
def test_every_acks_level_delivers(cli, name, acks):
    topic = name("t")
    cli.ok("topic", "create", topic)
    cli.ok("produce", topic, "--acks", acks, stdin="a\nb\n")
    wait_for(lambda: cli.ok("consume", topic) == ["a", "b"], what="both records")


def test_kafka_python_reads_keys_headers_and_nulls(cli, bootstrap, name):
    topic = name("t")
    cli.ok("topic", "create", topic, "--partitions", 4)
    cli.ok("produce", topic, "--key-separator", ":", "--header", "trace=1", "--header", "trace=2", "--null", "NULL",
           stdin="".join(f"k{i}:v{i}\n" for i in range(50)) + "gone:NULL\n")
    consumer = KafkaConsumer(topic, bootstrap_servers=[bootstrap], auto_offset_reset="earliest",
                             consumer_timeout_ms=5000)
    records = []
    for record in consumer:
        records.append(record)
        if len(records) == 51:
            break
    consumer.close()
    values = {r.key: r.value for r in records}
    assert values == {**{f"k{i}".encode(): f"v{i}".encode() for i in range(50)}, b"gone": None}
    assert all(list(r.headers) == [("trace", b"1"), ("trace", b"2")] for r in records)
    # The same keys go to the same partitions from both clients.
    producer = KafkaProducer(bootstrap_servers=[bootstrap])
    partitions = {r.key: r.partition for r in records}
    for key, partition in partitions.items():
        assert producer.send(topic, key=key, value=b"again").get(timeout=10).partition == partition
    producer.close()


def test_json_output_has_everything_kafka_python_wrote(cli, bootstrap, name):
    topic = name("t")
    producer = KafkaProducer(bootstrap_servers=[bootstrap])
    producer.send(topic, key="schlüssel".encode(), value=b"\xff\x00", timestamp_ms=1700000000000,
                  headers=[("h", b"x")]).get(timeout=10)
    producer.send(topic, value=None, key=b"k", timestamp_ms=1700000000001).get(timeout=10)
    producer.close()
    first, second = map(json.loads, cli.ok("consume", topic, "--format", "json"))
    assert first == {"topic": topic, "partition": 0, "offset": 0, "timestamp": 1700000000000, "key": "schlüssel",
                     "value_base64": "/wA=", "headers": [{"key": "h", "value": "x"}]}
    assert second["value"] is None and second["offset"] == 1


def test_consume_starts_where_it_is_told(cli, bootstrap, name):
    topic = name("t")
    producer = KafkaProducer(bootstrap_servers=[bootstrap])
    for i in range(10):
        producer.send(topic, value=str(i).encode(), timestamp_ms=1700000000000 + i * 1000).get(timeout=10)
    producer.close()
    for start, first in [("beginning", 0), ("4", 4), ("-3", 7), ("@1700000005000", 5), ("2023-11-14T22:13:26Z", 6)]:
        assert cli.ok("consume", topic, "--from", start) == [str(i) for i in range(first, 10)], start
    assert cli.ok("consume", topic, "--from", "end") == []
    assert cli.ok("consume", topic, "--count", 3) == ["0", "1", "2"]


def test_a_line_without_its_key_separator_stops_with_exit_code_4(cli, name):
    topic = name("t")
    cli.ok("topic", "create", topic)
    result = cli.run("produce", topic, "--key-separator", ":", stdin="a:1\nb\nc:3\n")
    assert result.returncode == 4 and "line 2" in result.stderr
    assert cli.ok("consume", topic) == ["1"]


def test_a_group_goes_on_where_it_stopped_and_shows_its_lag(cli, name):
    topic, group = name("t"), name("g")
    cli.ok("topic", "create", topic, "--partitions", 3)
    cli.ok("produce", topic, "-k", ":", stdin="".join(f"k{i}:{i}\n" for i in range(300)))
    first = cli.ok("consume", topic, "--group", group, "--commit", "manual", "--count", 100)
    lag = rows(cli.ok("group", "describe", group), "TOPIC")
    assert len(first) == 100 and sum(int(r["LAG"]) for r in lag if r["LAG"] != "-") <= 200
    rest = cli.ok("consume", topic, "--group", group)
    assert sorted(map(int, first + rest)) == list(range(300))
    assert "lag 0" in cli.ok("group", "describe", group)[0]
    assert cli.ok("consume", topic, "--group", group) == []


def test_commit_never_leaves_the_group_where_it_was(cli, name):
    topic, group = name("t"), name("g")
    cli.ok("topic", "create", topic)
    cli.ok("produce", topic, stdin="a\nb\n")
    for _ in range(2):
        assert cli.ok("consume", topic, "--group", group, "--commit", "never") == ["a", "b"]


def test_two_members_share_the_partitions_with_a_kafka_python_member(cli, bootstrap, name):
    topic, group = name("t"), name("g")
    cli.ok("topic", "create", topic, "--partitions", 4)
    reader = cli.start("consume", topic, "--group", group, "--follow")
    assert "assigned:" in reader.stderr.readline()
    other = KafkaConsumer(topic, bootstrap_servers=[bootstrap], group_id=group, auto_offset_reset="earliest")

    def shared():
        other.poll(timeout_ms=200)
        return len(other.assignment()) == 2

    wait_for(shared, what="two partitions for each member")
    lines = cli.ok("group", "describe", group, "--members")
    assert "members 2" in lines[0] and "assignor range" in lines[0]
    producer = KafkaProducer(bootstrap_servers=[bootstrap])
    for partition in range(4):
        producer.send(topic, value=b"%d" % partition, partition=partition)
    producer.flush()
    taken = set()

    def all_taken():
        for records in other.poll(timeout_ms=200).values():
            taken.update(r.value.decode() for r in records)
        return len(taken) == 2

    wait_for(all_taken, what="the other member's records")
    printed = {reader.stdout.readline().strip() for _ in range(2)}
    assert printed | taken == {"0", "1", "2", "3"}
    other.close()
    reader.send_signal(signal.SIGINT)
    assert reader.wait(30) == 0
    assert "state Empty" in cli.ok("group", "describe", group)[0], "the place was given up"
    producer.close()


def test_a_group_of_the_new_protocol_is_described_like_any_other(cli, bootstrap, name):
    topic, group = name("t"), name("g")
    cli.ok("produce", topic, stdin="a\nb\n")
    member = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "group.protocol": "consumer",
                       "auto.offset.reset": "earliest"})
    member.subscribe([topic])
    wait_for(lambda: member.poll(0.1), 30, "a record", step=0)
    lines = cli.ok("group", "describe", group, "--members")
    assert "state Stable" in lines[0] and "assignor uniform" in lines[0]
    assert [r["ASSIGNED"] for r in rows(lines, "MEMBER")] == [f"{topic}-0"]
    assert any(group in line and "consumer" in line for line in cli.ok("group", "list"))
    member.close()
    assert "state Empty" in cli.ok("group", "describe", group)[0]


def test_group_offsets_are_moved_and_groups_deleted(cli, bootstrap, name):
    topic, group = name("t"), name("g")
    cli.ok("topic", "create", topic, "--partitions", 2)
    cli.ok("produce", topic, "--partition", 0, stdin="".join(f"{i}\n" for i in range(10)))
    cli.ok("consume", topic, "--group", group)
    cli.ok("group", "seek", group, "--to", "-4", "--dry-run")
    assert cli.ok("consume", topic, "--group", group) == []
    moved = rows(cli.ok("group", "seek", group, "--topic", topic, "--partition", 0, "--to", "-4"), "TOPIC")
    assert [(r["BEFORE"], r["NOW"], r["LAG"]) for r in moved] == [("10", "6", "4")]
    consumer = KafkaConsumer(bootstrap_servers=[bootstrap], group_id=group)
    assert consumer.committed(TopicPartition(topic, 0)) == 6
    consumer.close()
    assert cli.ok("consume", topic, "--group", group) == ["6", "7", "8", "9"]
    assert group in [r["GROUP"] for r in rows(cli.ok("group", "list"), "GROUP")]
    cli.ok("group", "delete", group)
    assert group not in [r["GROUP"] for r in rows(cli.ok("group", "list"), "GROUP")]


def test_a_group_with_members_is_neither_moved_nor_deleted(cli, name):
    topic, group = name("t"), name("g")
    cli.ok("topic", "create", topic)
    reader = cli.start("consume", topic, "--group", group, "--follow")
    assert "assigned:" in reader.stderr.readline()
    for arguments in (["group", "seek", group, "--topic", topic, "--to", "end"], ["group", "delete", group]):
        result = cli.run(*arguments)
        assert result.returncode == 1 and "NON_EMPTY_GROUP" in result.stderr, result
    reader.send_signal(signal.SIGTERM)
    assert reader.wait(30) == 0


def test_typed_lines_arrive_while_the_input_is_still_open(cli, name):
    topic = name("t")
    cli.ok("topic", "create", topic)
    reader = cli.start("consume", topic, "--follow")
    writer = cli.start("produce", topic)
    for line in ("one", "two"):
        writer.stdin.write(line + "\n")
        writer.stdin.flush()
        assert reader.stdout.readline() == line + "\n"
    writer.send_signal(signal.SIGINT)
    assert writer.wait(30) == 130
    reader.send_signal(signal.SIGINT)
    assert reader.wait(30) == 0


def test_a_reader_of_the_output_that_goes_away_ends_consume(cli, name):
    topic = name("t")
    cli.ok("topic", "create", topic)
    cli.ok("produce", topic, stdin="".join(f"{i} {'x' * 1000}\n" for i in range(2000)))
    reader = cli.start("consume", topic, "--follow")
    assert reader.stdout.readline().startswith("0 ")
    reader.stdout.close()
    assert reader.wait(30) == 0
