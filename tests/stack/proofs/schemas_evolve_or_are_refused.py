"""The registry lets a compatible schema in and refuses another (409); records of three formats find their schemas."""
from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import struct_pb2

from events import create_topic, values
from proof import BOOTSTRAP, REGISTRY, check, own, prove, same

TOPIC = own("user_events_evolution")
SUBJECT = TOPIC + "-value"
AVRO = '{"type": "record", "name": "UserEvent", "fields": [{"name": "user_id", "type": "long"}%s]}'
FIRST = AVRO % ""
WITH_DEFAULT = AVRO % ', {"name": "channel", "type": "string", "default": "web"}'
WITHOUT_DEFAULT = AVRO % ', {"name": "must", "type": "string"}'
JSON_SCHEMA = """{"title": "UserEvent", "type": "object", "properties": {"user_id": {"type": "integer"}},
  "required": ["user_id"]}"""


def refusal(call, *arguments):
    """(status, error code) of a call that has to be refused."""
    try:
        answer = call(*arguments)
    except SchemaRegistryError as error:
        return error.http_status_code, error.error_code
    raise AssertionError(f"{call.__name__} was not refused: {answer}")


def evolve(registry):
    first = registry.register_schema(SUBJECT, Schema(FIRST, "AVRO"))
    registry.set_compatibility(SUBJECT, "BACKWARD")
    same(registry.get_compatibility(SUBJECT), "BACKWARD", "level")
    check(registry.test_compatibility(SUBJECT, Schema(WITH_DEFAULT, "AVRO")), "a default makes a new field compatible")
    check(not registry.test_compatibility(SUBJECT, Schema(WITHOUT_DEFAULT, "AVRO")), "a new field needs a default")
    second = registry.register_schema(SUBJECT, Schema(WITH_DEFAULT, "AVRO"))
    check(first != second, "two schemas have one id")
    same(refusal(registry.register_schema, SUBJECT, Schema(WITHOUT_DEFAULT, "AVRO"))[0], 409, "status")
    same(registry.get_versions(SUBJECT), [1, 2], "versions")
    same(registry.register_schema(SUBJECT, Schema(FIRST, "AVRO")), first, "id of a known schema")
    same(refusal(registry.get_schema, 2**31 - 1), (404, 40403), "an unknown id")


def through_the_broker(frames):
    producer = Producer({"bootstrap.servers": BOOTSTRAP})
    for frame in frames:
        producer.produce(TOPIC, frame)
    same(producer.flush(30), 0, "messages left")
    consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": own("evolution"), "auto.offset.reset": "earliest",
                         "enable.auto.commit": False})
    consumer.subscribe([TOPIC])
    found = values(consumer, len(frames))
    consumer.close()
    same(found, frames, "frames")


def body(_):
    create_topic(TOPIC)
    registry = SchemaRegistryClient({'url': REGISTRY})
    evolve(registry)

    avro, json, protobuf = (SerializationContext(TOPIC + x, MessageField.VALUE) for x in ("", "_json", "_proto"))
    message = struct_pb2.Struct()
    message["user_id"] = 12345.0
    known = {"auto.register.schemas": False}
    current = {"use.deprecated.format": False}
    frames = [AvroSerializer(registry, FIRST, conf=known)({"user_id": 1}, avro),
              AvroSerializer(registry, WITH_DEFAULT, conf=known)({"user_id": 2, "channel": "app"}, avro),
              JSONSerializer(JSON_SCHEMA, registry)({"user_id": 3}, json),
              ProtobufSerializer(struct_pb2.Struct, registry, current)(message, protobuf)]
    through_the_broker(frames)

    fresh = SchemaRegistryClient({'url': REGISTRY})  # knows no schema yet: each is found by the id in its frame
    same(AvroDeserializer(fresh, FIRST)(frames[1], avro), {"user_id": 2}, "the second's record read by the first")
    same(AvroDeserializer(fresh, WITH_DEFAULT)(frames[0], avro), {"user_id": 1, "channel": "web"}, "the other way")
    same(JSONDeserializer(None, schema_registry_client=fresh)(frames[2], json), {"user_id": 3}, "JSON Schema")
    same(dict(ProtobufDeserializer(struct_pb2.Struct, current)(frames[3], protobuf)), {"user_id": 12345.0}, "Protobuf")
    same(registry.delete_subject(SUBJECT), [1, 2], "versions deleted")
    check(SUBJECT not in registry.get_subjects(), "the deleted subject is listed")
    return "compatible taken, incompatible 409, unknown id 40403, Avro both ways, JSON Schema and Protobuf decoded"


prove(body)
