"""The command line as people and scripts use it, against Millrace and against Apache Kafka."""
import json
import subprocess

import pytest

from millrace import binary


@pytest.fixture(params=["millrace", "kafka"])
def cli(request, millrace_only):
    """cli("topic", "list"): standard output of a command that must end with status 0, or with the one given."""
    node = request.getfixturevalue("broker" if request.param == "millrace" else "oracle")

    def run(*arguments, stdin="", status=0):
        done = subprocess.run([binary(), *map(str, arguments), "--bootstrap", node.bootstrap], input=stdin, text=True,
                              timeout=60, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert done.returncode == status, f"status {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout if status == 0 else done.stderr

    return run


def test_topic_is_created_listed_described_altered_and_deleted(cli, name):
    topic = name("orders")
    cli("topic", "create", topic, "--partitions", 3, "--set", "retention.ms=777000")
    assert topic in cli("topic", "list").split()
    assert "777000" in cli("topic", "describe", topic)
    cli("topic", "alter", topic, "--partitions", 5, "--set", "retention.ms=888000")
    assert "888000" in cli("topic", "describe", topic)
    cli("topic", "delete", topic)
    assert topic not in cli("topic", "list").split()
    assert topic in cli("topic", "describe", topic, status=3)


def test_lines_with_keys_and_headers_come_back(cli, name):
    topic = name("lines")
    cli("topic", "create", topic)
    cli("produce", topic, "--key-separator", ":", "--header", "source=cli", "--compression", "lz4", "--acks", "all",
        stdin="alice:1\nbob:2\nalice:3\n")
    assert cli("consume", topic, "--from", "beginning").splitlines() == ["1", "2", "3"]
    assert cli("consume", topic, "--from", "beginning", "--format", "key-value", "--key-separator", "=",
               "--count", 2).splitlines() == ["alice=1", "bob=2"]
    assert cli("consume", topic, "--from", "-1").splitlines() == ["3"]
    last = json.loads(cli("consume", topic, "--from", "2", "--format", "json"))
    assert (last["key"], last["value"], last["offset"]) == ("alice", "3", 2)


def test_group_reads_on_where_it_committed_and_shows_its_lag(cli, name):
    topic, group = name("lines"), name("billing")
    cli("topic", "create", topic)
    cli("produce", topic, stdin="a\nb\nc\nd\n")
    read = ["consume", topic, "--group", group, "--commit", "manual", "--from", "beginning"]
    assert cli(*read, "--count", 3).splitlines() == ["a", "b", "c"]
    assert "lag 1" in cli("group", "describe", group)
    assert cli(*read).splitlines() == ["d"]
    assert "lag 0" in cli("group", "describe", group)
    cli("group", "seek", group, "--topic", topic, "--to", "1")
    assert "lag 3" in cli("group", "describe", group)
    assert group in cli("group", "list")
    cli("group", "delete", group)
    assert group not in cli("group", "list")


def test_failures_have_their_own_status(cli, name):
    assert cli("topic", "describe", name("nobody"), status=3)
    assert cli("topic", "create", "bad/name", status=1)
    done = subprocess.run([binary(), "consume"], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 2 and done.stdout == "" and "topic" in done.stderr


@pytest.mark.usefixtures("millrace_only")
@pytest.mark.parametrize("command", ["", "serve", "topic", "topic create", "topic list", "topic describe", "topic delete",
                                     "topic alter", "topic adopt", "produce", "consume", "group", "group list",
                                     "group describe", "group seek", "group delete", "wait", "schema",
                                     "schema list", "schema get", "schema register", "schema check", "schema diff",
                                     "schema delete", "log", "log dump",
                                     "log verify"])
def test_help_of_every_command_has_an_example(command):
    done = subprocess.run([binary(), *command.split(), "--help"], text=True, stdout=subprocess.PIPE)
    assert done.returncode == 0
    assert f"Example: millrace {command}".strip() in done.stdout or f"| millrace {command}" in done.stdout
