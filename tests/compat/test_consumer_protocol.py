"""The consumer group protocol of KIP-848 (group.protocol=consumer): librdkafka and Kafka's Java clients, unchanged."""
import threading

import pytest
from confluent_kafka import Consumer, ConsumerGroupState, ConsumerGroupTopicPartitions, ConsumerGroupType, TopicPartition
from confluent_kafka.admin import AdminClient

from millrace import wait_for
from test_confluent import create, produce, read


@pytest.fixture
def admin(bootstrap):
    return AdminClient({"bootstrap.servers": bootstrap})


@pytest.fixture
def members(bootstrap):
    """Makes members of groups; closes those that a test left open."""
    made = []

    def make(topic, group, protocol="consumer", **config):
        settings = {"bootstrap.servers": bootstrap, "group.id": group, "group.protocol": protocol,
                    "auto.offset.reset": "earliest", "enable.auto.commit": False, **config}
        if protocol == "classic":
            settings = {"session.timeout.ms": 6000, "partition.assignment.strategy": "cooperative-sticky", **settings}
        made.append(Consumer(settings))
        made[-1].subscribe([topic])
        return made[-1]

    yield make
    for member in made:
        member.close()


def shares(*consumers):
    for member in consumers:
        member.poll(0.1)
    return sorted(len(member.assignment()) for member in consumers)


def settle(wanted, *consumers):
    wait_for(lambda: shares(*consumers) == wanted, 60, f"shares of {wanted}", step=0)


def described(admin, group):
    return admin.describe_consumer_groups([group])[group].result(10)


def test_a_group_reads_everything_and_commits(bootstrap, admin, members, name):
    topic, group = name("orders"), name("billing")
    create(admin, topic, partitions=3)
    produce(bootstrap, topic, [b"%d" % i for i in range(3000)])
    member = members(topic, group)
    assert sorted(int(m.value()) for _, m in read([member], 3000)) == list(range(3000))
    member.commit(asynchronous=False)
    committed = member.committed([TopicPartition(topic, p) for p in range(3)], 10)
    # A partition may have got no record, and then has no commit either.
    assert sum(max(tp.offset, 0) for tp in committed) == 3000
    member.close()
    again = members(topic, group)
    settle([3], again)
    assert again.poll(1) is None, "everything was committed"


def test_members_share_and_take_over(bootstrap, admin, members, name):
    topic, group = name("shared"), name("workers")
    create(admin, topic, partitions=4)
    one, two = members(topic, group), members(topic, group)
    settle([2, 2], one, two)
    seen = described(admin, group)
    assert (seen.state, seen.type) == (ConsumerGroupState.STABLE, ConsumerGroupType.CONSUMER)
    assert sorted(len(m.assignment.topic_partitions) for m in seen.members) == [2, 2]
    assert all(m.target_assignment is not None for m in seen.members)
    two.close()
    settle([4], one)


@pytest.mark.slow
def test_every_record_is_read_once_while_members_come_and_go(bootstrap, admin, members, name):
    topic, group = name("stream"), name("team")
    create(admin, topic, partitions=6)
    stop = threading.Event()
    sent = []

    def send():
        while not stop.is_set() and len(sent) < 20_000:
            values = [b"%d" % i for i in range(len(sent), len(sent) + 500)]
            produce(bootstrap, topic, values)
            sent.extend(values)
            stop.wait(0.2)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        seen = {}

        def consume(consumers, rounds):
            for _ in range(rounds):
                for member in consumers:
                    batch = [m for m in member.consume(500, 0.1) if m.error() is None]
                    for message in batch:
                        seen.setdefault(message.value(), set()).add((message.partition(), message.offset()))
                    if batch:
                        member.commit(asynchronous=False)

        one = members(topic, group)
        consume([one], 20)
        two, three = members(topic, group), members(topic, group)
        consume([one, two, three], 40)
        one.close()
        consume([two, three], 40)
    finally:
        stop.set()
        sender.join()
    wait_for(lambda: consume([two, three], 1) or len(seen) == len(sent), 60, "all records", step=0)
    assert all(len(places) == 1 for places in seen.values())


def test_a_topic_that_matches_later_is_consumed(bootstrap, admin, members, name):
    prefix, group = name("regions"), name("watch")
    create(admin, f"{prefix}-eu", partitions=2)
    member = members(f"^{prefix}-.*", group, **{"topic.metadata.refresh.interval.ms": 1000})
    settle([2], member)
    create(admin, f"{prefix}-us", partitions=3)
    settle([5], member)


def test_partitions_added_later_are_assigned(bootstrap, admin, members, tools, name):
    topic, group = name("growing"), name("followers")
    create(admin, topic, partitions=1)
    member = members(topic, group)
    settle([1], member)
    tools.check("topics", "--bootstrap-server", bootstrap, "--alter", "--topic", topic, "--partitions", 4)
    settle([4], member)


def test_a_static_member_comes_back_with_what_it_had(bootstrap, admin, members, name):
    topic, group = name("static"), name("workers")
    create(admin, topic, partitions=4)
    other = members(topic, group, **{"group.instance.id": "worker-2"})
    first = members(topic, group, **{"group.instance.id": "worker-1"})
    settle([2, 2], first, other)
    had = {tp.partition for tp in first.assignment()}
    first.close()
    second = members(topic, group, **{"group.instance.id": "worker-1"})
    settle([2, 2], second, other)
    assert {tp.partition for tp in second.assignment()} == had


def test_the_range_assignor_gives_equal_numbers_of_two_topics(bootstrap, admin, members, name):
    left, right, group = name("left"), name("right"), name("join")
    create(admin, left, partitions=4), create(admin, right, partitions=4)
    one, two = (members(left, group, **{"group.remote.assignor": "range"}) for _ in range(2))
    for member in (one, two):
        member.subscribe([left, right])
    settle([4, 4], one, two)
    for member in (one, two):
        numbers = {topic: {tp.partition for tp in member.assignment() if tp.topic == topic} for topic in (left, right)}
        assert numbers[left] == numbers[right]


def test_offsets_survive_a_change_of_protocol_and_back(bootstrap, admin, members, name):
    topic, group = name("moving"), name("movers")
    create(admin, topic, partitions=4)
    produce(bootstrap, topic, [b"%d" % i for i in range(400)])
    old = members(topic, group, "classic")
    assert len(read([old], 400)) == 400
    old.commit(asynchronous=False)
    assert described(admin, group).type == ConsumerGroupType.CLASSIC
    new = members(topic, group)
    settle([2, 2], old, new)
    assert described(admin, group).type == ConsumerGroupType.CONSUMER
    for partition in range(4):  # who has read nothing has nothing to commit
        produce(bootstrap, topic, [b"more"] * 25, partition)
    assert len(read([old, new], 100)) == 100, "nothing twice, nothing lost"
    for member in (old, new):
        member.commit(asynchronous=False)
    new.close()
    settle([4], old)
    assert described(admin, group).type == ConsumerGroupType.CLASSIC
    assert old.poll(1) is None
    offsets = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result(10)
    assert sum(tp.offset for tp in offsets.topic_partitions) == 500


def test_an_older_group_upgrades_when_its_members_are_replaced_one_by_one(bootstrap, admin, members, name):
    topic, group = name("rolling"), name("fleet")
    create(admin, topic, partitions=4)
    # librdkafka's cooperative-sticky leaves data of its own in assignments, which no broker can carry over.
    config = {"partition.assignment.strategy": "range"}
    fleet = [members(topic, group, "classic", **config) for _ in range(2)]
    settle([2, 2], *fleet)
    for at in range(2):
        fleet[at].close()
        settle([4], fleet[1 - at])
        fleet[at] = members(topic, group)
        settle([2, 2], *fleet)
    assert described(admin, group).type == ConsumerGroupType.CONSUMER


def test_a_group_is_listed_by_type_and_deleted_when_empty(bootstrap, admin, members, tools, name):
    topic, group = name("short"), name("gone")
    produce(bootstrap, topic, [b"x"])
    member = members(topic, group)
    read([member], 1)
    member.commit(asynchronous=False)
    server = ["--bootstrap-server", bootstrap]
    listed = tools.check("groups", *server, "--list", "--type", "consumer", "--state", "stable")
    assert [r.split() for r in listed.splitlines() if group in r] == [[group, "Consumer", "Stable"]]
    assert group not in tools.check("groups", *server, "--list", "--type", "classic")
    rows = tools.check("groups", *server, "--describe", "--group", group, "--members", "--verbose").splitlines()
    assert any(f"{topic}:0" in row or f"{topic}(0)" in row for row in rows), rows
    refused = tools.run("groups", *server, "--delete", "--group", group)
    assert "not empty" in refused.out + refused.err
    member.close()
    tools.check("groups", *server, "--delete", "--group", group)
    assert group not in tools.check("groups", *server, "--list").split()


def test_the_java_console_consumer(tools, bootstrap, name):
    topic, group = name("console"), name("console-group")
    server = ["--bootstrap-server", bootstrap]
    tools.check("topics", *server, "--create", "--topic", topic, "--partitions", 2)
    tools.check("console-producer", *server, "--topic", topic, stdin="".join(f"line {i}\n" for i in range(20)))
    read_back = tools.check("console-consumer", *server, "--topic", topic, "--from-beginning", "--max-messages", 20,
                            "--timeout-ms", 30000, "--group", group, "--command-property", "group.protocol=consumer")
    assert sorted(read_back.splitlines()) == sorted(f"line {i}" for i in range(20))
    rows = [r.split() for r in tools.check("groups", *server, "--describe", "--group", group).splitlines()]
    assert sum(int(r[3]) for r in rows if r and r[0] == group) == 20
    listed = tools.check("groups", *server, "--list", "--type", "consumer")
    assert group in listed


def test_the_java_consumer_subscribes_by_expression(tools, bootstrap, name):
    prefix, group = name("java"), name("java-group")
    server = ["--bootstrap-server", bootstrap]
    for region in ("eu", "us"):
        tools.check("topics", *server, "--create", "--topic", f"{prefix}-{region}")
        tools.check("console-producer", *server, "--topic", f"{prefix}-{region}", stdin=f"{region}\n")
    read_back = tools.check("console-consumer", *server, "--include", f"{prefix}-.*", "--from-beginning",
                            "--max-messages", 2, "--timeout-ms", 30000, "--group", group, "--command-property",
                            "group.protocol=consumer")
    assert sorted(read_back.splitlines()) == ["eu", "us"]


def test_the_feature_is_finalized(tools, bootstrap):
    versions = tools.check("api-versions", "--bootstrap-server", bootstrap)
    assert "ConsumerGroupHeartbeat(68): 0 to 1" in versions
    assert "ConsumerGroupDescribe(69): 0 to 1" in versions


def test_a_group_goes_on_after_the_broker_was_killed(own_broker, name):
    broker = own_broker().start()
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    topic, group = name("durable"), name("group")
    create(admin, topic, partitions=4)
    config = {"bootstrap.servers": broker.bootstrap, "group.id": group, "group.protocol": "consumer",
              "auto.offset.reset": "earliest", "enable.auto.commit": False, "reconnect.backoff.ms": 20,
              "reconnect.backoff.max.ms": 200}
    consumers = [Consumer(config) for _ in range(2)]
    for member in consumers:
        member.subscribe([topic])
    settle([2, 2], *consumers)
    produce(broker.bootstrap, topic, [b"x"] * 100)
    assert len(read(consumers, 100)) == 100
    for member in consumers:
        member.commit(asynchronous=False)
    before = described(admin, group)
    broker.kill()
    broker.start()
    wait_for(lambda: shares(*consumers) == [2, 2], 60, "the shares", step=0)
    # The old client may still hold its dead connections.
    after = described(AdminClient({"bootstrap.servers": broker.bootstrap}), group)
    assert {m.member_id for m in after.members} == {m.member_id for m in before.members}
    produce(broker.bootstrap, topic, [b"y"] * 50)
    assert {m.value() for _, m in read(consumers, 50)} == {b"y"}
    for member in consumers:
        member.close()
