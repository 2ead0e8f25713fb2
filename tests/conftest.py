"""Fixtures for every Python test: the broker under test, Apache Kafka as the oracle, Kafka's tools, unique names.

    --against kafka      runs the compatibility tests against Apache Kafka instead, which proves the tests
    --without-peers      skips what needs Apache Kafka or another peer program; otherwise a missing one fails
"""
import shutil
import sys
import uuid
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "peers"))
sys.path.insert(0, str(Path(__file__).parent / "compat"))
sys.path.insert(0, str(Path(__file__).parent / "integration"))

import go_peer  # noqa: E402
import kafka_peer  # noqa: E402
import node_peer  # noqa: E402
from millrace import Millrace  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--against", choices=["millrace", "kafka"], default="millrace")
    parser.addoption("--without-peers", action="store_true")


def _peers_or_skip(request):
    if request.config.getoption("--without-peers"):
        pytest.skip("--without-peers")


def _new_broker(request, directory, properties=None, **more):
    if request.config.getoption("--against") == "kafka":
        return kafka_peer.KafkaNode(directory, properties)
    return Millrace(directory, properties, **more)


@pytest.fixture(scope="session")
def broker(request, tmp_path_factory):
    """The broker under test, shared by tests that use topics and groups of their own."""
    node = _new_broker(request, tmp_path_factory.mktemp("broker")).start()
    yield node
    node.stop()


@pytest.fixture
def bootstrap(broker):
    assert broker.process.poll() is None, "the broker under test has ended"
    return broker.bootstrap


@pytest.fixture
def own_broker(request, tmp_path):
    """Makes brokers for one test alone, not started yet; ended after the test."""
    made = []

    def make(properties=None, directory=None, **more):
        made.append(_new_broker(request, directory or tmp_path / f"broker{len(made)}", properties, **more))
        return made[-1]

    yield make
    for node in made:
        node.kill()


@pytest.fixture
def millrace_only(request):
    if request.config.getoption("--against") == "kafka":
        pytest.skip("about Millrace alone")


@pytest.fixture(scope="session")
def oracle(request, tmp_path_factory):
    """A real Apache Kafka to compare with."""
    _peers_or_skip(request)
    node = kafka_peer.KafkaNode(tmp_path_factory.mktemp("oracle")).start()
    yield node
    node.stop()


@pytest.fixture(scope="session")
def tools(request):
    """Kafka's command-line tools in one warm JVM."""
    _peers_or_skip(request)
    runner = kafka_peer.KafkaTools()
    yield runner
    runner.close()


@pytest.fixture(scope="session")
def kcat(request):
    _peers_or_skip(request)
    program = shutil.which("kcat")
    assert program, "kcat is not installed (apt-get install kcat)"
    return program


@pytest.fixture(scope="session")
def go_program(request):
    """go_program("sarama"): a client program of tests/peers/go."""
    _peers_or_skip(request)
    return go_peer.program


@pytest.fixture(scope="session")
def node_program(request):
    """node_program("kafkajs"): a client program of tests/peers/node."""
    _peers_or_skip(request)
    return node_peer.program


@pytest.fixture
def name():
    """name("orders"): a topic or group name nobody else uses."""
    run = uuid.uuid4().hex[:8]
    return lambda word: f"{word}-{run}"
