"""Moving in from Apache Kafka: its stopped log directory becomes ours, with every record and committed offset."""
import subprocess

import pytest
from confluent_kafka import TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from kafka_peer import KafkaNode
from millrace import binary
from test_dump_log import SETTINGS, committed_offsets, load, read_all

pytestmark = pytest.mark.usefixtures("millrace_only")


@pytest.fixture
def kafka(request, tmp_path):
    if request.config.getoption("--without-peers"):
        pytest.skip("--without-peers")
    node = KafkaNode(tmp_path / "kafka", SETTINGS).start()
    yield node
    node.kill()


def start_offset(bootstrap):
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 2})
    found = admin.list_offsets({TopicPartition("zstd", p): OffsetSpec.earliest() for p in (0, 1)})
    return {at.partition: f.result(20).offset for at, f in found.items()}


def test_topics_ids_records_log_starts_and_commits_are_taken_over(kafka, own_broker):
    load(kafka.bootstrap, ["lz4", "zstd"])
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap, "log_level": 2})
    for future in admin.delete_records([TopicPartition("zstd", 1, 123)]).values():
        future.result(20)
    before = {"lz4": read_all(kafka.bootstrap, "lz4"), "starts": start_offset(kafka.bootstrap),
              "commits": committed_offsets(kafka.bootstrap, "lz4"), "ids": ids(admin)}
    kafka.stop()

    broker = own_broker()
    done = subprocess.run([binary(), "topic", "adopt", kafka.data, "--dir", broker.data], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    assert "lz4" in done.stdout and "__consumer_offsets" in done.stdout

    broker.start()
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    after = {"lz4": read_all(broker.bootstrap, "lz4"), "starts": start_offset(broker.bootstrap),
             "commits": committed_offsets(broker.bootstrap, "lz4"), "ids": ids(admin)}
    assert after == before
    assert before["starts"] == {0: 0, 1: 123} and sum(before["commits"]) == 10000
    offsets_topic = admin.list_topics("__consumer_offsets", timeout=10).topics["__consumer_offsets"]
    assert len(offsets_topic.partitions) == 4


def ids(admin):
    described = admin.describe_topics(TopicCollection(["lz4", "zstd"]))
    return {name: str(f.result(20).topic_id) for name, f in described.items()}
