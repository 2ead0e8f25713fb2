"""What programs of requests (tests/differential) found to differ from Apache Kafka, and is the same since."""
import pytest

from same_as_kafka import NOBODY
from wire_client import batch


def append(side, topic, records, version=12, transactional=None):
    data = [{"Name": side.name(topic), "PartitionData": [{"Index": p, "Records": r} for p, r in enumerate(records)]}]
    body = {"TransactionalId": transactional, "Acks": -1, "TimeoutMs": 5000, "TopicData": data}
    return side.ask("Produce", version, body, ("ErrorMessage",))


@pytest.mark.parametrize("offset,last_epoch", [(9, 0), (1, 0), (1, 5), (0, -1), (9, -1)])
def test_a_fetch_is_told_where_logs_diverge(both, offset, last_epoch):
    def conversation(side):
        side.topic("t")
        append(side, "t", [batch([b"a", b"b"])])
        partition = {"Partition": 0, "FetchOffset": offset, "LastFetchedEpoch": last_epoch, "PartitionMaxBytes": 9999}
        topics = [{"TopicId": side.ids["t"], "Partitions": [partition]}]
        return side.ask("Fetch", 18, {"MaxWaitMs": 0, "MinBytes": 0, "SessionEpoch": -1, "Topics": topics})

    both(conversation)


@pytest.mark.parametrize("kind,protocol", [(None, None), ("consumer", None)])
def test_sync_group_names_its_protocol(both, kind, protocol):
    def conversation(side):
        body = {"GroupId": side.name("g"), "GenerationId": 1, "MemberId": "m"}
        return side.ask("SyncGroup", 5, {**body, "ProtocolType": kind, "ProtocolName": protocol})

    both(conversation)


def test_records_of_two_producers_in_one_request(both):
    def conversation(side):
        side.topic("t", 2)
        made = {"attributes": 0x10, "producer_epoch": 0, "sequence": 0}
        records = [batch(producer_id=one, **made) for one in (1 << 39, (1 << 39) + 1)]
        return append(side, "t", records, transactional=side.name("x"))

    both(conversation)


@pytest.mark.parametrize("records", [batch(attributes=0x10), batch(magic=3), batch(length_change=-60), batch()[:30]],
                         ids=["transactional without a producer", "magic 3", "length too small", "cut"])
def test_one_batch_of_two_is_wrong(both, records):
    def conversation(side):
        side.topic("t", 2)
        return append(side, "t", [batch(), records], transactional=side.name("x"))

    both(conversation)


def test_offsets_of_partitions_that_there_are_not_in_a_transaction(both):
    def conversation(side):
        offsets = [{"PartitionIndex": 0, "CommittedOffset": 1}]
        topics = [{"Name": side.call(side.name("missing"), "missing"), "Partitions": offsets}]
        body = {"TransactionalId": side.name("x"), "GroupId": side.name("g"), "ProducerId": 1 << 39, "ProducerEpoch": 0}
        return side.ask("TxnOffsetCommit", 3, {**body, "Topics": topics})

    both(conversation)


@pytest.mark.parametrize("version,topics", [
    (11, [{"Name": None}]), (10, [{"Name": "", "TopicId": NOBODY}]), (5, [{"Name": ""}]), (12, [{"Name": "a/b"}]),
    (12, [{"Name": None, "TopicId": NOBODY}, {"Name": "unknown"}]),
])
def test_metadata_of_strange_names(both, version, topics):
    body = {"Topics": topics, "AllowAutoTopicCreation": False, "IncludeTopicAuthorizedOperations": True}
    both(lambda side: side.ask("Metadata", version, body, ("Port", "ClusterId")))


@pytest.mark.parametrize("version", [6, 7, 9])
def test_a_protocol_without_a_name(both, version):
    def conversation(side):
        body = {"GroupId": side.group("g"), "SessionTimeoutMs": 30000, "RebalanceTimeoutMs": 60000, "MemberId": "",
                "GroupInstanceId": "static", "ProtocolType": "consumer", "Protocols": [{"Name": "", "Metadata": b""}]}
        return side.ask("JoinGroup", version, body, ("Leader", "MemberId"))

    both(conversation)


def consumer(side, member, **more):
    """A heartbeat that joins a group of the new protocol."""
    body = {"GroupId": side.group("h"), "MemberId": side.call(side.name(member), member), "MemberEpoch": 0,
            "RebalanceTimeoutMs": 60000, "TopicPartitions": [], "SubscribedTopicNames": [], **more}
    return side.ask("ConsumerGroupHeartbeat", 1, body, ("HeartbeatIntervalMs",))


def test_a_group_that_subscribes_to_nothing_is_in_epoch_one(both):
    both(lambda side: [consumer(side, "a"), consumer(side, "b"), side.ask("ConsumerGroupDescribe", 1, {
        "GroupIds": [side.call(side.name("h"), "h")]}, ("ClientHost",))])


def test_a_stranger_is_told_nothing_of_topics(both):
    def conversation(side):
        consumer(side, "a")
        topics = [{"TopicId": b"\x01" + bytes(15), "PartitionIndexes": [0]}]
        group = {"GroupId": side.name("h"), "MemberId": "b", "MemberEpoch": 1, "Topics": topics}
        return side.ask("OffsetFetch", 10, {"Groups": [group]})

    both(conversation)


def test_a_classic_member_with_a_malformed_subscription_is_given_no_id(both):
    def conversation(side):
        consumer(side, "a")
        body = {"GroupId": side.name("h"), "SessionTimeoutMs": 30000, "RebalanceTimeoutMs": 60000, "MemberId": "",
                "ProtocolType": "consumer", "Protocols": [{"Name": "range", "Metadata": b""}]}
        return side.ask("JoinGroup", 3, body)

    both(conversation)
