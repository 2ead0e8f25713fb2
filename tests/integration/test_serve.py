"""`millrace serve` as its operator meets it: how it starts, refuses to start, stops, and what idle peers may cost."""
import re
import socket
import struct
import subprocess

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

from ledger import retried
from millrace import Millrace, binary, wait_for
from wire_client import Wire, request

pytestmark = pytest.mark.usefixtures("millrace_only")


@pytest.fixture
def run_serve(tmp_path):
    """Runs a serve that is expected to end by itself."""
    def run(*arguments, directory=None):
        return subprocess.run([binary(), "serve", "--dir", str(directory or tmp_path / "data"), "--listen", "127.0.0.1:0",
                               *map(str, arguments)], text=True, timeout=30, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return run


def send(bootstrap, topic, values):
    errors = []
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    for value in values:
        producer.produce(topic, value, partition=0, on_delivery=lambda error, _: error and errors.append(error))
    assert producer.flush(30) == 0 and not errors


def end_of(bootstrap, topic):
    reader = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused"})
    end = retried(lambda: reader.get_watermark_offsets(TopicPartition(topic, 0), 10))[1]
    reader.close()
    return end


def test_first_line_says_where_it_serves(own_broker):
    broker = own_broker().start()
    assert re.fullmatch(r"ready kafka=127\.0\.0\.1:\d+ registry=off http=off", broker.ready_line)
    with Wire(broker.bootstrap) as wire:
        assert wire.ask(request(18, 0, b"")) is not None


def test_clean_stop_ends_with_status_0_and_marks_the_directory(own_broker):
    broker = own_broker().start()
    send(broker.bootstrap, "kept", [b"x"] * 10)
    broker.stop()
    assert broker.process.returncode == 0
    assert (broker.data / ".kafka_cleanshutdown").exists()


def test_topics_configs_records_and_commits_are_there_after_a_restart(own_broker):
    broker = own_broker().start()
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    admin.create_topics([NewTopic("kept", 3, 1, config={"retention.ms": "777000"})])["kept"].result(10)
    send(broker.bootstrap, "kept", [b"%d" % i for i in range(100)])
    group = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "readers", "enable.auto.commit": False})
    group.commit(offsets=[TopicPartition("kept", 0, 42, "so far")], asynchronous=False)
    group.close()
    for stop in (broker.stop, broker.kill):
        stop()
        broker.start()
        assert end_of(broker.bootstrap, "kept") == 100
        group = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "readers"})
        kept = retried(lambda: group.committed([TopicPartition("kept", 0)], 10))[0]
        assert (kept.offset, kept.metadata) == (42, "so far")
        group.close()
        admin = AdminClient({"bootstrap.servers": broker.bootstrap})
        resource = ConfigResource(ResourceType.TOPIC, "kept")
        assert admin.describe_configs([resource])[resource].result(10)["retention.ms"].value == "777000"
        assert len(admin.list_topics("kept", timeout=10).topics["kept"].partitions) == 3


def test_config_file_and_flags_are_read_and_flags_win(own_broker, tmp_path):
    file = tmp_path / "server.properties"
    file.write_text("# as Kafka writes it\nnum.partitions=4\nlog.retention.ms=5000\n")
    broker = own_broker({"log.retention.ms": "6000"}, arguments=["--config", file]).start()
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    send(broker.bootstrap, "made", [b"x"])
    assert len(admin.list_topics("made", timeout=10).topics["made"].partitions) == 4
    resource = ConfigResource(ResourceType.TOPIC, "made")
    assert admin.describe_configs([resource])[resource].result(10)["retention.ms"].value == "6000"


def test_unknown_key_is_refused_with_the_nearest_name(run_serve):
    ended = run_serve("--set", "num.partitons=4")
    assert ended.returncode == 2 and ended.stdout == ""
    assert "num.partitons" in ended.stderr and "num.partitions" in ended.stderr


@pytest.mark.parametrize("setting", ["num.partitions=many", "num.partitions=0", "log.segment.bytes=-1"])
def test_bad_value_is_refused_by_name(run_serve, setting):
    ended = run_serve("--set", setting)
    assert ended.returncode == 2 and setting.split("=")[0] in ended.stderr


def test_second_broker_on_a_directory_is_refused_with_the_pid_of_the_first(own_broker, run_serve):
    broker = own_broker().start()
    ended = run_serve(directory=broker.data)
    assert ended.returncode == 1 and ended.stdout == ""
    assert str(broker.pid) in ended.stderr and str(broker.data) in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_directory_that_cannot_be_made_is_refused_by_name(run_serve, tmp_path):
    (tmp_path / "file").write_text("")
    ended = run_serve(directory=tmp_path / "file" / "data")
    assert ended.returncode == 1 and str(tmp_path / "file") in ended.stderr
    assert "--dir" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_taken_port_is_refused_by_address(own_broker, run_serve):
    broker = own_broker().start()
    ended = run_serve("--listen", broker.bootstrap)
    assert ended.returncode == 1 and broker.bootstrap in ended.stderr


def test_host_name_given_to_listen_is_answered_as_that_name(tmp_path):
    broker = Millrace(tmp_path, arguments=["--listen", "localhost:0"])
    command = broker.command()
    at = command.index("--listen")
    broker.command = lambda: command[:at] + command[at + 2:]
    try:
        broker.start()
        metadata = AdminClient({"bootstrap.servers": f"localhost:{broker.port}"}).list_topics(timeout=10)
        assert [(b.host, b.port) for b in metadata.brokers.values()] == [("localhost", broker.port)]
    finally:
        broker.kill()


def test_advertised_listeners_are_answered_in_place_of_the_local_address(own_broker):
    broker = own_broker({"advertised.listeners": "PLAINTEXT://broker.example:19092"}).start()
    metadata = AdminClient({"bootstrap.servers": broker.bootstrap}).list_topics(timeout=10)
    assert [(b.host, b.port) for b in metadata.brokers.values()] == [("broker.example", 19092)]


def test_memory_mode_leaves_no_records_behind(own_broker):
    broker = own_broker(arguments=["--memory"]).start()
    send(broker.bootstrap, "fleeting", [b"x" * 1000] * 100)
    assert end_of(broker.bootstrap, "fleeting") == 100
    assert not [p for p in broker.data.rglob("*.log") if p.stat().st_size]


def test_silent_connections_that_claim_much_cost_little(own_broker):
    broker = own_broker().start()
    send(broker.bootstrap, "warm", [b"x"])
    before = broker.memory_bytes()
    peers = []
    try:
        for _ in range(1000):
            peer = socket.create_connection(("127.0.0.1", broker.port))
            peer.sendall(struct.pack(">ihhi", 100 << 20, 0, 7, 1))
            peers.append(peer)
        with Wire(broker.bootstrap) as wire:  # everything sent before was looked at
            assert wire.ask(request(18, 0, b"")) is not None
        assert broker.memory_bytes() - before <= 16 << 20
    finally:
        for peer in peers:
            peer.close()
    send(broker.bootstrap, "warm", [b"x"])


def test_log_line_of_an_unclean_start_names_what_was_cut(own_broker):
    broker = own_broker().start()
    send(broker.bootstrap, "torn", [b"x" * 100] * 10)
    broker.kill()
    log = next((broker.data / "torn-0").glob("*.log"))
    with log.open("ab") as file:
        file.write(b"\x7f" * 77)
    broker.start()
    assert end_of(broker.bootstrap, "torn") == 10
    wait_for(lambda: str(log.name) in broker.talk(), 5, "a line about the cut")


def test_damage_below_the_recovery_point_is_moved_aside_and_the_rest_is_served(own_broker):
    broker = own_broker().start()
    for _ in range(5):
        send(broker.bootstrap, "damaged", [b"x" * 500] * 10)
    broker.stop()
    log = next((broker.data / "damaged-0").glob("*.log"))
    (broker.data / ".kafka_cleanshutdown").unlink()
    with log.open("r+b") as file:
        file.seek(log.stat().st_size // 2)
        file.write(b"\xff" * 8)
    broker.start()
    assert end_of(broker.bootstrap, "damaged") == 50
    send(broker.bootstrap, "damaged", [b"y"])
    assert end_of(broker.bootstrap, "damaged") == 51
