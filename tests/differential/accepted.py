"""Differences that stand, each with its row in docs/compatibility.md ("What answers differently, and why").

The text of a row's first column names it; a test sees that the rows are there, and a run tells which were of no use.
"""

from dataclasses import dataclass, field
from typing import Callable

from compare import MISSING


@dataclass
class Accepted:
    row: str
    apis: tuple
    paths: tuple
    fits: Callable = lambda difference, said: True
    parts: bool = False  # the brokers' states differ from then on
    used: int = field(default=0, compare=False)


ANY = ("*",)
LARGEST_TIMESTAMP = -3


def only_theirs(difference, _):
    return difference.ours == MISSING


def ours_alone(difference, _):
    """A key of our own."""
    return difference.theirs == MISSING and difference.ours["Name"].startswith("millrace.")


CONFIG_LISTS = (("CreateTopics",), ("Topics[].Configs[]",)), (("DescribeConfigs",), ("Results[].Configs[]",))


def both_empty(difference, _):
    return not difference.ours and not difference.theirs


def told_of_broker(difference, said):
    """Values of the machine and the process: DescribeConfigs of the broker itself."""
    return any(r["ResourceType"] == 4 for r in said[1]["Results"])


def of_in_sync_replicas(difference, _):
    return any(
        "min.insync.replicas" == e.get("Name")
        for e in (*difference.within, difference.ours, difference.theirs)
        if isinstance(e, dict)
    )


def kafka_fails(difference, _):
    """UNKNOWN_SERVER_ERROR is an exception that escaped; what we refuse with an error of its own is as good."""
    return difference.theirs == -1 and difference.ours != 0


def beside_a_failure(difference, _):
    ours, theirs = difference.within
    return theirs.get("ErrorCode") == -1 and ours.get("ErrorCode") != 0


def collides(difference, _):
    """Kafka compares with the topics there were before the request, we with those before the topic."""
    ours, theirs = difference.within if difference.path != "Topics[]" else (difference.ours, difference.theirs)
    return (
        MISSING if ours == MISSING else ours["ErrorCode"],
        MISSING if theirs == MISSING else theirs["ErrorCode"],
    ) in ((17, 0), (17, MISSING), (MISSING, 0))


def unknown_broker_key(difference, _):
    ours, theirs = difference.within
    return ours["ResourceType"] == 4 and ours["ErrorCode"] == 40 and theirs["ErrorCode"] in (0, 42)


def of_deleted_record(difference, said):
    """Only where the request asks by the largest timestamp, and Kafka's record is before ours or ours is none."""
    ours, theirs = difference.within
    asked = {p["Timestamp"] for t in said[2].body["Topics"] for p in t["Partitions"] if isinstance(p["Timestamp"], int)}
    return LARGEST_TIMESTAMP in asked and (ours["Offset"] == -1 or theirs["Offset"] < ours["Offset"])


def below_the_start(difference, _):
    """Where the log begins inside of a batch of an open transaction."""
    ours = difference.within[0]
    return difference.theirs < difference.ours == ours["LogStartOffset"]


def latest_committed(difference, said):
    asked = {p["Timestamp"] for t in said[2].body["Topics"] for p in t["Partitions"] if isinstance(p["Timestamp"], int)}
    return said[2].body.get("IsolationLevel") == 1 and -1 in asked and 0 <= difference.theirs < difference.ours


def in_session(_, said):
    """A session reads in an order of its own, and a limit ends the answer somewhere."""
    epoch = said[2].body.get("SessionEpoch")
    return not isinstance(epoch, int) or epoch > 0


def told_to_come_again(difference, _):
    return (
        isinstance(difference.ours, dict)
        and difference.ours["ErrorCode"] in (25, 27)
        and difference.theirs == "keeps waiting"
    )


SHARES = tuple(
    f"Groups[].Members[].{which}.TopicPartitions[]{rest}"
    for which in ("Assignment", "TargetAssignment")
    for rest in ("", ".Partitions[]")
)
SHARES += ("Assignment.TopicPartitions[]", "Assignment.TopicPartitions[].Partitions[]")


def as_many(_, said):
    """Whether both gave away as many."""

    def sizes(answer):
        members = [m for g in answer.get("Groups", ()) for m in g["Members"]]
        return sorted(sum(len(t["Partitions"]) for t in m["TargetAssignment"]["TopicPartitions"]) for m in members)

    return sum(sizes(said[0])) == sum(sizes(said[1]))


def told_by_one(difference, said):
    """A share is told where it has changed, which need not be that of the same member; whoever has to give up some of it
    stays in its epoch."""
    answers = difference.within
    told = [a["Assignment"] is not None for a in answers]
    return (
        told[0] != told[1]
        and all(a["ErrorCode"] == 0 for a in answers)
        and said[2].body.get("MemberEpoch") != 0
    )


def under_another_name(difference, said):
    """A static member joined again under another instance id: Kafka goes on knowing it by the old one, too."""
    ours, theirs = difference.within
    return said[2].body.get("InstanceId") is not None and (ours["ErrorCode"], theirs["ErrorCode"]) == (25, 0)


def without_what_is_its_own(difference, said):
    """A member without an instance id joined again with one: until its next request Kafka takes it for one that is to
    have nothing, and so for one that has all."""
    ours, theirs = difference.within
    waiting = [
        m
        for m in theirs["Members"]
        if m["InstanceId"] is not None
        and m["MemberEpoch"] == theirs["AssignmentEpoch"]
        and m["Assignment"] != m["TargetAssignment"]
    ]
    return bool(waiting) and (ours["GroupState"], theirs["GroupState"]) == ("Reconciling", "Stable")


def took_everything(_, said):
    """A member without any subscription joined, and nobody is to have anything any more."""
    members = [m for g in said[1]["Groups"] for m in g["Members"]]
    return any(not m["SubscribedTopicNames"] and not m["SubscribedTopicRegex"] for m in members) and not any(
        m["TargetAssignment"]["TopicPartitions"] for m in members
    )


def with_other_shares(_, said):
    """Where both are in one epoch and gave away as many, but to others, other members have to give up some."""

    def targets(answer):
        return {(g["GroupId"], m["MemberId"]): m["TargetAssignment"] for g in answer["Groups"] for m in g["Members"]}

    def epochs(answer):
        return sorted((g["GroupId"], g["GroupEpoch"], g["AssignmentEpoch"]) for g in answer["Groups"])

    ours, theirs = (targets(answer) for answer in said[:2])
    return epochs(said[0]) == epochs(said[1]) and ours.keys() == theirs.keys() and ours != theirs and as_many(_, said)


def without_partitions(difference, _):
    """A topic that was asked about without any partition: Kafka tells it in some answers, leaves it out in others."""
    there = (
        difference.theirs if difference.ours == MISSING else difference.ours if difference.theirs == MISSING else None
    )
    return isinstance(there, dict) and [v for v in there.values() if isinstance(v, list)] == [[]]


def out_of_order(difference, _):
    ours, theirs = difference.within
    return (ours["ErrorCode"], theirs["ErrorCode"]) == (0, 45)


def hangs(difference, _):
    ours, theirs = difference.within
    return ours["TransactionState"].startswith("Complete") and theirs["TransactionState"].startswith("Prepare")


def beside_an_unknown_operation(difference, said):
    """One such operation has Kafka fail on all that its controller is to change."""
    return (
        difference.within[1]["ErrorCode"] == -1
        and any(c["ConfigOperation"] not in range(4) for r in said[2].body["Resources"] for c in r["Configs"])
    )


def of_no_producer(difference, said):
    return (difference.ours, difference.theirs) == (42, 0) and any(
        isinstance(m["ProducerId"], int) and m["ProducerId"] < -1 for m in said[2].body["Markers"]
    )


def of_a_fenced_producer(difference, said):
    ours, theirs = difference.within
    return said[2].version >= 5 and (ours["ErrorCode"], theirs["ErrorCode"]) == (48, 0)


def past_the_greatest_number(_, said):
    cursor = said[1]["NextCursor"]
    return cursor is not None and cursor["PartitionIndex"] < 0


def resets_in_sync_replicas(difference, said):
    """AlterConfigs of all brokers takes away what it does not name."""
    return (
        difference.theirs == 40
        and difference.within[1]["ResourceType"] == 4
        and difference.within[1]["ResourceName"] == ""
    )


ACCEPTED = [
    Accepted("requests that Kafka fails on", ANY, ("ErrorCode",), kafka_fails),
    Accepted("requests that Kafka fails on", ANY, ("ErrorMessage", "LogStartOffset", "MemberId"), beside_a_failure),
    Accepted(
        "topics of one request whose names collide",
        ("CreateTopics",),
        (
            "Topics[].ErrorCode",
            "Topics[].ErrorMessage",
            "Topics[].TopicId",
            "Topics[].NumPartitions",
            "Topics[].ReplicationFactor",
            "Topics[].Configs[]",
            "Topics[]",
        ),
        collides,
        parts=True,
    ),
    Accepted(
        "AlterConfigs, IncrementalAlterConfigs of a broker, an unknown key",
        ("AlterConfigs", "IncrementalAlterConfigs"),
        ("Responses[].ErrorCode", "Responses[].ErrorMessage"),
        unknown_broker_key,
        parts=True,
    ),
    Accepted(
        "Produce after a refused one with an epoch from the future",
        ("Produce",),
        tuple(
            f"Responses[].PartitionResponses[].{f}"
            for f in ("ErrorCode", "ErrorMessage", "BaseOffset", "LogAppendTimeMs")
        ),
        out_of_order,
        parts=True,
    ),
    Accepted(
        "requests that Kafka fails on",
        ("Produce",),
        tuple(
            f"Responses[].PartitionResponses[].{f}"
            for f in ("ErrorCode", "ErrorMessage", "BaseOffset", "LogAppendTimeMs", "LogStartOffset")
        ),
        lambda d, _: d.within[1]["ErrorCode"] == -1,
        parts=True,
    ),
    Accepted(
        "requests that Kafka fails on",
        ("Fetch",),
        ("ErrorCode", "SessionId", "Responses[]"),
        lambda _, said: said[1]["ErrorCode"] == -1,
        parts=True,
    ),
    Accepted(
        "requests that Kafka fails on",
        ("IncrementalAlterConfigs",),
        ("Responses[].ErrorCode", "Responses[].ErrorMessage"),
        beside_an_unknown_operation,
        parts=True,
    ),
    Accepted(
        "aborted transactions of a fetch", ("Fetch",), ("Responses[].Partitions[].AbortedTransactions[]",), only_theirs
    ),
    Accepted(
        "the last stable offset where the log begins inside of an open transaction",
        ("Fetch",),
        ("Responses[].Partitions[].LastStableOffset",),
        below_the_start,
    ),
    Accepted(
        "the last stable offset where the log begins inside of an open transaction",
        ("ListOffsets",),
        ("Topics[].Partitions[].Offset",),
        latest_committed,
    ),
    Accepted(
        "the order in which a fetch session reads its partitions",
        ("Fetch",),
        ("Responses[]", "Responses[].Partitions[]", "Responses[].Partitions[].Records[]"),
        in_session,
        parts=True,
    ),
    Accepted("DescribeProducers", ("DescribeProducers",), ("Topics[].Partitions[].ActiveProducers[].LastTimestamp",)),
    Accepted(
        "ListOffsets of the largest timestamp",
        ("ListOffsets",),
        tuple(f"Topics[].Partitions[].{f}" for f in ("Timestamp", "Offset", "LeaderEpoch")),
        of_deleted_record,
    ),
    Accepted(
        "markers by hand under an epoch above the coordinator's",
        ("DescribeTransactions",),
        ("TransactionStates[].TransactionState", "TransactionStates[].Topics[]"),
        hangs,
        parts=True,
    ),
    Accepted(
        "markers by hand of a producer id below -1",
        ("WriteTxnMarkers",),
        ("Markers[].Topics[].Partitions[].ErrorCode",),
        of_no_producer,
        parts=True,
    ),
    Accepted(
        "EndTxn of version 5 under the epoch before, where the last end did not raise it",
        ("EndTxn",),
        ("ErrorCode", "ProducerId", "ProducerEpoch"),
        of_a_fenced_producer,
        parts=True,
    ),
    Accepted(
        "DescribeTopicPartitions from the greatest partition number on",
        ("DescribeTopicPartitions",),
        ("NextCursor", "Topics[]"),
        past_the_greatest_number,
    ),
    Accepted(
        "a topic without partitions",
        (
            "AddPartitionsToTxn",
            "TxnOffsetCommit",
            "OffsetCommit",
            "OffsetDelete",
            "DeleteRecords",
            "Produce",
        ),
        (
            "ResultsByTopicV3AndBelow[]",
            "ResultsByTransaction[].TopicResults[]",
            "Topics[]",
            "Responses[]",
        ),
        without_partitions,
    ),
    Accepted(
        "a waiting JoinGroup or SyncGroup whose member asks again or leaves",
        ("JoinGroup", "SyncGroup"),
        ("",),
        told_to_come_again,
    ),
    Accepted(
        "which partitions a member of the new protocol gets",
        ("ConsumerGroupHeartbeat", "ConsumerGroupDescribe"),
        SHARES,
        as_many,
        parts=True,
    ),
    Accepted(
        "which partitions a member of the new protocol gets",
        ("ConsumerGroupHeartbeat",),
        ("Assignment", "MemberEpoch"),
        told_by_one,
        parts=True,
    ),
    Accepted(
        "which partitions a member of the new protocol gets",
        ("ConsumerGroupDescribe",),
        ("Groups[].GroupState", "Groups[].Members[].MemberEpoch"),
        with_other_shares,
        parts=True,
    ),
    Accepted(
        "a static member of the new protocol that joins again under another instance id",
        ("ConsumerGroupHeartbeat",),
        ("ErrorCode", "ErrorMessage", "MemberId", "MemberEpoch", "HeartbeatIntervalMs", "Assignment"),
        under_another_name,
        parts=True,
    ),
    Accepted(
        "a member of the new protocol that becomes a static one",
        ("ConsumerGroupDescribe",),
        ("Groups[].GroupState",),
        without_what_is_its_own,
        parts=True,
    ),
    Accepted(
        "a member of the new protocol that joins without a subscription",
        ("ConsumerGroupDescribe",),
        (*SHARES, "Groups[].GroupState"),
        took_everything,
        parts=True,
    ),
    Accepted(
        "the leader of a classic group that lost its own",
        ("JoinGroup",),
        ("Leader", "Members[]"),
        lambda d, said: said[0]["ErrorCode"] == 0 and said[0]["Leader"] != said[1]["Leader"],
        parts=True,
    ),
    Accepted(
        "`min.insync.replicas` of all brokers",
        ("AlterConfigs",),
        ("Responses[].ErrorCode",),
        resets_in_sync_replicas,
        parts=True,
    ),
    Accepted(
        "`min.insync.replicas` of all brokers",
        ("AlterConfigs",),
        ("Responses[].ErrorMessage",),
        lambda d, _: d.within[1]["ErrorCode"] == 40
        and d.within[1]["ResourceType"] == 4
        and d.within[1]["ResourceName"] == "",
    ),
    Accepted(
        "aborted transactions of a fetch that failed",
        ("Fetch",),
        ("Responses[].Partitions[].AbortedTransactions",),
        both_empty,
    ),
    Accepted(
        "values of a broker",
        ("DescribeConfigs",),
        tuple(
            f"Results[].Configs[].{f}"
            for f in (
                "Value",
                "ConfigSource",
                "ReadOnly",
                "IsSensitive",
                "ConfigType",
                "Synonyms[]",
                "Synonyms[].Value",
                "Synonyms[].Source",
            )
        ),
        told_of_broker,
    ),
    Accepted(
        "`min.insync.replicas` of all brokers",
        ("DescribeConfigs", "CreateTopics"),
        ("Configs[].ConfigSource", "Configs[].Synonyms[]", "Configs[].Synonyms[].Source", "Configs[]"),
        of_in_sync_replicas,
    ),
    Accepted("values of a broker", ("DescribeConfigs",), ("Results[].Configs[]",), told_of_broker),
    Accepted("documentation of keys", ("DescribeConfigs",), ("Results[].Configs[].Documentation",)),
    Accepted("ApiVersions", ("ApiVersions",), ("ApiKeys[]", "SupportedFeatures[]", "FinalizedFeatures[]"), only_theirs),
    *(Accepted("configuration keys", *lists, only_theirs) for lists in CONFIG_LISTS),
    *(Accepted("configuration keys", *lists, ours_alone) for lists in CONFIG_LISTS),
    Accepted("error messages", ANY, ("ErrorMessage",), lambda d, _: (d.ours, d.theirs) == ("<told>", "<not told>")),
]


def explained(difference, step, said):
    """The acceptance a difference falls under, if any; `said` are both answers in words, then the step."""
    said = [*said, step]
    for one in ACCEPTED:
        if not (one.apis == ANY or step.api in one.apis):
            continue
        if any(difference.path == p or difference.path.endswith("." + p) for p in one.paths) and one.fits(
            difference, said
        ):
            one.used += 1
            return one
    return None
