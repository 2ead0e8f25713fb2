"""confluent-kafka (librdkafka), unchanged."""
import pytest
from confluent_kafka import (Consumer, ConsumerGroupTopicPartitions, KafkaException, OFFSET_BEGINNING, Producer,
                             TopicPartition)
from confluent_kafka.admin import (AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions,
                                   NewTopic, OffsetSpec, ResourceType)

from millrace import wait_for


@pytest.fixture
def admin(bootstrap):
    return AdminClient({"bootstrap.servers": bootstrap})


def create(admin, topic, partitions=1, **config):
    admin.create_topics([NewTopic(topic, partitions, 1, config=config)])[topic].result(20)
    wait_for(lambda: len(admin.list_topics(topic, timeout=10).topics[topic].partitions) == partitions, 10, topic)


def produce(bootstrap, topic, values, partition=-1, **config):
    """Sends with idempotence; returns the offsets in the order sent."""
    offsets, errors = [], []

    def report(error, message):
        errors.append(error) if error else offsets.append(message.offset())

    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 5, **config})
    for value in values:
        producer.produce(topic, value=value, partition=partition, on_delivery=report)
        producer.poll(0)
    assert producer.flush(30) == 0
    assert not errors
    return offsets


def group_member(bootstrap, topic, group, **config):
    member = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest",
                       "enable.auto.commit": False, "session.timeout.ms": 6000, **config})
    member.subscribe([topic])
    return member


def read(consumers, count, limit=30):
    """Polls the members in turn until `count` records came; returns them as (member, message)."""
    records = []

    def poll():
        for member in consumers:
            for message in member.consume(500, 0.05):
                assert message.error() is None, message.error()
                records.append((member, message))
        return len(records) >= count

    wait_for(poll, limit, f"{count} records", step=0)
    return records


def test_idempotent_producer_and_group_consumer(bootstrap, admin, name):
    topic, group = name("orders"), name("billing")
    create(admin, topic)
    assert produce(bootstrap, topic, [b"%d" % i for i in range(5000)]) == list(range(5000))
    member = group_member(bootstrap, topic, group)
    records = read([member], 5000)
    assert [int(m.value()) for _, m in records] == list(range(5000))
    member.commit(asynchronous=False)
    assert member.committed([TopicPartition(topic, 0)], 10)[0].offset == 5000
    member.close()


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_every_codec_survives_the_round_trip(bootstrap, name, codec):
    topic = name(codec)
    values = [b'{"user":%d,"action":"click"}' % i for i in range(2000)]
    produce(bootstrap, topic, values, **{"compression.type": codec})
    reader = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused", "check.crcs": True})
    reader.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
    assert [m.value() for _, m in read([reader], 2000)] == values
    reader.close()


@pytest.mark.parametrize("strategy", ["range", "cooperative-sticky"])
def test_two_members_share_the_partitions_and_one_takes_over(bootstrap, admin, name, strategy):
    topic, group = name("shared"), name("workers")
    create(admin, topic, partitions=4)
    config = {"partition.assignment.strategy": strategy}
    one, two = (group_member(bootstrap, topic, group, **config) for _ in range(2))

    def shares():
        one.poll(0.1), two.poll(0.1)
        return sorted(len(m.assignment()) for m in (one, two))

    wait_for(lambda: shares() == [2, 2], 30, "an even share", step=0)
    two.close()
    wait_for(lambda: one.poll(0.1) or len(one.assignment()) == 4, 30, "the takeover", step=0)
    one.close()


def test_static_member_comes_back_without_a_rebalance(bootstrap, admin, name):
    topic, group = name("static"), name("workers")
    create(admin, topic, partitions=2)
    config = {"group.instance.id": "worker-1", "session.timeout.ms": 20000}
    first = group_member(bootstrap, topic, group, **config)
    wait_for(lambda: first.poll(0.1) or len(first.assignment()) == 2, 30, "assignment", step=0)
    first.close()
    described = admin.describe_consumer_groups([group])[group].result(10)
    assert [m.group_instance_id for m in described.members] == ["worker-1"]
    second = group_member(bootstrap, topic, group, **config)
    wait_for(lambda: second.poll(0.1) or len(second.assignment()) == 2, 30, "assignment", step=0)
    second.close()


def test_lag_is_the_end_minus_the_commit(bootstrap, admin, name):
    topic, group = name("lagging"), name("slow")
    create(admin, topic, partitions=2)
    produce(bootstrap, topic, [b"x"] * 100, partition=0)
    produce(bootstrap, topic, [b"x"] * 60, partition=1)
    member = group_member(bootstrap, topic, group)
    read([member], 160)
    member.commit(offsets=[TopicPartition(topic, 0, 37), TopicPartition(topic, 1, 60)], asynchronous=False)
    described = admin.describe_consumer_groups([group])[group].result(10)
    assert (described.state.name, len(described.members)) == ("STABLE", 1)
    found = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result(10)
    committed = {tp.partition: tp.offset for tp in found.topic_partitions}
    ends = admin.list_offsets({TopicPartition(topic, p): OffsetSpec.latest() for p in (0, 1)})
    assert {tp.partition: f.result(10).offset - committed[tp.partition] for tp, f in ends.items()} == {0: 63, 1: 0}
    assert group in [g.group_id for g in admin.list_consumer_groups().result(10).valid]
    member.close()


def test_group_is_deleted_only_when_empty(bootstrap, admin, name):
    topic, group = name("short"), name("gone")
    produce(bootstrap, topic, [b"x"])
    member = group_member(bootstrap, topic, group)
    read([member], 1)
    member.commit(asynchronous=False)
    with pytest.raises(KafkaException) as refused:
        admin.delete_consumer_groups([group])[group].result(10)
    assert refused.value.args[0].name() == "NON_EMPTY_GROUP"
    member.close()
    admin.delete_consumer_groups([group])[group].result(10)
    assert group not in [g.group_id for g in admin.list_consumer_groups().result(10).valid]


def test_topic_configs_are_altered_and_described(bootstrap, admin, name):
    topic = name("tuned")
    create(admin, topic, **{"retention.ms": "60000"})
    resource = ConfigResource(ResourceType.TOPIC, topic)
    values = admin.describe_configs([resource])[resource].result(10)
    assert values["retention.ms"].value == "60000"
    assert values["cleanup.policy"].value == "delete"
    change = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[
        ConfigEntry("max.message.bytes", "2000", incremental_operation=AlterConfigOpType.SET),
        ConfigEntry("retention.ms", None, incremental_operation=AlterConfigOpType.DELETE)])
    admin.incremental_alter_configs([change])[change].result(10)
    values = admin.describe_configs([resource])[resource].result(10)
    assert (values["max.message.bytes"].value, values["retention.ms"].value) == ("2000", "604800000")


def test_partitions_are_added(bootstrap, admin, name):
    topic = name("growing")
    create(admin, topic)
    admin.create_partitions([NewPartitions(topic, 3)])[topic].result(10)
    wait_for(lambda: len(admin.list_topics(topic, timeout=10).topics[topic].partitions) == 3, 10, "3 partitions")
    assert produce(bootstrap, topic, [b"x"], partition=2) == [0]


def test_deleted_records_are_below_the_start_and_the_topic_goes_on(bootstrap, admin, name):
    topic = name("cut")
    create(admin, topic)
    produce(bootstrap, topic, [b"x"] * 10)
    low = admin.delete_records([TopicPartition(topic, 0, 6)])
    assert [f.result(10).low_watermark for f in low.values()] == [6]
    earliest = admin.list_offsets({TopicPartition(topic, 0): OffsetSpec.earliest()})
    assert [f.result(10).offset for f in earliest.values()] == [6]
    assert produce(bootstrap, topic, [b"x"]) == [10]


def test_recreated_topic_is_empty(bootstrap, admin, name):
    topic = name("again")
    create(admin, topic)
    produce(bootstrap, topic, [b"old"] * 3)
    admin.delete_topics([topic])[topic].result(20)
    wait_for(lambda: topic not in admin.list_topics(timeout=10).topics, 10, "deletion")
    create(admin, topic)
    assert produce(bootstrap, topic, [b"new"]) == [0]


@pytest.mark.parametrize("topic", ["..", ".", "a b", "x" * 250, ""])
def test_bad_topic_names_are_refused(admin, topic):
    with pytest.raises(Exception) as refused:
        admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(10)
    error = refused.value.args[0]
    assert not hasattr(error, "name") or error.name() in ("TOPIC_EXCEPTION", "_INVALID_ARG")


@pytest.mark.parametrize("config,code", [({"no.such.key": "1"}, "INVALID_CONFIG"),
                                         ({"retention.ms": "soon"}, "INVALID_CONFIG"),
                                         ({"segment.bytes": "1"}, "INVALID_CONFIG")])
def test_bad_topic_configs_are_refused(admin, name, config, code):
    topic = name("refused")
    with pytest.raises(KafkaException) as refused:
        admin.create_topics([NewTopic(topic, 1, 1, config=config)])[topic].result(10)
    assert refused.value.args[0].name() == code


@pytest.mark.parametrize("partitions,replicas,code", [(0, 1, "INVALID_PARTITIONS"), (1, 3, "INVALID_REPLICATION_FACTOR")])
def test_bad_partition_and_replica_counts_are_refused(admin, name, partitions, replicas, code):
    topic = name("refused")
    with pytest.raises(KafkaException) as refused:
        admin.create_topics([NewTopic(topic, partitions, replicas)])[topic].result(10)
    assert refused.value.args[0].name() == code


def test_oversized_record_is_refused_and_the_next_one_accepted(bootstrap, admin, name):
    topic, errors = name("small"), []
    create(admin, topic, **{"max.message.bytes": "1000"})
    producer = Producer({"bootstrap.servers": bootstrap})
    producer.produce(topic, value=b"x" * 5000, on_delivery=lambda e, _: errors.append(e and e.name()))
    producer.flush(20)
    producer.produce(topic, value=b"x", on_delivery=lambda e, _: errors.append(e and e.name()))
    producer.flush(20)
    assert errors == ["MSG_SIZE_TOO_LARGE", None]
