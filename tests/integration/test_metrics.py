"""/metrics, /healthz and /readyz of `millrace serve`, read with Prometheus' own parser for Python."""
import re
import socket
import subprocess
import urllib.error
import urllib.request

import pytest
from confluent_kafka import Consumer, Producer
from prometheus_client.parser import text_string_to_metric_families

from millrace import binary, wait_for

pytestmark = pytest.mark.usefixtures("millrace_only")


def address_of(broker):
    return "http://" + re.search(r"http=(\S+)", broker.ready_line)[1]


def ask(url):
    """Status, headers and body; errors are answers too."""
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def scrape(broker):
    """The families by name, and a function that answers a sample's value, 0 for one that is not there."""
    _, headers, text = ask(address_of(broker) + "/metrics")
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = {family.name: family for family in text_string_to_metric_families(text)}
    samples = {(s.name, tuple(sorted(s.labels.items()))): s.value for f in families.values() for s in f.samples}
    return families, lambda name, **labels: samples.get((name, tuple(sorted(labels.items()))), 0)


@pytest.fixture
def broker(own_broker):
    return own_broker(http="127.0.0.1:0").start()


def test_a_fresh_broker_is_alive_and_ready(broker):
    assert ask(address_of(broker) + "/healthz")[::2] == (200, "ok\n")
    wait_for(lambda: ask(address_of(broker) + "/readyz")[0] == 200)
    assert ask(address_of(broker) + "/nothing")[0] == 404


def test_records_that_go_in_and_out_are_counted(broker):
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    for i in range(500):
        producer.produce("metered", b"%d" % i)
    assert producer.flush(30) == 0
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "g", "auto.offset.reset": "earliest"})
    consumer.subscribe(["metered"])
    read = 0
    while read < 500:
        message = consumer.poll(20)
        assert message is not None and message.error() is None
        read += 1

    families, value = scrape(broker)
    assert value("millrace_topic_records_in_total", topic="metered") == 500
    assert value("millrace_topic_bytes_out_total", topic="metered") >= value("millrace_topic_bytes_in_total", topic="metered") > 500
    assert value("millrace_partition_log_end_offset", topic="metered", partition="0") == 500
    assert value("millrace_group_members", type="classic", state="Stable") == 1
    assert value("millrace_connections") >= 2
    produced = value("millrace_requests_total", api="Produce")
    assert produced >= 1
    assert value("millrace_request_duration_seconds_count", api="Produce") == produced
    assert value("millrace_request_duration_seconds_bucket", api="Produce", le="+Inf") == produced
    assert value("millrace_sync_duration_seconds_count") >= 1
    assert value("process_resident_memory_bytes") > 1_000_000
    assert value("process_start_time_seconds") > 1_600_000_000
    assert families["millrace_request_duration_seconds"].type == "histogram"
    consumer.close()


def test_a_given_port_that_is_taken_is_an_error(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        ended = subprocess.run([binary(), "serve", "--memory", "--listen", "127.0.0.1:0", "--http", f"127.0.0.1:{port}"],
                               text=True, timeout=30, stdin=subprocess.DEVNULL, capture_output=True, cwd=tmp_path)
    assert ended.returncode == 1 and ended.stdout == ""
    assert f"--http: cannot listen on 127.0.0.1:{port}" in ended.stderr


def test_without_a_port_the_broker_serves_whoever_holds_the_default_one(own_broker):
    brokers = [own_broker(http=None).start() for _ in range(2)]
    assert re.search(r"http=(off|127\.0\.0\.1:9644)$", brokers[0].ready_line)
    assert brokers[1].ready_line.endswith("http=off")
    assert "--http is off: cannot listen on 127.0.0.1:9644" in brokers[1].talk()
