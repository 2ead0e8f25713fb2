"""Kafka's command-line tools print the same of the broker under test as of Apache Kafka."""
import re

import pytest

CLUSTER, FEATURES = "org.apache.kafka.tools.ClusterTool", "org.apache.kafka.tools.FeatureCommand"
ELECTIONS = "org.apache.kafka.tools.LeaderElectionCommand"
GROUPS = "org.apache.kafka.tools.GroupsCommand"
LOG_DIRS = "org.apache.kafka.tools.LogDirsCommand"
REASSIGNMENTS = "org.apache.kafka.tools.reassign.ReassignPartitionsCommand"


@pytest.fixture
def same(tools, broker, oracle):
    """same(tool, ...): status and output, once they are the same from both; of the output only lines about one thing
    where other tests leave theirs on the brokers."""
    def run(tool, *arguments, stdin="", about=""):
        said = []
        for node in (broker, oracle):
            result = tools.run(tool, "--bootstrap-server", node.bootstrap, *arguments, stdin=stdin)
            lines = [line for line in plain(result.out, node) if about in line]
            said.append((result.status, lines, plain(result.err, node)))
        assert said[0] == said[1], "\n\n".join(map(str, said))
        return said[0][0], said[0][1] + said[0][2]

    return run


def plain(text, node):
    """The lines in no order, without what differs between two brokers and two moments, and without stack traces."""
    for value, word in ((node.bootstrap, "BROKER"), (str(node.port), "PORT"), (str(node.data), "DATA")):
        text = text.replace(value, word)
    text = re.sub(r"(?m)^\d{4}-\d\d-\d\d [\d:,]+ |^\tat .*\n|TopicId: \S+", "", text)
    # Kafka has this one set for all brokers from the start.
    text = re.sub(r"min\.insync\.replicas=1,?", "", text)
    return sorted(" ".join(line.split()) for line in text.splitlines() if line.strip())


@pytest.fixture
def everywhere(tools, broker, oracle):
    """Runs a tool with both, where a retry that the tool tells of is nobody's fault."""
    def run(tool, *arguments, stdin=""):
        for node in (broker, oracle):
            tools.check(tool, "--bootstrap-server", node.bootstrap, *arguments, stdin=stdin)

    return run


@pytest.fixture
def topic(everywhere, name):
    """A topic of two partitions with three records in the first."""
    topic = name("shown")
    everywhere("topics", "--create", "--topic", topic, "--partitions", 2, "--config", "retention.ms=77777777")
    everywhere("console-producer", "--topic", topic, "--reader-property", "parse.key=true", "--reader-property",
               "key.separator=:", stdin="a:1\na:2\na:3\n")
    return topic


@pytest.fixture
def group(everywhere, topic, name):
    """An empty group that read two of a topic's records."""
    group = name("shown-group")
    everywhere("console-consumer", "--topic", topic, "--from-beginning", "--max-messages", 2, "--timeout-ms", 20000,
               "--group", group)
    return group


def test_topics(same, topic, name):
    same("topics", "--describe", "--topic", topic)
    for choice in ("--under-replicated-partitions", "--unavailable-partitions", "--at-min-isr-partitions",
                   "--under-min-isr-partitions", "--topics-with-overrides"):
        same("topics", "--describe", "--topic", topic, choice)
    assert same("topics", "--create", "--topic", topic)[0] == 1
    assert same("topics", "--create", "--topic", topic, "--if-not-exists")[0] == 0
    assert same("topics", "--alter", "--topic", topic, "--partitions", 1)[0] == 1
    assert same("topics", "--delete", "--topic", name("missing"))[0] == 1
    assert same("topics", "--delete", "--topic", name("missing"), "--if-exists")[0] == 0
    assigned = name("assigned")
    same("topics", "--create", "--topic", assigned, "--replica-assignment", "1,1")
    same("topics", "--describe", "--topic", assigned)


def test_groups_are_listed_and_described(same, group):
    def of_group(*arguments):
        return same("groups", "--list", *arguments, about=group)[1]

    assert of_group() == [group]
    assert of_group("--state") == [f"{group} Empty"] == of_group("--state", "Empty")
    assert of_group("--type") == [f"{group} Classic"] == of_group("--type", "classic")
    assert of_group("--state", "Stable") == [] == of_group("--type", "consumer")
    assert same("groups", "--list", "--state", "bogus")[0] == 1
    assert same("groups", "--list", "--type", "bogus")[0] == 1
    for what in (["--offsets"], ["--state"], ["--members", "--verbose"]):
        assert same("groups", "--describe", "--group", group, *what)[0] == 0
    same("groups", "--describe", "--group", "nobody")
    for choice in ([], ["--group-type", "classic"], ["--consumer"], ["--protocol", "consumer"], ["--share"]):
        assert same(GROUPS, "--list", *choice, about=group)[0] == 0


def test_where_a_group_would_be_reset_to(same, topic, group):
    for target in (["--to-earliest"], ["--to-latest"], ["--to-current"], ["--shift-by", "-1"], ["--to-offset", 99],
                   ["--to-offset", 1], ["--to-datetime", "2020-01-01T00:00:00.000"], ["--by-duration", "PT1H"]):
        same("groups", "--reset-offsets", "--group", group, "--topic", topic, *target, "--dry-run")


def test_offsets_of_a_group_are_reset_and_deleted(same, topic, group, name):
    reset = ["groups", "--reset-offsets", "--group", group]
    same(*reset, "--all-topics", "--to-earliest", "--execute")
    same(*reset, "--topic", f"{topic}:0", "--to-offset", 1, "--execute", "--export")
    same(*reset, "--topic", name("missing"), "--to-earliest", "--execute")
    same("groups", "--describe", "--group", group)
    delete = ["groups", "--delete-offsets", "--group"]
    for arguments in ([group, "--topic", topic], [group, "--topic", topic], [group, "--topic", name("missing")],
                      [name("nobody"), "--topic", topic]):
        same(*delete, *arguments)
    assert same("groups", "--delete", "--group", group)[0] == 0
    same("groups", "--delete", "--group", group)
    assert same("groups", "--validate-regex", "a+")[0] == 0
    same("groups", "--validate-regex", "a(")


def test_offsets_by_time(same, topic):
    for time in ("-1", "-2", "-4", "-5", "-6", "latest", "earliest", "earliest-local", "latest-tiered",
                 "earliest-pending-upload", "0", "1893456000000", "bogus"):
        same("offsets", "--topic", topic, "--time", time)


def test_offset_of_the_latest_record(same, everywhere, name):
    topic = name("one")
    everywhere("topics", "--create", "--topic", topic)
    everywhere("console-producer", "--topic", topic, stdin="only\n")
    assert same("offsets", "--topic", topic, "--time", "max-timestamp") == (0, [f"{topic}:0:0"])
    assert same("offsets", "--topic", topic, "--time", "-3") == (0, [f"{topic}:0:0"])
    same("offsets", "--topic-partitions", f"{topic}:0-1,{name('missing')}:1")
    same("offsets", "--topic", name("missing"))


def test_log_dirs_elections_and_reassignments(same, topic, name):
    status, lines = same(LOG_DIRS, "--describe", "--topic-list", topic)
    assert f'"partition":"{topic}-1","size":0,"offsetLag":0' in "".join(lines)
    same(LOG_DIRS, "--describe", "--broker-list", "1,7")
    for kind in ("preferred", "unclean"):
        assert same(ELECTIONS, "--election-type", kind, "--topic", topic, "--partition", 0)[0] == 0
    same(ELECTIONS, "--election-type", "preferred", "--topic", name("missing"), "--partition", 0)
    assert same(REASSIGNMENTS, "--list") == (0, ["No partition reassignments found."])


def test_cluster_and_features(tools, broker, oracle, same):
    def said(node, *arguments):
        return plain(tools.check(CLUSTER, *arguments, "--bootstrap-server", node.bootstrap), node)

    for arguments in (["list-endpoints"], ["list-endpoints", "--include-fenced-brokers"]):
        assert said(broker, *arguments) == said(oracle, *arguments)
    assert [re.sub(r"\S{22}$", "ID", line) for line in said(broker, "cluster-id")] == ["Cluster ID: ID"]

    def features(node):
        lines = tools.check(FEATURES, "--bootstrap-server", node.bootstrap, "describe").splitlines()
        return dict(re.match(r"Feature: (\S+)\s+(.*?)\s+Epoch", line).groups() for line in lines)

    ours, kafkas = features(broker), features(oracle)
    assert {"group.version", "transaction.version"} <= ours.keys()
    assert ours.items() <= kafkas.items()


def configs(text):
    """{key: [value, whether it is sensitive, where its values come from]}"""
    found = re.findall(r"(?m)^ +(\S+)=(.*) sensitive=(\w+) synonyms=(.*)", text)
    return {key: rest for key, *rest in found}


@pytest.mark.parametrize("kind", ["topics", "groups", "brokers"])
def test_all_configurations(tools, broker, oracle, topic, group, kind):
    entity = ["--entity-type", kind, "--entity-name", {"topics": topic, "groups": group, "brokers": "1"}[kind]]
    ours, kafkas = (configs(tools.check("configs", "--bootstrap-server", node.bootstrap, *entity, "--describe", "--all"))
                    for node in (broker, oracle))
    common = ours.keys() & kafkas.keys()
    assert len(common) >= {"topics": 25, "groups": 3, "brokers": 40}[kind]
    different = {key: (ours[key], kafkas[key]) for key in common if ours[key] != kafkas[key]}
    assert different.keys() <= OF_THE_NODE, different


# Where the node is, what the fixtures set on one of the two, what docs/configuration.md gives another default, and what
# Kafka's cluster sets for all its brokers; what is accepted without effect has no parent key.
OF_THE_NODE = {"advertised.listeners", "listeners", "log.dir", "log.dirs", "broker.id", "node.id",
               "group.consumer.min.heartbeat.interval.ms", "offsets.topic.replication.factor",
               "transaction.state.log.min.isr", "transaction.state.log.replication.factor",
               "log.cleaner.io.max.bytes.per.second", "queued.max.request.bytes", "min.insync.replicas",
               "local.retention.bytes", "local.retention.ms"}


def test_alterations_of_configurations(same, topic, group):
    def alter(kind, entity, change, value):
        return same("configs", "--entity-type", kind, *entity, "--alter", change, value)[0]

    own = ["--entity-name", topic], ["--entity-name", group], ["--entity-name", "1"]
    for kind, entity, key, value in (("topics", own[0], "max.message.bytes", "3000"),
                                     ("groups", own[1], "consumer.session.timeout.ms", "50000"),
                                     ("brokers", own[2], "log.retention.ms", "55555555"),
                                     ("brokers", ["--entity-default"], "log.retention.ms", "44444444")):
        assert alter(kind, entity, "--add-config", f"{key}={value}") == 0
        assert alter(kind, entity, "--add-config", f"{key}=x") == 1
        assert alter(kind, entity, "--delete-config", key) == 0
    for kind, entity in (("topics", own[0]), ("groups", own[1])):
        assert alter(kind, entity, "--add-config", "no.such.key=1") == 1
    assert alter("brokers", own[2], "--add-config", "log.dirs=/x") == 1


def test_levels_of_loggers(tools, broker, same):
    entity = ["--entity-type", "broker-loggers", "--entity-name", "1"]
    for choice in ([], ["--all"]):
        shown = configs(tools.check("configs", "--bootstrap-server", broker.bootstrap, *entity, "--describe", *choice))
        assert shown["root"] == ["INFO", "false", "{}"]
    assert same("configs", *entity, "--alter", "--add-config", "root=DEBUG")[0] == 0
    assert same("configs", *entity, "--alter", "--add-config", "root=INFO")[0] == 0
    assert same("configs", *entity, "--alter", "--delete-config", "root")[0] == 1
    assert same("configs", *entity, "--alter", "--add-config", "no.such=DEBUG")[0] == 1
    assert same("configs", *entity, "--alter", "--add-config", "root=LOUD")[0] == 1
