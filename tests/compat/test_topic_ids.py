"""Produce, Fetch, offsets and their neighbours in Kafka's newest versions, where requests name topics by id."""
import pytest

from same_as_kafka import NOBODY
from wire_client import batch

# Null and an empty list of aborted transactions mean the same; Kafka gives either with an error.
IN_FETCHES = ("AbortedTransactions",)


def produce(side, topics):
    data = [{"TopicId": i, "PartitionData": [{"Index": p, "Records": batch([b"a", b"b"])}]} for i, p in topics]
    return side.ask("Produce", 13, {"Acks": -1, "TimeoutMs": 5000, "TopicData": data})


def partition(topic, offset=0, number=0, leader_epoch=-1):
    key = "Topic" if isinstance(topic, str) else "TopicId"
    return {key: topic, "Partitions": [{"Partition": number, "FetchOffset": offset, "PartitionMaxBytes": 1 << 20,
                                        "CurrentLeaderEpoch": leader_epoch}]}


class Fetches:
    """Fetches of one side within one session; session ids in answers become whether there is one."""

    def __init__(self, side, version=18):
        self.side, self.version, self.id = side, version, 0

    def __call__(self, topics=(), epoch=-1, forgotten=(), version=None):
        body = {"MaxWaitMs": 0, "MinBytes": 0, "SessionId": self.id if epoch >= 0 else 0, "SessionEpoch": epoch,
                "Topics": list(topics), "ForgottenTopicsData": list(forgotten)}
        answer = self.side.ask("Fetch", version or self.version, body, IN_FETCHES)
        self.id = answer["SessionId"] or self.id
        return {**answer, "SessionId": bool(answer["SessionId"])}


def errors(fetched):
    return {t["TopicId"]: t["Partitions"][0]["ErrorCode"] for t in fetched["Responses"]}


def test_produce_finds_topics_by_id(both):
    def conversation(side):
        side.topic("t")
        return produce(side, [(side.ids["t"], 0), (NOBODY, 0), (bytes(16), 0)])

    said = both(conversation)
    assert sorted(t["PartitionResponses"][0]["ErrorCode"] for t in said["Responses"]) == [0, 100, 100]


def test_fetch_finds_topics_by_id(both):
    def conversation(side):
        side.topic("t")
        produce(side, [(side.ids["t"], 0)])
        fetch, t = Fetches(side), side.ids["t"]
        return [fetch([partition(t), partition(NOBODY), partition(bytes(16))]), fetch([partition(t, number=4)]),
                fetch([partition(t, offset=9)]), fetch([partition(t, leader_epoch=5)])]

    assert [sorted(errors(f).values()) for f in both(conversation)] == [[0, 100, 100], [3], [1], [75]]


def test_sessions_keep_topics_by_id(both):
    def conversation(side):
        side.topic("t"), side.topic("u")
        first, fetch = side.ids["u"], Fetches(side)
        said = [fetch([partition(side.ids["t"]), partition(first), partition(NOBODY)], 0), fetch([], 1),
                fetch([], 2, version=12), fetch([], 7, version=12)]
        side.delete("u")
        said.append(fetch([], 2))
        side.topic("u")
        said += [fetch([], 3), fetch([partition(first)], 4),
                 fetch([], 5, forgotten=[{"TopicId": NOBODY, "Partitions": [0]}])]
        side.call(first, "the first u")
        return said + [fetch([partition(first)]), fetch([partition(side.ids["u"])], 6)]

    said = both(conversation)
    assert [f["ErrorCode"] for f in said] == [0, 0, 106, 71, 0, 0, 0, 0, 0, 0]
    assert [errors(f).get("u") for f in said[4:8]] == [3, 103, 103, 103]


def test_a_session_of_names_does_not_go_on_with_ids(both):
    def conversation(side):
        fetch = Fetches(side, 12)
        return [fetch([partition(side.topic("t"))], 0), fetch([], 1, version=18)]

    assert [f["ErrorCode"] for f in both(conversation)] == [0, 106]


def commit(side, version, topics, group, generation=-1, member=""):
    body = {"GroupId": group, "GenerationIdOrMemberEpoch": generation, "MemberId": member, "Topics": topics}
    return side.ask("OffsetCommit", version, body)


def committed(number, offset):
    return {"PartitionIndex": number, "CommittedOffset": offset, "CommittedMetadata": "m"}


def test_offsets_by_id(both):
    def conversation(side):
        side.topic("t", 2), side.topic("gone")
        t, gone, group = side.ids["t"], side.ids["gone"], side.group("g")
        topics = [{"TopicId": t, "Partitions": [committed(0, 5), committed(1, 6), committed(7, 1)]},
                  {"TopicId": NOBODY, "Partitions": [committed(0, 1)]},
                  {"TopicId": gone, "Partitions": [committed(0, 3)]}]
        said = [commit(side, 10, topics, group)]

        def fetch(version, *topics):
            return side.ask("OffsetFetch", version, {"Groups": [{"GroupId": group, "Topics": list(topics) or None}]})

        asked = [{"TopicId": i, "PartitionIndexes": [0, 1, 9]} for i in (t, NOBODY, bytes(16))]
        said += [fetch(10, *asked), fetch(10), fetch(9)]
        side.delete("gone")
        return said + [fetch(10, {"TopicId": gone, "PartitionIndexes": [0]})]

    said = both(conversation)
    stored = {t["TopicId"]: {p["PartitionIndex"]: p["ErrorCode"] for p in t["Partitions"]} for t in said[0]["Topics"]}
    assert stored == {"t": {0: 0, 1: 0, 7: 3}, "nobody": {0: 100}, "gone": {0: 0}}


def test_members_of_classic_groups_say_what_they_like(both):
    def conversation(side):
        side.topic("t")
        asked = {"GroupId": side.group("g"), "MemberId": "nobody", "MemberEpoch": 7}
        topics = [{"Name": side.name("t"), "PartitionIndexes": [0]}]
        return [side.ask("OffsetFetch", 9, {"Groups": [{**asked, "Topics": t}]}) for t in (None, topics)]

    assert [a["Groups"][0]["ErrorCode"] for a in both(conversation)] == [0, 0]


def test_a_commit_of_a_generation_nobody_has(both):
    def conversation(side):
        topics = [{"Name": side.topic("t"), "Partitions": [committed(0, 1)]}]
        group = side.group("unknown")
        return [commit(side, version, topics, group, 3, "member") for version in (8, 9)]

    assert [a["Topics"][0]["Partitions"][0]["ErrorCode"] for a in both(conversation)] == [22, 69]


@pytest.mark.parametrize("version", range(7, 12))
def test_every_timestamp_with_a_meaning_in_every_version(both, version):
    def conversation(side):
        side.topic("t")
        produce(side, [(side.ids["t"], 0)])
        timestamps = (0, -1, -2, -3, -4, -5, -6, -7, 1 << 60)
        return [side.ask("ListOffsets", version, {"ReplicaId": -1, "Topics": [
            {"Name": side.name("t"), "Partitions": [{"PartitionIndex": 0, "Timestamp": t}]}]}) for t in timestamps]

    both(conversation)


def test_metadata_by_id(both):
    def conversation(side):
        side.topic("t", 2)
        topics = [{"Name": None, "TopicId": i} for i in (side.ids["t"], NOBODY)]
        return side.ask("Metadata", 13, {"Topics": topics}, ("Port", "ClusterId"))

    said = both(conversation)
    assert sorted(t["ErrorCode"] for t in said["Topics"]) == [0, 100]
