"""Schemas that nobody should register: each is answered by its rule, soon, from bounded memory, and changes nothing."""
import json
import socket

import pytest
from confluent_kafka import Producer

from bystanders import MIB, broker, client, refused  # two of them fixtures
from millrace import wait_for

pytestmark = pytest.mark.usefixtures("millrace_only")


def invalid(client, schema, schema_type="AVRO", references=(), subject="bad"):
    message = refused(client.register(subject, schema, schema_type, references), 422, 42201)
    assert client.get(f"/subjects/{subject}/versions").error_code == 40401
    return message


# ---- Size ------------------------------------------------------------------------------------------------------------

TEN_MB = 10_000_000


@pytest.mark.parametrize("schema_type,schema", [
    pytest.param("AVRO", lambda: {"type": "enum", "name": "E", "doc": "d" * TEN_MB, "symbols": ["A"]}, id="avro doc"),
    pytest.param("AVRO", lambda: {"type": "record", "name": "R", "fields": [
        {"name": f"f{n}", "type": "int"} for n in range(TEN_MB // 33)]}, id="avro fields"),
    pytest.param("AVRO", lambda: {"type": "enum", "name": "E", "symbols": [f"s{n}" for n in range(TEN_MB // 11)]},
                 id="avro symbols"),
    pytest.param("JSON", lambda: {"description": "d" * TEN_MB}, id="json description"),
    pytest.param("JSON", lambda: {"enum": ["v" * 100] * (TEN_MB // 104)}, id="json enum"),
])
def test_ten_megabytes_are_more_than_the_topic_takes(client, schema_type, schema):
    assert "max.message.bytes" in refused(client.register("bad", schema(), schema_type), 422, 42209)


@pytest.mark.parametrize("schema_type,schema,what", [
    pytest.param("AVRO", lambda: "[" + "[]," * (TEN_MB // 3) + "[]]", "values", id="avro arrays"),
    pytest.param("AVRO", lambda: json.dumps(["null"] * (TEN_MB // 8)), "1000000 values", id="avro union"),
    pytest.param("JSON", lambda: "[" + "[]," * (TEN_MB // 3) + "[]]", "values", id="json arrays"),
    pytest.param("JSON", lambda: json.dumps({"allOf": [{}] * 300_000}), "200000 schemas", id="json schemas"),
    pytest.param("JSON", lambda: '"' + "x" * TEN_MB, "missing closing quote", id="json without an end"),
    pytest.param("PROTOBUF", lambda: 'syntax="proto3";//' + "c" * TEN_MB, "at most 4194304", id="protobuf comment"),
    pytest.param("PROTOBUF", lambda: 'syntax="proto3";message M{' + "".join(
        f"int32 f{n}={n};" for n in range(1, TEN_MB // 20)) + "}", "at most 4194304", id="protobuf fields"),
])
def test_ten_megabytes_of_small_parts_are_refused_before_they_take_memory(client, schema_type, schema, what):
    assert what in invalid(client, schema(), schema_type)


# ---- Depth -----------------------------------------------------------------------------------------------------------

DEEP = 10_000


def nested(opening, middle, closing, levels=DEEP):
    return "".join(opening.replace("#", str(n)) for n in range(levels)) + middle + closing * levels


@pytest.mark.parametrize("schema_type,schema", [
    pytest.param("AVRO", nested('{"type":"array","items":', '"int"', "}"), id="avro arrays"),
    pytest.param("AVRO", nested('{"type":"map","values":["null",', '"int"', "]}"), id="avro maps of unions"),
    pytest.param("AVRO", nested('{"type":"record","name":"R#","fields":[{"name":"f","type":', '"int"', "}]}"), id="avro records"),
    pytest.param("JSON", nested('{"properties":{"p":', "{}", "}}"), id="json properties"),
    pytest.param("JSON", nested('{"not":', "{}", "}"), id="json not"),
    pytest.param("JSON", '{"const":' + nested("[", "", "]") + "}", id="json const"),
    pytest.param("PROTOBUF", 'syntax="proto3";' + nested("message M#{", "", "}"), id="protobuf messages"),
    pytest.param("PROTOBUF", 'syntax="proto2";' + nested("message M#{ optional group G#=1{", "", "}}"), id="protobuf groups"),
    pytest.param("PROTOBUF", 'syntax="proto2";message M{optional int32 a=1[(o)={' + nested("a{", "", "}") + "}];}",
                 id="protobuf options"),
])
def test_schemas_nested_ten_thousand_deep_are_refused(client, schema_type, schema):
    assert "nested" in invalid(client, schema, schema_type) or schema_type == "PROTOBUF"


@pytest.mark.parametrize("schema_type,schema", [
    pytest.param("AVRO", nested('{"type":"array","items":', '"int"', "}", 400), id="avro"),
    pytest.param("JSON", nested('{"not":', "{}", "}", 400), id="json"),
    pytest.param("PROTOBUF", 'syntax="proto3";' + nested("message M#{", "", "}", 30) + "\n", id="protobuf"),
])
def test_what_is_deep_but_allowed_is_kept_compared_and_answered(client, schema_type, schema):
    subject = f"deep-{schema_type}"
    assert client.register(subject, schema, schema_type).status == 200
    assert client.check(subject, schema, schema_type).json()["is_compatible"]
    for form in ("", "?format=resolved", "?format=serialized"):
        assert client.get(f"/subjects/{subject}/versions/1{form}").status == 200


# ---- References ------------------------------------------------------------------------------------------------------

def avro_doubling(level, count):
    """A record with many fields of the level below: written out in full it would have count^level."""
    if level == 0:
        return {"type": "record", "name": "L0", "fields": [{"name": "x", "type": "int"}]}
    return {"type": "record", "name": f"L{level}", "fields": [
        {"name": f"f{n}", "type": f"L{level - 1}"} for n in range(count)]}


def json_doubling(level, count):
    if level == 0:
        return {"type": "object", "properties": {"x": {"type": "string"}}}
    below = {"$ref": f"l{level - 1}.json"}
    return {"type": "object", "allOf": [below] * count, "properties": {f"p{n}": below for n in range(count)}}


def protobuf_doubling(level, count):
    if level == 0:
        return 'syntax = "proto3";\nmessage L0 {\n  int32 x = 1;\n}\n'
    fields = "".join(f"L{level - 1} f{n} = {n + 1};" for n in range(count))
    return f'syntax = "proto3";import public "l{level - 1}.proto";message L{level}{{{fields}}}'


LAUGHS = {"AVRO": (avro_doubling, "L{}"), "JSON": (json_doubling, "l{}.json"), "PROTOBUF": (protobuf_doubling, "l{}.proto")}
LEVELS = 25


@pytest.mark.parametrize("schema_type", LAUGHS)
def test_references_that_explode_are_followed_once_each(client, schema_type):
    """Ten of the level below, 25 times: 10^25 were each followed wherever it is named."""
    make, name = LAUGHS[schema_type]
    subject = f"laughs-{schema_type}-{{}}"

    def references(level):
        return [(name.format(level - 1), subject.format(level - 1), 1)] if level else []

    for level in range(LEVELS):
        answer = client.register(subject.format(level), make(level, 10), schema_type, references(level))
        assert answer.status == 200, answer
    top = subject.format(LEVELS - 1)
    for form in ("", "?format=resolved", "?format=serialized"):
        answer = client.get(f"/subjects/{top}/versions/1{form}")
        assert answer.status == 200 and len(answer.body) < MIB
    client.configure(top, "FULL_TRANSITIVE")
    changed = client.check(top, make(LEVELS - 1, 11), schema_type, references(LEVELS - 1))
    assert changed.status == 200 and len(changed.body) < MIB


@pytest.mark.parametrize("schema_type,schema", [
    pytest.param("JSON", {"$ref": "#"}, id="to itself"),
    pytest.param("JSON", {"$ref": "#/definitions/a", "definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}},
                 id="to each other"),
    pytest.param("JSON", {"allOf": [{"$ref": "#"}, {"$ref": "#"}], "anyOf": [{"$ref": "#"}] * 5}, id="branching"),
    pytest.param("AVRO", {"type": "record", "name": "A", "fields": [{"name": f"f{n}", "type": ["null", "A"]} for n in range(50)]},
                 id="avro record of itself"),
    pytest.param("PROTOBUF", 'syntax="proto3";message A{' + "".join(f"A f{n}={n};B g{n}={n + 100};" for n in range(1, 50)) +
                 "}message B{" + "".join(f"A f{n}={n};" for n in range(1, 50)) + "}", id="protobuf messages of each other"),
])
def test_cycles_within_a_schema_are_compared_without_end(client, name, schema_type, schema):
    subject = name("cycle")
    assert client.register(subject, schema, schema_type).status == 200
    client.configure(subject, "FULL_TRANSITIVE")
    assert client.check(subject, schema, schema_type).json() == {"is_compatible": True, "messages": []}


@pytest.mark.parametrize("schema_type,name,schema", [
    ("AVRO", "B", {"type": "record", "name": "A", "fields": [{"name": "b", "type": "B"}]}),
    ("JSON", "b.json", {"$ref": "b.json"}),
    ("PROTOBUF", "b.proto", 'syntax="proto3";import "b.proto";message A{}'),
])
def test_a_reference_names_a_version_that_is_there_so_that_no_cycle_can_be_registered(client, schema_type, name, schema):
    for version in (1, -1, 2**31 - 1, 0, -5):
        invalid(client, schema, schema_type, [(name, "bad", version)])
    invalid(client, schema, schema_type, [(name, "../bad", 1)])
    invalid(client, schema, schema_type, [(name, "", 1)])
    invalid(client, schema, schema_type, [(name, "kept-avro", 2)])
    kept = [(f"n{n}", "kept-avro", 1) for n in range(1_500)]
    assert "1000 schemas" in invalid(client, schema, schema_type, kept)


def test_a_cycle_in_a_topic_that_was_copied_ends(broker, client):
    """Other programs may write what the REST API refuses."""
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    for n in (0, 1):
        subject, other = f"round-{n}", f"round-{1 - n}"
        schema = {"type": "record", "name": f"R{n}", "fields": [{"name": "f", "type": f"R{1 - n}"}]}
        value = {"subject": subject, "version": 1, "id": 1_000_001 + n, "schema": json.dumps(schema), "deleted": False,
                 "references": [{"name": f"R{1 - n}", "subject": other, "version": 1}]}
        producer.produce("_schemas", key=json.dumps({"keytype": "SCHEMA", "subject": subject, "version": 1, "magic": 1}),
                         value=json.dumps(value))
    assert producer.flush(20) == 0
    wait_for(lambda: client.get("/subjects/round-1/versions").status == 200, 20, "the copied records")
    assert client.get("/subjects/round-0/versions/1").status == 200
    refused(client.get("/subjects/round-0/versions/1?format=resolved"), 422, 42201)
    refused(client.register("round-0", {"type": "record", "name": "R2", "fields": []}), 422, 42201)


def test_nobody_comes_for_a_remote_reference(client):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/s.json"
        for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
            client.register("remote", {"type": "object", "properties": {"p": {keyword: url}}}, "JSON")
        for member in ("$schema", "$id"):
            client.register(f"remote-{member}", {member: url, "properties": {"p": {"$ref": "other.json"}}}, "JSON")
        invalid(client, {"type": "object", "properties": {"p": {"$ref": url}}}, "JSON")
        invalid(client, {"$ref": "file:///etc/passwd"}, "JSON")
        invalid(client, f'syntax="proto3";import "{url}";message M{{}}', "PROTOBUF")
        invalid(client, 'syntax="proto3";import "/etc/passwd";message M{}', "PROTOBUF")
        invalid(client, {"type": url})
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


# ---- Patterns and names ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a?)+$", "(.*)*" * 20 + "x", "((a{0,1000}){0,1000}){0,1000}",
                                     "(?=a)(b)\\1", "[", "\\p{Nope}", "(" * 5_000 + ")" * 5_000, "a" * 500_000])
def test_catastrophic_patterns_cost_nothing(client, name, pattern):
    subject = name("pattern")
    schema = {"type": "object", "patternProperties": {pattern: {"type": "integer"}},
              "properties": {"a" * 1_000 + "!": {"type": "string", "pattern": pattern}}}
    assert client.register(subject, schema, "JSON").status in (200, 422)
    client.configure(subject, "FULL")
    wider = schema | {"properties": schema["properties"] | {"a" * 2_000 + "!": {}}}
    assert client.check(subject, wider, "JSON").status in (200, 422)


@pytest.mark.parametrize("schema_type,schema", [
    ("AVRO", {"type": "record", "name": "R", "fields": [{"name": "a", "type": "int"}, {"name": "a", "type": "int"}]}),
    ("AVRO", {"type": "enum", "name": "E", "symbols": ["A", "A"]}),
    ("AVRO", ["int", "int"]),
    ("AVRO", {"type": "record", "name": "R", "fields": [{"name": n, "type": {"type": "fixed", "name": "F", "size": s}}
                                                        for n, s in (("a", 1), ("b", 2))]}),
    ("PROTOBUF", 'syntax="proto3";message M{} message M{}'),
    ("PROTOBUF", 'syntax="proto3";message M{int32 a=1;int32 a=2;}'),
    ("PROTOBUF", 'syntax="proto3";message M{int32 a=1;int32 b=1;}'),
    ("PROTOBUF", 'syntax="proto3";enum E{A=0;A=1;}'),
    ("AVRO", {"type": "record", "name": "R-1", "fields": []}),
    ("AVRO", {"type": "fixed", "name": "F", "size": 2**63}),
    ("AVRO", {"type": "fixed", "name": "F", "size": -1}),
    ("AVRO", {"type": "record", "name": "R", "fields": [{"name": "a", "type": "int", "default": "x"}]}),
    ("JSON", 5),
    ("JSON", {"type": "colour"}),
    ("JSON", {"properties": []}),
    ("PROTOBUF", 'edition="2023";message M{}'),
    ("PROTOBUF", 'syntax="proto3";message M{Unknown u=1;}'),
    ("PROTOBUF", 'syntax="proto3";message M{int32 a=536870912;}'),
    ("AVRO", "\u0000"),
    ("PROTOBUF", "\u0000"),
    ("JSON", ""),
])
def test_schemas_that_contradict_themselves_are_refused(client, schema_type, schema):
    invalid(client, schema, schema_type)
