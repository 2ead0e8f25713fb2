"""Requests sent before the answers of earlier ones have come: each sees what those have done."""
from confluent_kafka.admin import AdminClient, NewTopic

from kafka_messages import request, response
from wire_client import Wire


def test_a_fetch_of_offsets_sees_the_commits_in_front_of_it(bootstrap, name):
    topic, group = name("t"), name("g")
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(20)
    fetch = request("OffsetFetch", 7, {"GroupId": group, "Topics": [{"Name": topic, "PartitionIndexes": [0]}]})

    def commit(offset):
        partition = {"PartitionIndex": 0, "CommittedOffset": offset, "CommittedLeaderEpoch": -1, "CommittedMetadata": ""}
        return request("OffsetCommit", 8, {"GroupId": group, "GenerationIdOrMemberEpoch": -1,
                                           "Topics": [{"Name": topic, "Partitions": [partition]}]})

    with Wire(bootstrap) as wire:
        for offset in range(0, 100, 2):
            wire.send(commit(offset) + commit(offset + 1) + fetch)
            wire.receive(), wire.receive()
            answer = response("OffsetFetch", 7, wire.receive())
            if answer["ErrorCode"] == 0:  # else the coordinator is still loading
                assert answer["Topics"][0]["Partitions"][0]["CommittedOffset"] == offset + 1
    assert answer["ErrorCode"] == 0
