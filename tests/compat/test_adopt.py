"""Topics move between Apache Kafka and Millrace by their files, in both directions, and nothing is lost on the way."""
import shutil
import subprocess

import kafka_peer
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from millrace import Millrace, binary

CODECS = [None, "gzip", "snappy", "lz4", "zstd"]
SETTINGS = {"offsets.topic.num.partitions": "5"}


@pytest.fixture
def kafka(request, tmp_path):
    if request.config.getoption("--without-peers"):
        pytest.skip("--without-peers")
    node = kafka_peer.KafkaNode(tmp_path / "kafka", SETTINGS)
    yield node
    node.kill()


@pytest.fixture
def ours(tmp_path):
    node = Millrace(tmp_path / "ours", SETTINGS)
    yield node
    node.kill()


def create(bootstrap, topics):
    admin = KafkaAdminClient(bootstrap_servers=[bootstrap])
    admin.create_topics([NewTopic(t, n, 1) for t, n in topics.items()])
    admin.close()


def fill(bootstrap, topics):
    """Records of every codec, several segments' worth of batches, and committed offsets; the first log starts at 70."""
    for i, codec in enumerate(CODECS):
        producer = KafkaProducer(bootstrap_servers=[bootstrap], compression_type=codec, linger_ms=5)
        for topic, count in topics.items():
            for j in range(100):
                producer.send(topic, partition=j % count, key=b"k%d" % j, value=b"%d-%d " % (i, j) * 20,
                              headers=[("codec", str(codec).encode())], timestamp_ms=1700000000000 + j)
        producer.flush()
        producer.close()
    first = next(iter(topics))
    admin = KafkaAdminClient(bootstrap_servers=[bootstrap])
    admin.delete_records({TopicPartition(first, 0): 70})
    admin.close()
    for n, topic in enumerate(topics):
        reader = KafkaConsumer(bootstrap_servers=[bootstrap], group_id=f"group-{topic}", enable_auto_commit=False)
        partitions = [TopicPartition(topic, p) for p in range(topics[topic])]
        reader.assign(partitions)
        reader.seek_to_end()
        for partition in partitions:
            reader.seek(partition, reader.position(partition) - n - 1)
        reader.commit()
        reader.close()


def contents(bootstrap, topics):
    """All that must be the same afterwards: records, log starts and ends, committed offsets."""
    found = {}
    for topic, count in topics.items():
        partitions = [TopicPartition(topic, p) for p in range(count)]
        reader = KafkaConsumer(bootstrap_servers=[bootstrap], group_id=f"group-{topic}", enable_auto_commit=False)
        reader.assign(partitions)
        starts, ends = reader.beginning_offsets(partitions), reader.end_offsets(partitions)
        for partition in partitions:
            reader.seek(partition, starts[partition])
            found[partition, "start"], found[partition, "end"] = starts[partition], ends[partition]
            found[partition, "committed"] = reader.committed(partition)
        records = {p: [] for p in partitions}
        while any(reader.position(p) < ends[p] for p in partitions):
            for partition, batch in reader.poll(timeout_ms=5000).items():
                records[partition] += [(r.offset, r.timestamp, r.key, r.value, tuple(r.headers)) for r in batch]
        for partition in partitions:
            found[partition, "records"] = records[partition]
        reader.close()
    return found


def run(*arguments):
    return subprocess.run([binary(), *map(str, arguments)], capture_output=True, text=True, timeout=120)


def adopt(*arguments):
    result = run("topic", "adopt", *arguments)
    assert result.returncode == 0, result
    return result.stdout


TOPICS = {"orders": 3, "user_events": 1}


def test_kafkas_topics_groups_and_log_starts_are_taken_over(kafka, ours):
    kafka.start()
    create(kafka.bootstrap, TOPICS)
    fill(kafka.bootstrap, TOPICS)
    before = contents(kafka.bootstrap, TOPICS)
    assert before[TopicPartition("orders", 0), "start"] == 70
    running = run("topic", "adopt", kafka.data, "--dir", ours.data)
    assert running.returncode == 1 and "stop it" in running.stderr, running
    kafka.stop()

    told = adopt(kafka.data, "--dir", ours.data, "--set", "orders:retention.ms=-1", "--set", "retention.bytes=-1")
    assert "__consumer_offsets" in told and "__cluster_metadata" not in told
    again = run("topic", "adopt", kafka.data, "--dir", ours.data)
    assert again.returncode == 1 and "TOPIC_ALREADY_EXISTS" in again.stderr, again

    ours.start()
    assert contents(ours.bootstrap, TOPICS) == before
    described = run("topic", "describe", "orders", "--bootstrap", ours.bootstrap).stdout
    metadata = (kafka.data / "orders-0" / "partition.metadata").read_text()
    assert metadata.split("topic_id: ")[1].strip() in described, "the topic keeps its id"
    assert "retention.ms=-1" in described and "retention.bytes=-1" in described
    # It is a broker like any other now.
    create(ours.bootstrap, {"new": 1})
    producer = KafkaProducer(bootstrap_servers=[ours.bootstrap])
    sent = producer.send("orders", partition=0, value=b"after").get(timeout=10)
    assert sent.offset == before[TopicPartition("orders", 0), "end"]
    producer.close()
    after = contents(ours.bootstrap, {**TOPICS, "new": 1})
    ours.stop()
    assert run("log", "verify", ours.data).returncode == 0
    ours.start()
    assert contents(ours.bootstrap, {**TOPICS, "new": 1}) == after


def test_kafka_that_was_killed_is_adopted_only_when_told_to(kafka, ours):
    kafka.start()
    create(kafka.bootstrap, TOPICS)
    fill(kafka.bootstrap, TOPICS)
    before = contents(kafka.bootstrap, TOPICS)
    kafka.kill()
    assert run("topic", "adopt", kafka.data, "--dir", ours.data).returncode == 1
    adopt(kafka.data, "--dir", ours.data, "--unclean", "--move", "--topic", "user_events",
          "--topic", "__consumer_offsets")
    assert not (kafka.data / "user_events-0").exists() and (kafka.data / "orders-0").exists()
    ours.start()
    after = contents(ours.bootstrap, {"user_events": 1})
    assert after == {k: v for k, v in before.items() if k[0].topic == "user_events"}


def test_our_files_are_kafkas_own(ours, kafka):
    ours.start()
    create(ours.bootstrap, TOPICS)
    fill(ours.bootstrap, TOPICS)
    before = contents(ours.bootstrap, TOPICS)
    ours.stop()

    # Kafka makes topics of the same shape; the group makes its offsets topic. Then our segments take the place of its
    # own, with its partition.metadata.
    kafka.start()
    create(kafka.bootstrap, TOPICS)
    reader = KafkaConsumer(bootstrap_servers=[kafka.bootstrap], group_id="any", enable_auto_commit=False)
    reader.assign([TopicPartition("orders", 0)])
    reader.seek_to_beginning()
    reader.position(TopicPartition("orders", 0))
    reader.commit()
    reader.close()
    kafka.stop()
    moved = [p for p in ours.data.iterdir() if p.is_dir() and p.name != "millrace.meta"]
    assert len(moved) == 4 + 5
    for partition in moved:
        target = kafka.data / partition.name
        metadata = (target / "partition.metadata").read_bytes()
        shutil.rmtree(target)
        shutil.copytree(partition, target)
        (target / "partition.metadata").write_bytes(metadata)
    for checkpoint in ("log-start-offset-checkpoint", "recovery-point-offset-checkpoint"):
        shutil.copy(ours.data / checkpoint, kafka.data / checkpoint)
    (kafka.data / "replication-offset-checkpoint").unlink()

    kafka.start()
    assert contents(kafka.bootstrap, TOPICS) == before
    producer = KafkaProducer(bootstrap_servers=[kafka.bootstrap])
    sent = producer.send("orders", partition=1, value=b"after").get(timeout=10)
    assert sent.offset == before[TopicPartition("orders", 1), "end"]
    producer.close()
