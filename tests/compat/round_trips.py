"""What every client program of tests/peers must bring about on a broker, checked with another client (librdkafka)."""
from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, OFFSET_BEGINNING, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from kafka_messages import ask
from millrace import wait_for
from test_confluent import produce, read
from test_transactions import read_all
from wire_client import Wire

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]


def create(bootstrap, topic, partitions=1):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(20)
    wait_for(lambda: len(admin.list_topics(topic, timeout=10).topics[topic].partitions) == partitions, 10, topic)
    return topic


def read_partitions(bootstrap, topic, partitions, count):
    """{partition: values in their order} of the first `count` records."""
    reader = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused", "check.crcs": True})
    reader.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for p in range(partitions)])
    values = {p: [] for p in range(partitions)}
    for _, message in read([reader], count):
        values[message.partition()].append(message.value().decode())
    reader.close()
    return values


def codecs_in(bootstrap, topic, partition):
    """The codecs of the batches at the partition's start, as their headers say."""
    asked = {"MaxWaitMs": 0, "MinBytes": 0, "SessionId": 0, "SessionEpoch": -1, "Topics": [{"Topic": topic, "Partitions": [
        {"Partition": partition, "FetchOffset": 0, "PartitionMaxBytes": 1 << 20}]}]}
    with Wire(bootstrap) as wire:
        batches = ask(wire, "Fetch", 12, asked)["Responses"][0]["Partitions"][0]["Records"]
    codecs = set()
    while batches:
        codecs.add(CODECS[batches[22] & 7])
        batches = batches[12 + int.from_bytes(batches[8:12], "big"):]
    return codecs


def committed(bootstrap, group, topic, partitions):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    asked = [ConsumerGroupTopicPartitions(group, [TopicPartition(topic, p) for p in range(partitions)])]
    return [p.offset for p in admin.list_consumer_group_offsets(asked)[group].result(20).topic_partitions]


def produced_with_every_codec(program, bootstrap, name):
    topic = create(bootstrap, name("codecs"), len(CODECS))
    values = [f'{{"user":{i},"action":"click"}}' for i in range(300)]
    told = program.run("produce", bootstrap=bootstrap, topic=topic, codecs=CODECS, values=values)
    assert told["offsets"] == [list(range(300))] * len(CODECS)
    assert [codecs_in(bootstrap, topic, p) for p in range(len(CODECS))] == [{codec} for codec in CODECS]
    assert read_partitions(bootstrap, topic, len(CODECS), 5 * 300) == {p: values for p in range(len(CODECS))}


def shared_by_a_group(program, bootstrap, name, protocol):
    topic, group = create(bootstrap, name("shared"), 4), name("workers")
    request = dict(bootstrap=bootstrap, topic=topic, group=group, protocol=protocol)

    producer = Producer({"bootstrap.servers": bootstrap})

    def write(values):
        for value in values:
            producer.produce(topic, str(value), partition=value % 4)
        assert producer.flush(20) == 0

    with program.member(**request) as one:
        one.wait_for(lambda: sorted(one.assigned) == [0, 1, 2, 3], "all partitions")
        with program.member(**request) as two:
            two.wait_for(lambda: (len(one.assigned), len(two.assigned)) == (2, 2), "an even share")
            assert sorted(one.assigned + two.assigned) == [0, 1, 2, 3]
            write(range(100))
            for member in (one, two):
                member.wait_for(lambda: len(member.records) >= 50, "half of the records")
                assert {p for p, _, _ in member.records} == set(member.assigned)
            assert committed(bootstrap, group, topic, 4) == [25] * 4
        one.wait_for(lambda: sorted(one.assigned) == [0, 1, 2, 3], "the partitions of the one that left")
        write(range(100, 200))
        one.wait_for(lambda: len(one.records) >= 150, "the rest of the records")
    assert sorted(int(value) for _, _, value in one.records + two.records) == list(range(200))
    assert committed(bootstrap, group, topic, 4) == [50] * 4


def committed_and_aborted(program, bootstrap, name, rounds=4):
    """Every other transaction is aborted, the first one too."""
    topic = create(bootstrap, name("transactional"))
    request = dict(bootstrap=bootstrap, topic=topic)
    transactions = [{"values": [f"{r}-{i}" for i in range(10)], "commit": r % 2 == 1} for r in range(rounds)]
    kept = [value for transaction in transactions if transaction["commit"] for value in transaction["values"]]
    assert program.run("transactions", id=name("txn"), transactions=transactions, **request) == {"ended": rounds}
    assert read_all(bootstrap, topic, len(kept)) == kept
    assert len(read_all(bootstrap, topic, 10 * rounds, "read_uncommitted")) == 10 * rounds
    assert program.run("read", count=len(kept), **request) == {"values": kept}


def copied_exactly_once(program, bootstrap, name, protocol="range"):
    source, sink, group = create(bootstrap, name("source")), create(bootstrap, name("sink")), name("copiers")
    values = [f"{i:02}" for i in range(50)]
    produce(bootstrap, source, [v.encode() for v in values], 0)
    told = program.run("copy", bootstrap=bootstrap, source=source, sink=sink, group=group, id=name("txn"),
                       protocol=protocol, count=50)
    assert told["copied"] == 50 and told["aborted"] > 0
    assert read_all(bootstrap, sink, 50) == values
    assert len(read_all(bootstrap, sink, 50 + told["aborted"], "read_uncommitted")) == 50 + told["aborted"]
    assert committed(bootstrap, group, source, 1) == [50]


def administered(program, bootstrap, name):
    request = dict(bootstrap=bootstrap, topic=name("administered"))
    program.run("create", **request)
    wanted = {"partitions": 3, "configs": {"retention.ms": "60000", "max.message.bytes": "2000"}, "brokers": 1}
    wait_for(lambda: program.run("describe", **request) == wanted, 20, f"a description that says {wanted}")
    program.run("delete", **request)
    admin = AdminClient({"bootstrap.servers": bootstrap})
    wait_for(lambda: request["topic"] not in admin.list_topics(timeout=10).topics, 10, "the deletion")
