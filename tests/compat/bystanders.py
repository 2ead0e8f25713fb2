"""A registry with subjects that nothing of what a test asks may touch, in a process that it may not swell."""
from contextlib import contextmanager

import pytest

from millrace import Millrace
from process import Process
from registry_client import RegistryClient

MIB = 1 << 20
ANSWER_LIMIT = 30  # seconds, on a busy machine and a build for debugging
MEMORY_LIMIT = 450 * MIB  # what requests may take while they are answered; most of it is a body of 10 MB, parsed
KEPT = {"kept-avro": ('"int"', "AVRO"), "kept-json": ('{"type":"integer"}', "JSON"),
        "kept-protobuf": ('syntax = "proto3";\nmessage Kept {}\n', "PROTOBUF")}


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    node = start(tmp_path_factory.mktemp("bystanders"))
    yield node
    node.stop()


@pytest.fixture
def client(broker):
    with watched(broker) as opened:
        yield opened


def start(directory):
    node = Millrace(directory, registry="127.0.0.1:0").start()
    with RegistryClient(node.registry_url) as client:
        for subject, (text, schema_type) in KEPT.items():
            assert client.register(subject, text, schema_type).status == 200
    node.kept = kept(node)
    return node


def kept(node):
    """The subjects as they are."""
    with RegistryClient(node.registry_url, ANSWER_LIMIT) as client:
        return {path: client.get(path).json() for subject in KEPT
                for path in (f"/subjects/{subject}/versions", f"/subjects/{subject}/versions/1")}


@contextmanager
def watched(node):
    """A client; afterwards the process must live, the subjects be as they were, and memory have stayed below its limit."""
    before = node.memory_bytes()
    process = Process(node.pid)
    process.forget_peak()
    with RegistryClient(node.registry_url, ANSWER_LIMIT) as client:
        yield client
    assert node.process.poll() is None, node.talk()[-3000:]
    assert kept(node) == node.kept
    assert process.mib("VmHWM") * MIB - before < MEMORY_LIMIT


def refused(answer, status, error_code):
    """The answer's message; it is short, whatever was sent."""
    assert (answer.status, answer.error_code) == (status, error_code), answer
    message = answer.json()["message"]
    assert message and len(message) < 10_000
    return message
