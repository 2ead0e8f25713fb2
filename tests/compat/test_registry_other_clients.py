"""The registry through franz-go's sr, @kafkajs/confluent-schema-registry, and Confluent's own Java client as Flink ships it.

Each registers the schema, looks it up and writes a record; then each reads what all of them wrote.
"""
import base64
import json

import pytest
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

import kafka_peer

pytestmark = pytest.mark.usefixtures("millrace_only")

SCHEMA = json.dumps({"type": "record", "name": "User", "namespace": "app", "fields": [
    {"name": "id", "type": "long"}, {"name": "name", "type": "string"}]})
CLIENTS = ["confluent-kafka", "franz-go", "kafkajs", "java"]
USERS = {client: {"id": 1 << number, "name": client} for number, client in enumerate(CLIENTS)}


class Java:
    """RegistryRunner.java, with the face of a ClientProgram."""

    def __init__(self):
        self.peer = kafka_peer.JavaPeer(kafka_peer.HERE / "RegistryRunner.java", libs=kafka_peer.install_registry_clients())

    def run(self, operation, **request):
        answer = self.peer.ask({"do": operation, **request})
        assert "error" not in answer, answer
        return answer["answer"]


class Python:
    """confluent-kafka's serializers, with the face of a ClientProgram."""

    def run(self, operation, registry, schema, subject=None, user=None, data=()):
        client = SchemaRegistryClient({"url": registry})
        if operation == "encode":
            context = SerializationContext(subject.removesuffix("-value"), MessageField.VALUE)
            written = AvroSerializer(client, schema)(user, context)
            schema_id = client.get_latest_version(subject).schema_id
            return {"id": schema_id, "looked_up": [schema_id], "data": base64.b64encode(written).decode()}
        read = AvroDeserializer(client, schema)
        return {"users": [read(base64.b64decode(record), SerializationContext("users", MessageField.VALUE)) for record in data]}


@pytest.fixture(scope="module")
def java(request):
    if request.config.getoption("--without-peers"):
        pytest.skip("--without-peers")
    runner = Java()
    yield runner
    runner.peer.close()


@pytest.fixture
def programs(java, go_program, node_program):
    return {"confluent-kafka": Python(), "franz-go": go_program("registry"), "kafkajs": node_program("registry"), "java": java}


@pytest.fixture
def registry(own_broker):
    return own_broker(registry="127.0.0.1:0").start().registry_url


def test_each_reads_what_all_wrote_under_one_id(programs, registry):
    written = {}
    for client, program in programs.items():
        said = program.run("encode", registry=registry, subject="users-value", schema=SCHEMA, user=USERS[client])
        assert {said["id"], *said["looked_up"]} == {1}, (client, said)
        written[client] = said["data"]
        assert base64.b64decode(said["data"])[:5] == b"\0\0\0\0\1", client
    for client, program in programs.items():
        said = program.run("decode", registry=registry, schema=SCHEMA, data=list(written.values()))
        assert said["users"] == list(USERS.values()), client


def test_franz_go_has_what_it_asks_for(go_program, registry):
    assert go_program("registry").run("administer", registry=registry, subject="s", schema=SCHEMA) == {
        "fits": False, "refusal": 409, "level": "NONE", "versions": [1, 2], "mode": "READONLY", "types": 3,
        "deleted": [1, 2], "left": False}


def test_kafkajs_has_what_it_asks_for(node_program, registry):
    assert node_program("registry").run("administer", registry=registry, subject="s", schema=SCHEMA) == {
        "refusal": 409, "users": {"JSON": 5, "PROTOBUF": 5}}


def test_confluents_java_client_has_what_it_asks_for(java, registry):
    said = java.run("administer", registry=registry, subject="s", schema=SCHEMA)
    assert json.loads(said.pop("text")) == json.loads(SCHEMA)
    assert said == {"fits": False, "refusal": 409, "level": ["NONE", "NONE"], "versions": [1, 2], "subjects": ["s"],
                    "deleted": [1, 2], "left": False}
