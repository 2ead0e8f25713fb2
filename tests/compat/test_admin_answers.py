"""The administration APIs that clients and tools rarely call: the same answers as Apache Kafka's."""
import pytest

from millrace import wait_for
from wire_client import batch

TOPIC, BROKER = 2, 4


def two_topics(side):
    return side.topic("a", 3), side.topic("b")


def describe(side, topics, limit=2000, cursor=None):
    body = {"Topics": [{"Name": t} for t in topics], "ResponsePartitionLimit": limit}
    if cursor:
        body["Cursor"] = {"TopicName": cursor[0], "PartitionIndex": cursor[1]}
    return side.ask("DescribeTopicPartitions", 0, body)


@pytest.mark.parametrize("topics,limit,cursor", [
    ("ab", 2000, None), ("baa", 2000, None), ("ab", 2, None), ("ab", 3, None), ("ab", 0, None), ("ab", -5, None),
    ("ab", 2, ("a", 2)), ("ab", 5, ("b", 0)), ("a", 5, ("b", 0)), ("ab", 5, ("a", 3)), ("ab", 5, ("a", 7)),
    ("ab", 5, ("a", -1)), ("bz", 1, None), ("bz", 1, ("z", 0)), ("a/", 5, None),
])
def test_pages_of_partitions(both, topics, limit, cursor):
    def conversation(side):
        two_topics(side)
        names = {word: side.call(side.name(word), word) for word in "abz"} | {"/": "a/b"}
        return describe(side, [names[t] for t in topics], limit, cursor and (names[cursor[0]], cursor[1]))

    both(conversation)


@pytest.mark.parametrize("version", range(1, 6))
def test_sizes_of_partitions(both, version):
    def conversation(side):
        two_topics(side)
        data = [{"TopicId": side.ids["a"], "PartitionData": [{"Index": 1, "Records": batch([b"x", b"y"])}]}]
        side.say("Produce", 13, {"Acks": -1, "TimeoutMs": 5000, "TopicData": data})
        asked = [{"Topic": side.name("a"), "Partitions": [2, 1, 1, 9]}, {"Topic": "unknown", "Partitions": [0]},
                 {"Topic": side.name("b"), "Partitions": []}]
        return [side.ask("DescribeLogDirs", version, {"Topics": topics}, ("LogDir", "TotalBytes", "UsableBytes"))
                for topics in (asked, [])]

    assert both(conversation)[1]["Results"][0]["Topics"] == []


@pytest.mark.parametrize("version,kind", [(0, 0), (1, 0), (1, 1), (1, 5), (2, 0), (2, 1), (2, 5)])
def test_elections(both, version, kind):
    def conversation(side):
        two_topics(side)
        asked = [{"Topic": side.name("a"), "Partitions": [0, 9]}, {"Topic": "unknown", "Partitions": [0]},
                 {"Topic": side.name("b"), "Partitions": []}]
        body = {"TopicPartitions": asked, "TimeoutMs": 5000} | ({"ElectionType": kind} if version else {})
        return side.ask("ElectLeaders", version, body, ("ErrorMessage",))

    both(conversation)


@pytest.mark.parametrize("topics", [None, [], ["a", "unknown"]])
def test_reassignments(both, topics):
    def conversation(side):
        two_topics(side)
        named = topics and [{"Name": side.name(t), "PartitionIndexes": [0, 9]} for t in topics]
        return side.ask("ListPartitionReassignments", 0, {"Topics": named})

    assert both(conversation)["Topics"] == []


@pytest.mark.parametrize("types", [[TOPIC], [BROKER], [TOPIC, BROKER], [TOPIC, TOPIC], [16], [32], [0], [1], [-1],
                                   [99]])
def test_resources_with_a_configuration(both, types):
    def conversation(side):
        mine = two_topics(side)
        answer = side.say("ListConfigResources", 1, {"ResourceTypes": types})
        listed = [(r["ResourceType"], side.words.get(r["ResourceName"], r["ResourceName"]))
                  for r in answer["ConfigResources"] if r["ResourceType"] != TOPIC or r["ResourceName"] in mine]
        return answer["ErrorCode"], sorted(listed)

    both(conversation)


ALTERATIONS = {
    "set": [("retention.ms", "1000"), ("cleanup.policy", "compact")],
    "set again": [("segment.bytes", "2000000")],
    "illegal value": [("segment.bytes", "-4")],
    "unknown key": [("unheard.of", "1")],
    "null": [("retention.ms", None)],
    "twice": [("retention.ms", "1"), ("retention.ms", "2")],
    "nothing": [],
}


@pytest.mark.parametrize("version", range(3))
def test_topic_values_replaced_as_a_whole(both, version):
    def own_values(side):
        asked = {"Resources": [{"ResourceType": TOPIC, "ResourceName": side.name("a"), "ConfigurationKeys": None}]}
        configs = side.say("DescribeConfigs", 4, asked)["Results"][0]["Configs"]
        return sorted((c["Name"], c["Value"]) for c in configs if c["ConfigSource"] == 1)

    def conversation(side):
        two_topics(side)
        said = []
        for step, configs in ALTERATIONS.items():
            for validate_only in (True, False):
                resource = {"ResourceType": TOPIC, "ResourceName": side.name("a"),
                            "Configs": [{"Name": n, "Value": v} for n, v in configs]}
                body = {"Resources": [resource], "ValidateOnly": validate_only}
                answer = side.ask("AlterConfigs", version, body, ("ErrorMessage",))
                if answer["Responses"][0]["ErrorCode"] == 0 and not validate_only:
                    # Kafka answers before its broker has learned of it.
                    wait_for(lambda: own_values(side) == sorted(configs), 20, f"{step} to be in force")
                said.append((step, answer, own_values(side)))
        return said

    assert both(conversation)[-1][2] == []


@pytest.mark.parametrize("resource", [(TOPIC, "unknown"), (BROKER, "9"), (BROKER, "x"), (8, "1"), (3, "x")])
def test_alterations_of_resources_there_are_not(both, resource):
    kind, name = resource
    body = {"Resources": [{"ResourceType": kind, "ResourceName": name, "Configs": []}]}
    both(lambda side: side.ask("AlterConfigs", 2, body, ("ErrorMessage",)))


GROUP, LOGGER = 32, 8
SESSION, HEARTBEAT = "consumer.session.timeout.ms", "consumer.heartbeat.interval.ms"


def alter_incrementally(side, kind, name, *changes):
    configs = [{"Name": key, "ConfigOperation": operation, "Value": value} for key, operation, value in changes]
    resources = [{"ResourceType": kind, "ResourceName": name, "Configs": configs}]
    asked = {"Resources": resources, "ValidateOnly": False}
    return side.ask("IncrementalAlterConfigs", 1, asked, ("ErrorMessage",))


def alter_whole(side, kind, name, *values):
    configs = [{"Name": key, "Value": value} for key, value in values]
    resources = [{"ResourceType": kind, "ResourceName": name, "Configs": configs}]
    return side.ask("AlterConfigs", 2, {"Resources": resources, "ValidateOnly": False}, ("ErrorMessage",))


def shown(side, kind, name, keys):
    resources = [{"ResourceType": kind, "ResourceName": name, "ConfigurationKeys": keys}]
    asked = {"Resources": resources, "IncludeSynonyms": True, "IncludeDocumentation": False}
    return side.ask("DescribeConfigs", 4, asked, ("ErrorMessage",))


def test_configurations_of_groups(both):
    def conversation(side):
        name = side.call(side.name("g"), "g")
        answers = [shown(side, GROUP, name, [SESSION])]
        for change in [(SESSION, 0, "50000"), (SESSION, 0, "x"), (SESSION, 0, "10"), (SESSION, 0, "9000000"),
                       (HEARTBEAT, 0, "46000"), ("bogus", 0, "1"), (SESSION, 2, "5"), (SESSION, 0, None)]:
            answers.append(alter_incrementally(side, GROUP, name, change))
        answers.append(shown(side, GROUP, name, [SESSION]))
        answers.append(alter_incrementally(side, GROUP, name, (SESSION, 1, None)))
        answers.append(shown(side, GROUP, name, [SESSION]))
        answers.append(alter_incrementally(side, GROUP, "", (SESSION, 0, "50000")))
        answers.append(shown(side, GROUP, "", [SESSION]))
        answers += [alter_whole(side, GROUP, name, *values) for values in
                    [[(SESSION, "46000")], [("bogus", "46000")], [(SESSION, None)]]]
        answers.append(shown(side, GROUP, name, [SESSION]))
        return answers

    both(conversation)


def test_what_cannot_be_altered(both):
    def conversation(side):
        return [
            alter_incrementally(side, BROKER, "1", ("log.retention.ms", 0, "zz")),
            alter_incrementally(side, BROKER, "1", ("broker.id", 0, "3")),
            alter_incrementally(side, BROKER, "", ("log.retention.ms", 0, "zz")),
            alter_incrementally(side, BROKER, "7", ("log.retention.ms", 0, "5")),
            alter_whole(side, BROKER, "1", ("log.retention.ms", "zz")),
            alter_whole(side, BROKER, "1", ("node.id", "1")),
            alter_incrementally(side, TOPIC, "", ("retention.ms", 0, "1")),
            alter_whole(side, TOPIC, "", ("retention.ms", "1")),
            alter_whole(side, TOPIC, "unknown", ("retention.ms", "1")),
            alter_whole(side, TOPIC, "a/b", ("retention.ms", "1")),
            alter_incrementally(side, TOPIC, "a/b", ("retention.ms", 0, "1")),
            alter_incrementally(side, TOPIC, "", ("retention.ms", 2, "1")),
            alter_incrementally(side, TOPIC, "a/b", ("retention.ms", 2, "1")),
            alter_incrementally(side, TOPIC, "a/b", ("retention.ms", 2, "1"), ("segment.ms", 0, None)),
            alter_incrementally(side, GROUP, "", (SESSION, 2, "1")),
            alter_incrementally(side, BROKER, "1", ("log.retention.ms", 2, "1"), ("num.partitions", 4, "1")),
            alter_incrementally(side, LOGGER, "1", ("no.such", 0, "INFO"), ("root", 0, None)),
            alter_incrementally(side, 99, "a"), alter_whole(side, 0, "a"),
            shown(side, TOPIC, "", None), shown(side, BROKER, "7", None), shown(side, 64, "a", None),
        ]

    both(conversation)


def test_what_flags_chose_is_told(both):
    """The directory, the address and the number of the node, however they were given."""
    keys = ["advertised.listeners", "broker.id", "listeners", "log.dirs", "node.id"]

    def conversation(side):
        return [(c["Name"], c["Value"] is not None, c["ConfigSource"])
                for c in shown(side, BROKER, "1", keys)["Results"][0]["Configs"]]

    assert {where for _, _, where in both(conversation)} == {4}


def test_levels_of_loggers(both):
    def conversation(side):
        return [
            alter_incrementally(side, LOGGER, "1", ("root", 0, "INFO")),
            alter_incrementally(side, LOGGER, "1", ("root", 0, "info")),
            alter_incrementally(side, LOGGER, "1", ("no.such", 0, "INFO")),
            alter_incrementally(side, LOGGER, "1", ("root", 1, None)),
            alter_incrementally(side, LOGGER, "1", ("root", 2, "INFO")),
            alter_incrementally(side, LOGGER, "7", ("root", 0, "INFO")),
            alter_incrementally(side, LOGGER, "", ("root", 0, "INFO")),
            alter_whole(side, LOGGER, "1", ("root", "INFO")),
            shown(side, LOGGER, "", None), shown(side, LOGGER, "7", None),
        ]

    both(conversation)
