"""Requests of administration: topics, configurations, what there is in the cluster."""

from sensible import sensible
from vocabulary import CONFIGS, TOPIC_VALUES

TOPIC, BROKER, LOGGER, GROUP = 2, 4, 8, 32


@sensible("ApiVersions")
def api_versions(world, version):
    return {"ClientSoftwareName": "differential", "ClientSoftwareVersion": "1.0"}, []


@sensible("Metadata")
def metadata(world, version):
    rng = world.rng
    if rng.random() < 0.1:
        topics = None if version else []
    elif version >= 10 and rng.random() < 0.4:
        topics = [
            {"Name": None if version >= 12 else "", "TopicId": world.topic_id(t)} for t in world.some(world.topics)
        ]
    else:
        topics = [{"Name": t} for t in world.some(world.topic_names())]
    return {
        "Topics": topics,
        "AllowAutoTopicCreation": rng.random() < 0.1,
        "IncludeTopicAuthorizedOperations": rng.random() < 0.2,
        "IncludeClusterAuthorizedOperations": rng.random() < 0.2,
    }, []


def topic_configs(world):
    return [{"Name": n, "Value": world.rng.choice(TOPIC_VALUES[n])} for n in world.some(TOPIC_VALUES)]


@sensible("CreateTopics")
def create_topics(world, version):
    rng = world.rng
    topics = []
    for name in world.some(world.later + list(world.topics)):
        count = rng.choice((1, 2, 3, -1))
        topic = {"Name": name, "NumPartitions": count, "ReplicationFactor": rng.choice((1, 1, -1))}
        if rng.random() < 0.2:
            topic |= {
                "NumPartitions": -1,
                "ReplicationFactor": -1,
                "Assignments": [{"PartitionIndex": p, "BrokerIds": [1]} for p in range(rng.choice((1, 2)))],
            }
        if rng.random() < 0.3:
            topic["Configs"] = topic_configs(world)
        topics.append(topic)
    return {"Topics": topics, "timeoutMs": 60000, "validateOnly": rng.random() < 0.4 and version >= 1}, []


@sensible("DeleteTopics")
def delete_topics(world, version):
    names = world.some(world.later + world.later + list(world.topics))
    by_id = version >= 6 and world.rng.random() < 0.4
    topics = [{"Name": None, "TopicId": world.topic_id(n)} if by_id else {"Name": n} for n in names]
    return {"Topics": topics, "TopicNames": names, "TimeoutMs": 60000}, []


@sensible("CreatePartitions")
def create_partitions(world, version):
    rng = world.rng
    return {
        "Topics": [
            {
                "Name": t,
                "Count": rng.choice((1, 2, 3, 4)),
                "Assignments": rng.choice((None, None, None, [{"BrokerIds": [1]}])),
            }
            for t in world.some(world.later + list(world.topics))
        ],
        "TimeoutMs": 60000,
        "ValidateOnly": rng.random() < 0.5,
    }, []


def resource(world):
    rng = world.rng
    kind = rng.choice((TOPIC, TOPIC, TOPIC, GROUP, BROKER, LOGGER))
    names = {
        TOPIC: world.topic_names() + [world.prefix + "missing"],
        GROUP: world.consumer + world.classic,
        BROKER: ["1", "1", ""],
        LOGGER: ["1", "1", "7"],
    }
    return kind, rng.choice(names[kind])


def changes(world, kind, operations):
    rng = world.rng
    out = []
    for name in world.some(CONFIGS[kind]):
        operation = rng.choice(operations)
        out.append(
            {
                "Name": name,
                "ConfigOperation": operation,
                "Value": None if operation == 1 else rng.choice(CONFIGS[kind][name]),
            }
        )
    return out


@sensible("DescribeConfigs")
def describe_configs(world, version):
    rng = world.rng
    resources = []
    for _ in range(rng.choice((1, 1, 2))):
        kind, name = resource(world)
        keys = None if rng.random() < 0.3 else world.some(CONFIGS[kind])
        resources.append({"ResourceType": kind, "ResourceName": name, "ConfigurationKeys": keys})
    return {
        "Resources": resources,
        "IncludeSynonyms": rng.random() < 0.5,
        "IncludeDocumentation": rng.random() < 0.2,
    }, []


@sensible("IncrementalAlterConfigs")
def incremental_alter_configs(world, version):
    rng = world.rng
    resources = []
    for _ in range(rng.choice((1, 1, 2))):
        kind, name = resource(world)
        resources.append(
            {"ResourceType": kind, "ResourceName": name, "Configs": changes(world, kind, (0, 0, 0, 1, 2, 3))}
        )
    return {"Resources": resources, "ValidateOnly": rng.random() < 0.4}, []


@sensible("AlterConfigs")
def alter_configs(world, version):
    rng = world.rng
    kind, name = resource(world)
    configs = [{"Name": c["Name"], "Value": c["Value"]} for c in changes(world, kind, (0,))]
    return {
        "Resources": [{"ResourceType": kind, "ResourceName": name, "Configs": configs}],
        "ValidateOnly": rng.random() < 0.4,
    }, []


@sensible("ListConfigResources")
def list_config_resources(world, version):
    return {"ResourceTypes": world.some((TOPIC, BROKER, GROUP, 16)) if world.rng.random() < 0.7 else []}, []


def partitions_of(world, key="Topic"):
    return [{key: t, "Partitions": world.some(range(world.topics[t]))} for t in world.some(world.topics)]


@sensible("DescribeLogDirs")
def describe_log_dirs(world, version):
    return {"Topics": None if world.rng.random() < 0.1 else partitions_of(world)}, []


@sensible("ElectLeaders")
def elect_leaders(world, version):
    return {
        "ElectionType": world.rng.choice((0, 1)),
        "TimeoutMs": 60000,
        "TopicPartitions": None if world.rng.random() < 0.1 else partitions_of(world),
    }, []


@sensible("ListPartitionReassignments")
def list_partition_reassignments(world, version):
    topics = (
        None
        if world.rng.random() < 0.3
        else [{"Name": t["Topic"], "PartitionIndexes": t["Partitions"]} for t in partitions_of(world)]
    )
    return {"Topics": topics}, []


@sensible("DescribeCluster")
def describe_cluster(world, version):
    return {"IncludeClusterAuthorizedOperations": world.rng.random() < 0.3, "EndpointType": 1}, []


@sensible("DescribeTopicPartitions")
def describe_topic_partitions(world, version):
    rng = world.rng
    body = {
        "Topics": [{"Name": t} for t in world.some(world.topic_names() + [world.prefix + "missing"])],
        "ResponsePartitionLimit": rng.choice((2000, 2000, 1, 2)),
    }
    if rng.random() < 0.3:
        body["Cursor"] = {"TopicName": world.topic(), "PartitionIndex": rng.choice((0, 1, 2))}
    return body, []
