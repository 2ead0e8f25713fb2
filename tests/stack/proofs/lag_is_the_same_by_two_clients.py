"""Lag as monitoring computes it, committed offsets against ends, by the admin clients of two libraries."""
from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec
from kafka import KafkaConsumer
from kafka import TopicPartition as PythonPartition
from kafka.admin import KafkaAdminClient

from events import create_topic, event, send, values
from proof import BOOTSTRAP, check, own, prove, same

TOPIC, GROUP = own("user_events"), own("user-analytics-group")
SENT, COMMITTED = {0: 100, 1: 60, 2: 40}, {0: 37, 1: 60}
LAG = {0: 63, 1: 0, 2: 40}


def confluent_lag(admin):
    found = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(GROUP)])[GROUP].result(20)
    committed = {tp.partition: tp.offset for tp in found.topic_partitions if tp.offset >= 0}
    ends = admin.list_offsets({TopicPartition(TOPIC, p): OffsetSpec.latest() for p in SENT})
    return {tp.partition: end.result(20).offset - committed.get(tp.partition, 0) for tp, end in ends.items()}


def kafka_python_lag():
    admin, reader = KafkaAdminClient(bootstrap_servers=[BOOTSTRAP]), KafkaConsumer(bootstrap_servers=[BOOTSTRAP])
    offsets = {tp.partition: found.offset for tp, found in admin.list_group_offsets(GROUP)[GROUP].items()}
    ends = reader.end_offsets([PythonPartition(TOPIC, p) for p in SENT])
    reader.close()
    admin.close()
    return {tp.partition: end - max(offsets.get(tp.partition, 0), 0) for tp, end in ends.items()}


def body(_):
    create_topic(TOPIC, partitions=3)
    for partition, count in SENT.items():
        send(TOPIC, [event(i, "view", 1.0, "2025-01-04T10:00:00Z") for i in range(count)], partition=partition)
    consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": GROUP, "enable.auto.commit": False,
                         "auto.offset.reset": "earliest"})
    consumer.subscribe([TOPIC])
    values(consumer, sum(SENT.values()))
    consumer.commit(offsets=[TopicPartition(TOPIC, p, o) for p, o in COMMITTED.items()], asynchronous=False)

    admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
    group = admin.describe_consumer_groups([GROUP])[GROUP].result(20)
    same((group.state.name, len(group.members)), ("STABLE", 1), "state and members")
    same(confluent_lag(admin), LAG, "lag by confluent-kafka")
    consumer.close()
    same(kafka_python_lag(), LAG, "lag by kafka-python")
    check(GROUP in [g.group_id for g in admin.list_consumer_groups().result(20).valid], "the group is not listed")
    return f"lag {sum(LAG.values())} by both"


prove(body)
