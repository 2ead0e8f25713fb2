"""The client library and Kafka's Java client as members of one group, on Millrace and on Apache Kafka."""
import kafka_peer
import pytest

from client_program import Member
from millrace import binary
from round_trips import committed, create
from test_java_clients import Java, poll_until

ALL = [0, 1, 2, 3]
ASSIGNORS = "org.apache.kafka.clients.consumer."
# For both clients.
PROTOCOLS = {"range": {"partition.assignment.strategy": ASSIGNORS + "RangeAssignor"},
             "cooperative": {"partition.assignment.strategy": ASSIGNORS + "CooperativeStickyAssignor"},
             "consumer": {"group.protocol": "consumer"}}


@pytest.fixture(scope="module")
def peer(request):
    if request.config.getoption("--without-peers"):
        pytest.skip("--without-peers")
    peer = kafka_peer.JavaPeer(kafka_peer.HERE / "ClientRunner.java", kafka_peer.install())
    yield peer
    peer.close()


@pytest.fixture(params=["broker", pytest.param("oracle", marks=pytest.mark.slow)])
def java(peer, request):
    java = Java(peer, kafka_peer.VERSION, request.getfixturevalue(request.param).bootstrap)
    yield java
    for client in java.opened:
        client.close()


def join_with_ours(bootstrap, topic, group, protocol):
    program = binary().parent / "tests" / "group_member"
    assert program.exists(), f"{program} is not built"
    options = {"group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": "false",
               "heartbeat.interval.ms": "100", **PROTOCOLS[protocol]}
    return Member([program, bootstrap, topic, *(f"{k}={v}" for k, v in options.items())])


def join_with_javas(java, topic, group, protocol):
    member = java.consumer(group, enable_auto_commit=True, **PROTOCOLS[protocol])
    member.subscribe(topics=[topic])
    return member


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_each_takes_over_from_the_other(java, name, protocol):
    """In the classic protocol the member that was first shares the partitions out: ours, later Java's."""
    bootstrap, topic, group = java.bootstrap, name("mixed"), name("group")
    create(bootstrap, topic, 4)
    producer, ours, read_by_java, written = java.producer(), [], [], []

    def write():
        to = ALL * 10
        written.extend(zip(to, producer.send(topic=topic, records=[[p, None, "x", []] for p in to])))

    def read():
        return [(p, offset) for member in ours for p, offset, _ in member.records] + [r[1:] for r in read_by_java]

    def poll_java(condition, what):
        poll_until([javas], lambda assigned: condition([p for _, p in assigned]), what, read_by_java)

    def share():
        poll_java(lambda has: len(has) == 2 and sorted(has + ours[-1].assigned) == ALL, "an even share")
        write()
        poll_java(lambda _: len(read()) == len(written), "the records of both")

    def leave_alone(member):
        write()
        member.wait_for(lambda: sorted(member.assigned) == ALL and len(read()) == len(written), "everything")

    with join_with_ours(bootstrap, topic, group, protocol) as first:
        ours.append(first)
        leave_alone(first)
        javas = join_with_javas(java, topic, group, protocol)
        share()
    write()
    poll_java(lambda has: has == ALL and len(read()) == len(written), "everything")
    with join_with_ours(bootstrap, topic, group, protocol) as second:
        ours.append(second)
        share()
        javas.close()
        leave_alone(second)
    assert sorted(read()) == sorted(written), "each record once"
    assert committed(bootstrap, group, topic, 4) == [50] * 4
