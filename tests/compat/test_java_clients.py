"""Kafka's Java clients from 2.8 to the newest, all in the same conversations: records, groups, transactions, topics."""
import kafka_peer
import pytest

from millrace import wait_for

# The version of Kafka's tools is in use by their tests too.
VERSIONS = [pytest.param(version, marks=pytest.mark.slow) if version == kafka_peer.VERSION else version
            for version in kafka_peer.CLIENT_VERSIONS]
QUICK = {"heartbeat.interval.ms": 100, "metadata.max.age.ms": 500, "auto.offset.reset": "earliest",
         "enable.auto.commit": False}


class JavaError(Exception):
    """An exception of the Java client; `kind` is the name of its class."""

    def __init__(self, kind, message):
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class Client:
    """A producer, consumer or admin client; its methods are those of ClientRunner.java."""

    def __init__(self, peer, kind, name, config):
        self.peer, self.name, self.open = peer, name, True
        self.ask(f"open{kind}", config=config)

    def ask(self, method, **arguments):
        answer = self.peer.ask({"do": method, "name": self.name, **arguments})
        if "error" in answer:
            raise JavaError(answer["error"], answer["message"])
        return answer["answer"]

    def __getattr__(self, method):
        return lambda **arguments: self.ask(method, **arguments)

    def close(self):
        if self.open:
            self.open = False
            self.ask("close")


class Java:
    """The clients of one version; what a test leaves open is closed after it."""

    def __init__(self, peer, version, bootstrap):
        self.peer, self.bootstrap, self.opened = peer, bootstrap, []
        self.version = tuple(map(int, version.split(".")))

    def needs(self, *version):
        if self.version < version:
            pytest.skip(f"not before {'.'.join(map(str, version))}")

    def client(self, kind, config=None):
        config = {"bootstrap.servers": self.bootstrap, **(config or {})}
        self.opened.append(Client(self.peer, kind, f"{kind}{len(self.opened)}", config))
        return self.opened[-1]

    def producer(self, **config):
        return self.client("Producer", {"acks": "all", "enable.idempotence": True, **dotted(config)})

    def consumer(self, group=None, **config):
        config = {**QUICK, **({"group.id": group} if group else {}), **dotted(config)}
        if config.get("group.protocol") == "consumer":
            del config["heartbeat.interval.ms"]  # the broker's to say
        return self.client("Consumer", config)

    def topic(self, topic, partitions, configs=None):
        self.client("Admin").createTopic(topic=topic, partitions=partitions, configs=configs or {})
        return topic

    def read_all(self, topic, partitions, isolation="read_uncommitted"):
        """All records below the end of now, once what an isolation hides is decided."""
        every = [[topic, p] for p in range(partitions)]
        whole, reader = self.consumer(), self.consumer(isolation_level=isolation)
        ends = sorted(whole.endOffsets(partitions=every))
        reader.assign(partitions=every)
        records = []

        def at_the_end():
            records.extend(reader.poll()["records"])
            return all(at[2] >= end[2] for at, end in zip(sorted(reader.positions(partitions=every)), ends))

        wait_for(at_the_end, 20, f"the end of {topic}", step=0)
        return records


def dotted(config):
    return {key.replace("_", "."): value for key, value in config.items()}


@pytest.fixture(scope="module", params=VERSIONS)
def peer(request):
    if request.config.getoption("--without-peers"):
        pytest.skip("--without-peers")
    peer = kafka_peer.JavaPeer(kafka_peer.HERE / "ClientRunner.java", kafka_peer.install_clients(request.param))
    yield peer, request.param
    peer.close()


@pytest.fixture
def java(peer, bootstrap):
    java = Java(*peer, bootstrap)
    yield java
    for client in java.opened:
        client.close()


@pytest.fixture(params=["classic", "consumer"])
def protocol(request, java):
    """The settings of a group protocol, for the versions that have it."""
    if request.param == "consumer":
        java.needs(3, 9)
    return {"group_protocol": request.param}


def poll_until(consumers, condition, what, records=None):
    """Polls them in turn until `condition` is true of what is assigned to each; `records` gets what they are handed."""
    def done():
        assigned = []
        for consumer in consumers:
            polled = consumer.poll()
            assigned.append(sorted(map(tuple, polled["assigned"])))
            if records is not None:
                records.extend(map(tuple, (r[:3] for r in polled["records"])))
        return condition(*assigned) and assigned

    return wait_for(done, 30, what, step=0)


def fill(java, topic, partitions, each):
    producer = java.producer()
    producer.send(topic=topic, records=[[p, f"k{n}", f"{p}-{n}", []] for n in range(each) for p in range(partitions)])


def test_records_with_keys_and_headers_in_each_codec(java, name):
    topic = java.topic(name("records"), 3)
    records = [[n % 3, None if n % 5 == 0 else f"key {n}", None if n % 7 == 0 else f"value {n} " + "x" * 50,
                [["first", str(n)], ["second", ""]]] for n in range(300)]
    expected = []
    for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
        producer = java.producer(compression_type=codec, linger_ms=20)
        offsets = producer.send(topic=topic, records=records)
        assert offsets == [len(expected) // 3 + n // 3 for n in range(300)]
        expected += [[topic, r[0], offset, *r[1:]] for r, offset in zip(records, offsets)]
    assert sorted(java.read_all(topic, 3)) == sorted(expected)


def test_a_group_shares_partitions_and_goes_on_where_it_committed(java, name, protocol):
    topic, group = java.topic(name("shared"), 4), name("group")
    fill(java, topic, 4, each=25)
    every = [(topic, p) for p in range(4)]
    first, records = java.consumer(group, **protocol), []
    first.subscribe(topics=[topic])
    poll_until([first], lambda _: len(records) == 100, "all records", records)
    first.commit(partitions=[[topic, p, 10] for p in range(4)])
    assert sorted(first.committed(partitions=every)) == [[topic, p, 10] for p in range(4)]

    second = java.consumer(group, **protocol)
    second.subscribe(topics=[topic])
    halves = poll_until([first, second], lambda a, b: len(a) == len(b) == 2 and sorted(a + b) == every, "two halves")
    described = java.client("Admin").describeGroup(group=group)
    assert described["state"] == "Stable"
    assert sorted(sorted(map(tuple, m["assigned"])) for m in described["members"]) == sorted(halves)

    first.close()
    second.close()
    third, records = java.consumer(group, **protocol), []
    third.subscribe(topics=[topic])
    poll_until([third], lambda assigned: assigned == every and len(records) == 60, "the rest", records)
    assert sorted(records) == [(topic, p, offset) for p in range(4) for offset in range(10, 25)]


def test_static_members_come_back_as_who_they_were(java, name, protocol):
    topic, group = java.topic(name("static"), 4), name("group")

    def join(instance):
        member = java.consumer(group, group_instance_id=instance, **protocol)
        member.subscribe(topics=[topic])
        return member

    def shared(*members):
        return poll_until(members, lambda a, b: len(a) == len(b) == 2, "two partitions each")

    stays, leaves = join("stays"), join("leaves")
    before = shared(stays, leaves)
    leaves.close()
    back = join("leaves")
    assert shared(stays, back) == before
    described = java.client("Admin").describeGroup(group=group)
    assert {m["instance"]: sorted(map(tuple, m["assigned"])) for m in described["members"]} == dict(
        zip(["stays", "leaves"], before))
    twin = join("leaves")
    # In the classic protocol the newer one drives the older out, in the other one it is turned away.
    if protocol["group_protocol"] == "consumer":
        refused("UnreleasedInstanceIdException", lambda: poll_until([twin], lambda _: False, "a refusal"))
    else:
        refused("FencedInstanceIdException", lambda: poll_until([twin, back], lambda *_: False, "a refusal"))


def test_expressions_follow_topics_that_come(java, name, protocol):
    follow_topics(java, name, java.consumer(name("group"), **protocol), "subscribeByPattern")


def test_expressions_are_resolved_by_the_broker(java, name):
    java.needs(4, 0)
    consumer = java.consumer(name("group"), group_protocol="consumer")
    follow_topics(java, name, consumer, "subscribeByBrokersPattern")
    consumer.subscribeByBrokersPattern(pattern="(")
    refused("InvalidRegularExpression", lambda: poll_until([consumer], lambda _: False, "a refusal"))


def follow_topics(java, name, consumer, subscribe):
    run = name("expression")
    java.topic(f"{run}-1", 1), java.topic(f"other-{run}-1", 1)
    consumer.ask(subscribe, pattern=f"{run}-[0-9]")
    poll_until([consumer], lambda assigned: assigned == [(f"{run}-1", 0)], "the first topic")
    java.topic(f"{run}-2", 2), java.topic(f"{run}-x", 1)
    both = [(f"{run}-1", 0), (f"{run}-2", 0), (f"{run}-2", 1)]
    poll_until([consumer], lambda assigned: assigned == both, "the second topic")


def test_transactions_with_offsets(java, name):
    source, target, group = java.topic(name("source"), 1), java.topic(name("target"), 2), name("group")
    fill(java, source, 1, each=10)
    consumer, records = java.consumer(group, isolation_level="read_committed"), []
    consumer.subscribe(topics=[source])
    poll_until([consumer], lambda _: len(records) == 10, "the source", records)
    producer = java.producer(transactional_id=name("txn"))
    producer.initTransactions()

    def copy(word, offset, end):
        producer.beginTransaction()
        producer.send(topic=target, records=[[n % 2, None, f"{word}-{n}", []] for n in range(offset)])
        producer.sendOffsetsToTransaction(consumer=consumer.name, partitions=[[source, 0, offset]])
        producer.ask(end)
        return consumer.committed(partitions=[[source, 0]])[0][2]

    assert copy("dropped", 4, "abortTransaction") == -1
    assert copy("kept", 6, "commitTransaction") == 6
    assert copy("dropped", 8, "abortTransaction") == 6
    assert copy("kept", 10, "commitTransaction") == 10

    def values(isolation):
        return sorted(record[4] for record in java.read_all(target, 2, isolation))

    kept, dropped = [[f"{word}-{n}" for end in ends for n in range(end)]
                     for word, ends in (("kept", (6, 10)), ("dropped", (4, 8)))]
    assert values("read_committed") == sorted(kept)
    assert values("read_uncommitted") == sorted(dropped + kept)


def test_a_newer_producer_fences_the_older(java, name):
    target, transactional_id = java.topic(name("target"), 1), name("txn")
    older, newer = (java.producer(transactional_id=transactional_id) for _ in range(2))
    older.initTransactions()
    older.beginTransaction()
    older.send(topic=target, records=[[0, None, "of the older", []]])
    newer.initTransactions()
    newer.beginTransaction()
    newer.send(topic=target, records=[[0, None, "of the newer", []]])
    with pytest.raises(JavaError) as fenced:
        older.commitTransaction()
    assert fenced.value.kind in ("ProducerFencedException", "InvalidProducerEpochException")
    newer.commitTransaction()
    assert [r[4] for r in java.read_all(target, 1, "read_committed")] == ["of the newer"]


def test_topics_and_their_configuration(java, name):
    topic, admin = name("administered"), java.client("Admin")
    admin.createTopic(topic=topic, partitions=2, configs={"retention.ms": "1000000"})
    refused("TopicExistsException", lambda: admin.createTopic(topic=topic, partitions=2, configs={}))
    refused("InvalidConfigurationException",
            lambda: admin.createTopic(topic=name("x"), partitions=2, configs={"no.such": "1"}))
    assert list(wait_for(lambda: known(admin, topic), 20, "the topic")) == ["0", "1"]
    assert topic in admin.listTopics()

    def value(key):
        return admin.describeConfigs(topic=topic)[key]

    assert value("retention.ms") == ["1000000", "DYNAMIC_TOPIC_CONFIG"]
    assert value("segment.bytes") == [str(1 << 30), "DEFAULT_CONFIG"]
    admin.alterTopic(topic=topic, changes=[["retention.ms", "DELETE", None], ["cleanup.policy", "APPEND", "compact"]])
    wait_for(lambda: value("cleanup.policy") == ["delete,compact", "DYNAMIC_TOPIC_CONFIG"], 20, "what was altered")
    assert value("retention.ms") == ["604800000", "DEFAULT_CONFIG"]
    refused("InvalidConfigurationException",
            lambda: admin.alterTopic(topic=topic, changes=[["segment.bytes", "SET", "x"]]))
    admin.deleteTopic(topic=topic)
    wait_for(lambda: not known(admin, topic), 20, "the end of the topic")
    refused("UnknownTopicOrPartitionException", lambda: admin.deleteTopic(topic=topic))


def test_groups_are_listed_described_and_deleted(java, name, protocol):
    topic, group, admin = java.topic(name("administered"), 1), name("group"), java.client("Admin")
    member = java.consumer(group, **protocol)
    member.subscribe(topics=[topic])
    poll_until([member], bool, "an assignment")
    member.commit(partitions=[[topic, 0, 0]])
    assert group in admin.listGroups()
    refused("GroupNotEmptyException", lambda: admin.deleteGroup(group=group))
    member.close()
    assert admin.describeGroup(group=group)["state"] == "Empty"
    assert admin.groupOffsets(group=group) == [[topic, 0, 0]]
    admin.deleteGroup(group=group)
    assert group not in admin.listGroups()
    refused("GroupIdNotFoundException", lambda: admin.deleteGroup(group=group))


def known(admin, topic):
    try:
        return admin.describeTopic(topic=topic)
    except JavaError as error:
        assert error.kind == "UnknownTopicOrPartitionException", error
        return None


def refused(kind, ask):
    with pytest.raises(JavaError) as error:
        ask()
    assert error.value.kind == kind
