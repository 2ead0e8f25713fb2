"""The schema registry through confluent-kafka's own client and serializers, and the topic _schemas through other clients."""
import json
import urllib.request

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import (AssociationCreateOrUpdateInfo, AssociationCreateOrUpdateRequest, ConfigCompatibilityLevel,
                                             Metadata, MetadataProperties, Schema, SchemaReference, SchemaRegistryClient,
                                             SchemaRegistryError, ServerConfig)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from registry_client import RegistryClient

pytestmark = pytest.mark.usefixtures("millrace_only")

USER_V1 = json.dumps({"type": "record", "name": "User", "namespace": "app", "fields": [
    {"name": "id", "type": "long"}, {"name": "name", "type": "string"}]})
USER_V2 = json.dumps({"type": "record", "name": "User", "namespace": "app", "fields": [
    {"name": "id", "type": "long"}, {"name": "name", "type": "string"},
    {"name": "email", "type": ["null", "string"], "default": None}]})
USER_BROKEN = json.dumps({"type": "record", "name": "User", "namespace": "app", "fields": [
    {"name": "id", "type": "string"}, {"name": "name", "type": "string"}]})


@pytest.fixture
def broker(own_broker):
    return own_broker(registry="127.0.0.1:0").start()


@pytest.fixture
def client(broker):
    return SchemaRegistryClient({"url": broker.registry_url})


def value_of(topic):
    return SerializationContext(topic, MessageField.VALUE)


def test_avro_records_are_read_by_the_other_versions_reader(client):
    write_v1 = AvroSerializer(client, USER_V1)
    write_v2 = AvroSerializer(client, USER_V2)
    old = write_v1({"id": 1, "name": "ann"}, value_of("users"))
    new = write_v2({"id": 2, "name": "bob", "email": "b@x"}, value_of("users"))
    assert AvroDeserializer(client, USER_V2)(old, value_of("users")) == {"id": 1, "name": "ann", "email": None}
    assert AvroDeserializer(client, USER_V1)(new, value_of("users")) == {"id": 2, "name": "bob"}
    assert client.get_versions("users-value") == [1, 2]


def test_an_incompatible_schema_is_refused_with_409(client):
    client.register_schema("s", Schema(USER_V1, "AVRO"))
    assert client.test_compatibility("s", Schema(USER_V2, "AVRO"))
    assert not client.test_compatibility("s", Schema(USER_BROKEN, "AVRO"))
    with pytest.raises(SchemaRegistryError) as refused:
        client.register_schema("s", Schema(USER_BROKEN, "AVRO"))
    assert refused.value.http_status_code == 409
    assert "TYPE_MISMATCH" in refused.value.error_message and "/fields/0/type" in refused.value.error_message
    with pytest.raises(SchemaRegistryError) as unknown:
        client.get_schema(4711)
    assert (unknown.value.http_status_code, unknown.value.error_code) == (404, 40403)


def test_json_schema_records_come_back(client):
    schema = json.dumps({"$schema": "http://json-schema.org/draft-07/schema#", "title": "Order", "type": "object",
                         "properties": {"id": {"type": "integer"}, "note": {"type": "string"}}, "required": ["id"]})
    data = JSONSerializer(schema, client)({"id": 7, "note": "x"}, value_of("orders"))
    assert JSONDeserializer(schema, schema_registry_client=client)(data, value_of("orders")) == {"id": 7, "note": "x"}
    assert client.get_latest_version("orders-value").schema.schema_type == "JSON"


def reading_class():
    """The class of `message Reading { int64 at = 1; double celsius = 2; }`, as protoc would make it."""
    file = descriptor_pb2.FileDescriptorProto(name="reading.proto", package="lab", syntax="proto3")
    message = file.message_type.add(name="Reading")
    message.field.add(name="at", number=1, type="TYPE_INT64", label="LABEL_OPTIONAL", json_name="at")
    message.field.add(name="celsius", number=2, type="TYPE_DOUBLE", label="LABEL_OPTIONAL", json_name="celsius")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("lab.Reading"))


def test_protobuf_records_come_back_and_its_two_spellings_are_one_schema(client):
    Reading = reading_class()
    settings = {"use.deprecated.format": False}
    data = ProtobufSerializer(Reading, client, settings)(Reading(at=5, celsius=21.5), value_of("times"))
    read = ProtobufDeserializer(Reading, settings, client)(data, value_of("times"))
    assert (read.at, read.celsius) == (5, 21.5)
    registered = client.get_latest_version("times-value")
    text = registered.schema.schema_str
    assert 'message Reading' in text
    assert client.register_schema("times-as-text", Schema(text, "PROTOBUF")) == registered.schema_id


def test_references_lists_deletion_and_settings(client):
    client.register_schema("address", Schema('{"type":"record","name":"Address","fields":[{"name":"city","type":"string"}]}', "AVRO"))
    person = Schema('{"type":"record","name":"Person","fields":[{"name":"home","type":"Address"}]}', "AVRO",
                    [SchemaReference("Address", "address", 1)])
    schema_id = client.register_schema("person", person)
    assert client.lookup_schema("person", person).schema_id == schema_id
    assert client.get_version("person", 1).schema.references[0].subject == "address"
    assert client.get_subjects() == ["address", "person"]
    with pytest.raises(SchemaRegistryError) as referenced:
        client.delete_subject("address")
    assert referenced.value.error_code == 42206
    assert client.delete_subject("person") == [1]
    assert client.delete_subject("person", permanent=True) == [1]
    assert client.delete_subject("address") == [1]
    assert client.get_subjects() == []
    client.set_compatibility(level="FULL")
    assert client.get_compatibility() == "FULL"
    client.set_compatibility("s", "NONE")
    assert client.get_compatibility("s") == "NONE"


def test_the_configurations_metadata_is_in_the_schemas_that_serializers_register(broker, client):
    owned = Metadata(tags=None, properties=MetadataProperties({"owner": "ann"}), sensitive=["owner"])
    client.set_config("users-value", ServerConfig(compatibility=ConfigCompatibilityLevel.FULL, default_metadata=owned))
    assert client.get_config("users-value").default_metadata.properties.properties == {"owner": "ann"}
    write = AvroSerializer(client, USER_V1)
    data = [write({"id": 1, "name": "ann"}, value_of("users")),
            AvroSerializer(SchemaRegistryClient({"url": broker.registry_url}), USER_V1)({"id": 1, "name": "ann"}, value_of("users"))]
    assert data[0] == data[1] and client.get_versions("users-value") == [1]
    assert AvroDeserializer(client, USER_V1)(data[0], value_of("users")) == {"id": 1, "name": "ann"}
    registered = client.get_latest_with_metadata("users-value", {"owner": "ann"})
    assert (registered.version, registered.schema.metadata) == (1, owned)
    assert client.lookup_schema("users-value", Schema(USER_V1, "AVRO")).version == 1


def test_an_alias_is_another_name_of_a_subject(broker, client):
    client.register_schema("users-value", Schema(USER_V1, "AVRO"))
    with RegistryClient(broker.registry_url) as raw:
        assert raw.ask("PUT", "/config/people-value", {"alias": "users-value"}).status == 200
    data = AvroSerializer(client, USER_V2)({"id": 2, "name": "bob", "email": "b@x"}, value_of("people"))
    assert client.get_versions("users-value") == [1, 2] and client.get_subjects() == ["users-value"]
    assert AvroDeserializer(client, USER_V1)(data, value_of("people")) == {"id": 2, "name": "bob"}


def associate(client, topic, **association):
    """With the topic of that name in the cluster "lkc-1"."""
    return client.create_association(AssociationCreateOrUpdateRequest(
        resource_name=topic, resource_namespace="lkc-1", resource_id=f"id-of-{topic}", resource_type="topic",
        associations=[AssociationCreateOrUpdateInfo(**association)]))


def test_a_serializer_takes_the_subject_that_the_topic_is_associated_with(broker, client):
    client.register_schema("shared-users", Schema(USER_V1, "AVRO"))
    made = associate(client, "users", subject="shared-users", association_type="value", lifecycle="WEAK")
    assert [(one.subject, one.lifecycle, one.frozen) for one in made.associations] == [("shared-users", "WEAK", False)]
    data = AvroSerializer(client, USER_V1)({"id": 1, "name": "ann"}, value_of("users"))
    assert client.get_subjects() == ["shared-users"]
    assert AvroDeserializer(client, USER_V1)(data, value_of("users")) == {"id": 1, "name": "ann"}
    named = {"subject.name.strategy.type": "ASSOCIATED", "subject.name.strategy.conf": {"subject.name.strategy.kafka.cluster.id": "lkc-2"}}
    AvroSerializer(client, USER_V1, conf=named)({"id": 1, "name": "ann"}, value_of("users"))
    assert client.get_subjects() == ["shared-users", "users-value"], "in another cluster it is another topic"

    broker.kill()
    broker.start()
    found = client.get_associations_by_resource_name("users", "-", "topic", ["key", "value"])
    assert [(one.subject, one.resource_id, one.association_type) for one in found] == [("shared-users", "id-of-users", "value")]
    client.delete_associations("id-of-users", "topic", ["value"])
    assert client.get_associations_by_resource_name("users", "lkc-1") == []
    with pytest.raises(SchemaRegistryError) as gone:
        client.delete_associations("id-of-users")
    assert (gone.value.http_status_code, gone.value.error_code) == (404, 40410)


def test_a_topics_own_subject_comes_and_goes_with_its_association(client):
    made = associate(client, "users", association_type="value", schema=Schema(USER_V1, "AVRO"))
    assert [(one.subject, one.lifecycle, json.loads(one.schema.schema_str)) for one in made.associations] == [
        (":.lkc-1:users-value", "STRONG", json.loads(USER_V1))]
    data = AvroSerializer(client, USER_V2)({"id": 2, "name": "bob", "email": "b@x"}, value_of("users"))
    assert client.get_versions(":.lkc-1:users-value") == [1, 2]
    assert AvroDeserializer(client, USER_V1)(data, value_of("users")) == {"id": 2, "name": "bob"}
    for refusal in (lambda: client.delete_subject(":.lkc-1:users-value"), lambda: client.delete_associations("id-of-users")):
        with pytest.raises(SchemaRegistryError) as refused:
            refusal()
        assert refused.value.http_status_code == 409
    client.delete_associations("id-of-users", cascade_lifecycle=True)
    assert client.get_subjects(deleted=True) == []


def test_schemas_survive_kill_9_with_their_ids(broker, client):
    ids = {n: client.register_schema(f"s{n}", Schema(json.dumps({"type": "enum", "name": f"E{n}", "symbols": ["A"]}), "AVRO"))
           for n in range(20)}
    assert sorted(ids.values()) == list(range(1, 21))
    broker.kill()
    broker.start()
    again = SchemaRegistryClient({"url": broker.registry_url})
    for n, schema_id in ids.items():
        assert json.loads(again.get_schema(schema_id).schema_str)["name"] == f"E{n}"
    assert again.register_schema("new", Schema('"string"', "AVRO")) == 21


def test_the_topic_is_read_and_taken_over_by_kafkas_clients(own_broker, broker, client):
    client.register_schema("s", Schema(USER_V1, "AVRO"))
    client.set_compatibility("s", "NONE")
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "copy", "auto.offset.reset": "earliest",
                         "enable.partition.eof": True})
    consumer.subscribe(["_schemas"])
    records = []
    while (message := consumer.poll(10)) is not None and not message.error():
        records.append((message.key(), message.value()))
    consumer.close()
    keys = [json.loads(key) for key, _ in records]
    assert keys == [{"keytype": "SCHEMA", "subject": "s", "version": 1, "magic": 1}, {"keytype": "CONFIG", "subject": "s", "magic": 0}]

    other = own_broker(registry="127.0.0.1:0").start()
    producer = Producer({"bootstrap.servers": other.bootstrap})
    for key, value in records:
        producer.produce("_schemas", key=key, value=value)
    assert producer.flush(30) == 0
    copied = SchemaRegistryClient({"url": other.registry_url})
    assert copied.get_schema(1).schema_str == client.get_schema(1).schema_str
    assert copied.get_compatibility("s") == "NONE"


def test_the_topic_is_read_by_kafkas_tools(tools, broker, client):
    client.register_schema("s", Schema(USER_V1, "AVRO"))
    client.set_compatibility("s", "NONE")
    server = ["--bootstrap-server", broker.bootstrap]
    printed = tools.check("console-consumer", *server, "--topic", "_schemas", "--from-beginning", "--max-messages", 2, "--timeout-ms", 20000,
                          "--formatter-property", "print.key=true")
    records = [[json.loads(part) for part in line.split("\t")] for line in printed.splitlines()]
    assert [key["keytype"] for key, _ in records] == ["SCHEMA", "CONFIG"]
    assert (records[0][1]["id"], records[0][1]["schema"]) == (1, client.get_schema(1).schema_str)
    assert "cleanup.policy=compact" in tools.check("topics", *server, "--describe", "--topic", "_schemas")
    broker.stop()
    [segment] = broker.data.glob("_schemas-0/*.log")
    dumped = tools.check("dump-log", "--files", segment, "--print-data-log", "--deep-iteration")
    assert dumped.count('"keytype":"SCHEMA"') == 1 and dumped.count("isvalid: true") == 2


def test_a_password_is_asked_for_where_the_file_says_so(own_broker, tmp_path):
    names = tmp_path / "names"
    names.write_text("ann:s3cret\n")
    broker = own_broker(registry="127.0.0.1:0/apis/ccompat/v7", arguments=["--registry-auth", names]).start()
    allowed = SchemaRegistryClient({"url": broker.registry_url, "basic.auth.user.info": "ann:s3cret"})
    assert allowed.register_schema("s", Schema('"int"', "AVRO")) == 1
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{broker.registry_url}/subjects", timeout=10)
    assert refused.value.code == 401
