"""Values for the fields of any request: some that mean something in the world at hand, and those at the bounds.

`bend` replaces one field of a request that makes sense by another of its field's values. Left out is what would make
two brokers differ by the clock alone (time-outs that end while the program runs) and what would spoil the broker for
the programs that follow (internal topics as the object of administration).
"""

import kafka_messages
from kafka_messages import NUMBERS, within
from program import Now, Slot

INTERNAL = "__consumer_offsets"
BOUNDS = {
    "int8": (127, -128),
    "int16": (32767, -32768),
    "int32": (2**31 - 1, -(2**31)),
    "int64": (2**63 - 1, -(2**63)),
    "uint16": (65535,),
    "uint32": (2**32 - 1,),
}
LONG_MS = (60000, 300000, 2**31 - 1)
# APIs in which the name of an internal topic is harmless.
MAY_NAME_INTERNAL = {
    "Produce",
    "Metadata",
    "DescribeConfigs",
    "DescribeTopicPartitions",
    "DeleteRecords",
    "OffsetForLeaderEpoch",
    "CreateTopics",
}

TOPIC_VALUES = {
    "cleanup.policy": ("compact", "delete", "compact,delete", "", "shrink"),
    "compression.type": ("producer", "gzip", "zstd", "uncompressed", "lzma"),
    "max.message.bytes": ("1048588", "200", "0", "-1", "x"),
    "message.timestamp.type": ("CreateTime", "LogAppendTime", "createtime"),
    "message.timestamp.before.max.ms": ("9223372036854775807", "3600000", "-1"),
    "message.timestamp.after.max.ms": ("3600000", "9223372036854775807", "-5"),
    "min.insync.replicas": ("1", "2", "0"),
    "retention.ms": ("604800000", "-1", "-2", "1e3"),
    "retention.bytes": ("-1", "100000000", "5.5"),
    "segment.bytes": ("1073741824", "2000000", "13"),
    "segment.ms": ("604800000", "0"),
    "index.interval.bytes": ("4096", "0", "-1"),
    "min.cleanable.dirty.ratio": ("0.5", "0.9", "1.5"),
    "delete.retention.ms": ("86400000", "-1"),
    "min.compaction.lag.ms": ("0", "99999999999"),
    "max.compaction.lag.ms": ("9223372036854775807", "0"),
    "flush.messages": ("1", "9223372036854775807", "0"),
    "flush.ms": ("1000", "-1"),
    "file.delete.delay.ms": ("60000", "-1"),
    "preallocate": ("false", "true", "maybe"),
    "unclean.leader.election.enable": ("false", "true", "1"),
    "segment.index.bytes": ("10485760", "3"),
    "segment.jitter.ms": ("0", "-1"),
    "compression.gzip.level": ("-1", "5", "12"),
    "compression.zstd.level": ("3", "99"),
    "compression.lz4.level": ("9", "0"),
    "retention.msx": ("1",),
    "": ("1",),
    "message.format.version": ("3.0",),
}
GROUP_VALUES = {
    "consumer.session.timeout.ms": ("45000", "50000", "5", "60001", "x"),
    "consumer.heartbeat.interval.ms": ("5000", "500", "0", "15001", "46000"),
    "consumer.assignment.interval.ms": ("0", "1000", "-1"),
    "bogus": ("1",),
}
BROKER_VALUES = {
    "log.retention.ms": ("604800000", "zz"),
    "message.max.bytes": ("1048588", "-1"),
    "log.segment.bytes": ("1073741824", "1"),
    "log.cleaner.backoff.ms": ("15000", "-1"),
    "compression.type": ("producer", "lzma"),
    "log.cleanup.policy": ("delete", "x"),
    "node.id": ("1", "3"),
    "log.message.timestamp.type": ("CreateTime", "x"),
    "num.partitions": ("1",),
    "log.flush.interval.messages": ("9223372036854775807", "0"),
    "log.cleaner.min.cleanable.ratio": ("0.5", "2"),
}
LOGGER_VALUES = {"root": ("INFO", "WARN", "info", "")}
CONFIGS = {2: TOPIC_VALUES, 32: GROUP_VALUES, 4: BROKER_VALUES, 8: LOGGER_VALUES}


def topic_names(world, api):
    names = world.topic_names() * 2 + [world.prefix + "missing", "", "a/b", "..", "x" * 250]
    if api == "DescribeTopicPartitions":
        names.remove("")  # Kafka then tells no topic's operations
    if api == "CreateTopics":
        names.append(world.prefix + "c_d")  # collides with c.d
    return names + [INTERNAL] if api in MAY_NAME_INTERNAL else names


def group_ids(world, api):
    names = world.classic + world.consumer + [world.prefix + "nobody"]
    # Offsets of the group without a name would be there in the programs that follow.
    return names if api in ("OffsetCommit", "TxnOffsetCommit", "AddOffsetsToTxn") else names + [""]


def member_ids(world, _):
    return [Slot(f"{m}.id", "") for m in world.members()] + ["", "ghost", "x" * 300]


def epochs(world, _):
    known = [Slot(f"{m}.epoch", 0, plus) for m in world.members() + world.producers() for plus in (0, 0, 1, -1)]
    return known + [0, 1, -1, -2, 7, 32767, -32768]


def partitions(*_):
    return [0, 1, 2, -1, 9, 2**31 - 1, -(2**31)]


def offsets(*_):
    return [0, 1, 2, 3, 5, 8, -1, -2, 2**62, -(2**63), 2**63 - 1]


BY_NAME = {
    "TopicId": lambda w, _: [Slot(f"id:{t}", bytes(16)) for t in w.topic_names()] * 2
    + [bytes(16), b"\x01" + bytes(15), b"\x00" * 15 + b"\x01"],
    "PartitionIndex": partitions,
    "Partition": partitions,
    "Index": partitions,
    "Partitions": partitions,
    "PartitionIndexes": partitions,
    "FetchOffset": offsets,
    "CommittedOffset": offsets,
    "Offset": offsets,
    "LogStartOffset": offsets,
    "HighWatermark": offsets,
    "CurrentLeaderEpoch": lambda *_: [-1, 0, 1, 99, -2, 2**31 - 1],
    "LeaderEpoch": lambda *_: [-1, 0, 1, 99, -2],
    "LastFetchedEpoch": lambda *_: [-1, 0, 0, 1, 99],
    "CommittedLeaderEpoch": lambda *_: [-1, 0, 5, 2**31 - 1, -2],
    "Timestamp": lambda *_: [-1, -2, -3, -4, -5, -6, -7, 0, Now(-86_000_000), Now(-86_000_500), 2**62, -(2**63)],
    "ProducerId": lambda w, _: [Slot(f"{p}.id", -1) for p in w.producers()] * 2 + [-1, -2, 1 << 39, 2**63 - 1],
    "ProducerIdFilters": lambda w, _: [Slot(f"{p}.id", -1) for p in w.producers()] + [1 << 39, -1],
    "ProducerEpoch": epochs,
    "GenerationId": epochs,
    "GenerationIdOrMemberEpoch": epochs,
    "MemberEpoch": epochs,
    "MemberId": member_ids,
    "GroupInstanceId": lambda w, _: [None, "static-a", "static-b", ""],
    "InstanceId": lambda *_: [None, "static-a", "static-b", ""],
    "GroupId": group_ids,
    "Groups": group_ids,
    "GroupIds": group_ids,
    "GroupsNames": group_ids,
    "Key": lambda w, _: group_ids(w, _) + w.transactional,
    "CoordinatorKeys": lambda w, _: group_ids(w, _) + w.transactional,
    "KeyType": lambda *_: [0, 1, 2, 3, -1, 127],
    "TransactionalId": lambda w, _: w.transactional * 2 + [w.prefix + "unheard", "", None],
    "V3AndBelowTransactionalId": lambda w, _: w.transactional + [w.prefix + "unheard", ""],
    "TransactionalIds": lambda w, _: w.transactional + [w.prefix + "unheard", ""],
    "V3AndBelowProducerId": lambda w, _: [Slot(f"{p}.id", -1) for p in w.producers()] + [-1, 1 << 39],
    "V3AndBelowProducerEpoch": epochs,
    "Acks": lambda *_: [-1, 0, 1, 2, -2, 32767],
    "MaxWaitMs": lambda *_: [0, 1, 5, -1, -(2**31)],
    "MinBytes": lambda *_: [0, 1, -1, 2**31 - 1],
    "MaxBytes": lambda *_: [0, 1, 100, 2**31 - 1],
    "PartitionMaxBytes": lambda *_: [0, 1, 90, 200, 2**20],
    "IsolationLevel": lambda *_: [0, 1],
    "SessionId": lambda *_: [0, 1, 12345, -1, Slot("session", 0)],
    "SessionEpoch": lambda *_: [-1, 0, 1, 2, -2, 2**31 - 1],
    "ReplicaId": lambda *_: [-1, -2],
    "ReplicaEpoch": lambda *_: [-1, 0, 5],
    "SessionTimeoutMs": lambda *_: [30000, 1800000, 5999, 0, -1, 1800001, 2**31 - 1],
    "RebalanceTimeoutMs": lambda *_: LONG_MS,
    "TransactionTimeoutMs": lambda *_: [60000, 900000, 900001, 0, -1, 2**31 - 1],
    "TimeoutMs": lambda w, api: LONG_MS,
    "timeoutMs": lambda w, api: LONG_MS,
    "DurationFilter": lambda *_: [-1, 0, 3600000, 2**63 - 1, -2],
    "RetentionTimeMs": lambda *_: [-1, 0, 1000000],
    "ProtocolType": lambda *_: ["consumer", "connect", "", None],
    "ProtocolName": lambda *_: ["range", "roundrobin", "", None],
    "StatesFilter": lambda *_: ["Stable", "Empty", "stable", "Nonsense", "Dead", "Assigning"],
    "TypesFilter": lambda *_: ["classic", "consumer", "Consumer", "share", "bogus"],
    "StateFilters": lambda *_: ["Ongoing", "Empty", "CompleteCommit", "Nonsense", ""],
    "TransactionalIdPattern": lambda w, _: [None, "", ".*", w.prefix + "t.", "("],
    "ResourceType": lambda *_: [2, 4, 8, 32, 1, 0, -1, 99],
    "ResourceTypes": lambda *_: [2, 4, 8, 16, 32, 0, 1, -1, 99],
    "ConfigOperation": lambda *_: [0, 1, 2, 3, 4, -1],
    "ResourceName": lambda w, _: w.topic_names() + w.consumer + ["1", "", "7"],
    "NumPartitions": lambda *_: [1, 2, 3, -1, 0, -2],
    "ReplicationFactor": lambda *_: [1, -1, 0, 2, -2],
    "Count": lambda *_: [1, 2, 3, 4, 5, 0, -1],
    "BrokerIds": lambda *_: [1, 2, 0, -1],
    "ElectionType": lambda *_: [0, 1, 2, -1],
    "EndpointType": lambda *_: [1, 2, 3, 0, -1],
    "CoordinatorEpoch": lambda *_: [0, 1, 1 << 20, -1],
    "TransactionVersion": lambda *_: [0, 1, 2],
    "ServerAssignor": lambda *_: [None, "uniform", "range", "", "bogus"],
    "SubscribedTopicRegex": lambda w, _: [None, "(", ""],
    "SubscribedTopicNames": lambda w, _: w.topic_names() + [w.prefix + "missing", ""],
    "RackId": lambda *_: ["", "rack"],
    "ClientSoftwareName": lambda *_: ["differential", "", "a b", "-x", "x"],
    "ClientSoftwareVersion": lambda *_: ["1.0", "", "1 0"],
    "ResponsePartitionLimit": lambda *_: [2000, 1, 2, 0, -1],
    "CommittedMetadata": lambda *_: ["", "m", None, "x" * 4097, "x" * 4096],
    "Metadata": lambda *_: [b"", b"m", b"\0" * 9],
    "Assignment": lambda *_: [b"", b"a"],
    "Reason": lambda *_: [None, "why", ""],
    "TransactionResult": lambda *_: [True, False],
    "HostName": lambda *_: [""],
    "IncludeFencedBrokers": lambda *_: [False],
    "VerifyOnly": lambda *_: [True, False],
    "TopicPartitions": partitions,
    "ClusterId": lambda *_: [None, "other"],
    "ReplicaDirectoryId": lambda *_: [bytes(16), b"\x02" * 16],
}


def values(field, world, api):
    name = field["name"]
    if field.get("entityType") == "topicName":
        return topic_names(world, api)
    if name in BY_NAME:
        return BY_NAME[name](world, api)
    kind = field["type"].removeprefix("[]")
    if kind == "bool":
        return [True, False]
    if kind in NUMBERS:
        return [0, 1, -1, 2, *BOUNDS.get(kind, ())]
    return {"string": ["", "x", "a b"], "bytes": [b"", b"x"], "uuid": [bytes(16)]}.get(kind, [None])


def places(message, fields, body):
    """(container, key, field) of every field and list element of a body that its version has."""
    for field in fields:
        if not within(message.version, field["versions"]) or field["type"] == "records":
            continue
        yield body, field["name"], field
        kind, value = field["type"], body.get(field["name"])
        if kind.startswith("[]") and isinstance(value, list):
            element = {**field, "type": kind[2:]}
            for i, one in enumerate(value):
                if isinstance(one, dict):
                    yield from places(message, message.fields(field), one)
                else:
                    yield value, i, element
        elif isinstance(value, dict) and not kind.startswith("[]") and kind not in NUMBERS:
            yield from places(message, message.fields(field), value)


def bend(api, version, body, rng, world):
    """Changes one field; the body is the caller's own."""
    message = kafka_messages.Message(f"{api}Request", version)
    found = [p for p in places(message, message.definition["fields"], body) if (api, p[1]) not in NOT_BENT]
    if not found:
        return
    container, key, field = rng.choice(found)
    nullable = message.nullable(field) and not isinstance(container, list)
    if field["type"].startswith("[]"):
        old = container.get(key)
        old = old if isinstance(old, list) else []
        choices = [[], old[1:], old + old[:1]] + ([None] if nullable else [])
        if not old or not isinstance(old[0], dict):
            if field["type"][2:] in NUMBERS or field["type"][2:] in ("string", "uuid"):
                choices.append(old + [rng.choice(values({**field, "type": field["type"][2:]}, world, api)) or ""])
    elif field["type"] in NUMBERS or field["type"] in ("bool", "string", "bytes", "uuid"):
        choices = list(values(field, world, api))
        if not nullable:
            choices = [c for c in choices if c is not None]
        low, high = {"int8": (-128, 127), "int16": (-32768, 32767), "int32": (-(2**31), 2**31 - 1)}.get(
            field["type"], (-(2**63), 2**63)
        )
        choices = [c for c in choices if not isinstance(c, int) or low <= c <= high]
        if nullable:
            choices.append(None)
    else:
        choices = [None] if nullable else [container.get(key, {})]
    there = isinstance(container, list) or key in container
    before = container[key] if there else None
    container[key] = rng.choice(choices)
    if api not in MAY_NAME_TWICE and names_twice(body):
        if there:
            container[key] = before
        else:
            del container[key]


# Where naming something twice has a meaning. Elsewhere what Apache Kafka makes of it follows from its maps alone.
MAY_NAME_TWICE = {
    "CreateTopics",
    "CreatePartitions",
    "DeleteTopics",
    "DeleteGroups",
    "AlterConfigs",
    "IncrementalAlterConfigs",
}
IDENTITIES = (
    "Partition",
    "PartitionIndex",
    "Index",
    "GroupId",
    "MemberId",
    "ResourceName",
    "ProducerId",
    "TransactionalId",
)


def names_twice(value):
    """Whether a list within has an element twice, by any of what may name it."""
    if isinstance(value, dict):
        return any(names_twice(v) for v in value.values())
    if not isinstance(value, list):
        return False
    if any(names_twice(v) for v in value):
        return True
    if not value or not isinstance(value[0], dict):
        return len(set(map(repr, value))) < len(value)
    ways = [
        [repr(getattr(v[n], "name", v[n])) for v in value if v.get(n) not in (None, "")]
        for n in ("Name", "Topic", "TopicId")
    ]
    ways.append(
        [repr([v[n] for n in IDENTITIES if n in v]) for v in value] if value[0].keys() & set(IDENTITIES) else []
    )
    return any(len(set(names)) < len(names) for names in ways)


# What Apache Kafka never answers: a null record set, no transactions, a resource named twice. And waits that would end
# within the program.
NOT_BENT = {
    ("AlterConfigs", "Resources"),
    ("AddPartitionsToTxn", "Transactions"),
    ("IncrementalAlterConfigs", "Resources"),
    ("Produce", "Records"),
    ("Produce", "TimeoutMs"),
    ("CreateTopics", "timeoutMs"),
    ("DeleteTopics", "TimeoutMs"),
}
