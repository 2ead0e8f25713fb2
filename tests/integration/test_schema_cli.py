"""`millrace schema`, and `produce` and `consume` with schemas, beside confluent-kafka's serializers."""
import base64
import datetime
import functools
import http.server
import ipaddress
import json
import ssl
import struct
import subprocess
import threading

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from millrace import Millrace, binary

pytestmark = pytest.mark.usefixtures("millrace_only")

FIELDS = [{"name": "id", "type": "long"}, {"name": "name", "type": "string"}]
MAIL = {"name": "email", "type": ["null", "string"], "default": None}
USER_JSON = json.dumps({"$schema": "http://json-schema.org/draft-07/schema#", "title": "User", "type": "object",
                        "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}, "required": ["id"]})
USER_PROTO = 'syntax = "proto3";\npackage app;\nmessage Other { int32 x = 1; }\nmessage User { int64 id = 1; string name = 2; }\n'


def avro(*fields):
    return json.dumps({"type": "record", "name": "User", "namespace": "app", "fields": list(fields)})


USER_V1, USER_V2 = avro(*FIELDS), avro(*FIELDS, MAIL)
USER_BROKEN = avro(FIELDS[0], {"name": "name", "type": "int"})
SCHEMAS = {"avsc": USER_V1, "json": USER_JSON, "proto": USER_PROTO}


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    node = Millrace(tmp_path_factory.mktemp("schemas"), registry="127.0.0.1:0").start()
    yield node
    node.stop()


@pytest.fixture
def client(node):
    return SchemaRegistryClient({"url": node.registry_url})


@pytest.fixture
def cli(node):
    """cli("list"): what `millrace schema list` did, asked of that registry; .ok() answers its lines on standard output."""

    class Cli:
        @staticmethod
        def run(*arguments, stdin="", registry=node.registry_url):
            return subprocess.run([binary(), *map(str, arguments), "--registry", registry], input=stdin, text=True,
                                  capture_output=True, timeout=60)

        def __call__(self, *arguments, **more):
            return self.run("schema", *arguments, **more)

        def ok(self, *arguments, **more):
            done = self(*arguments, **more)
            assert done.returncode == 0, f"{arguments}: {done}"
            return done.stdout.splitlines()

        def produce(self, *arguments, stdin):
            return self.run("produce", *arguments, "--bootstrap", node.bootstrap, stdin=stdin)

        def consume(self, *arguments, registry=node.registry_url):
            done = self.run("consume", *arguments, "--bootstrap", node.bootstrap, registry=registry)
            assert done.returncode == 0, done
            return done

    return Cli()


@pytest.fixture
def files(tmp_path):
    """files["avsc"]: the path of that schema of a user."""
    for suffix, text in SCHEMAS.items():
        (tmp_path / f"user.{suffix}").write_text(text)
    return {suffix: tmp_path / f"user.{suffix}" for suffix in SCHEMAS}


@functools.cache
def user_class():
    """The class of `message User`, as protoc would make it."""
    file = descriptor_pb2.FileDescriptorProto(name="user.proto", package="app", syntax="proto3")
    other = file.message_type.add(name="Other")
    other.field.add(name="x", number=1, type="TYPE_INT32", label="LABEL_OPTIONAL", json_name="x")
    user = file.message_type.add(name="User")
    user.field.add(name="id", number=1, type="TYPE_INT64", label="LABEL_OPTIONAL", json_name="id")
    user.field.add(name="name", number=2, type="TYPE_STRING", label="LABEL_OPTIONAL", json_name="name")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("app.User"))


def records_of(node, topic, count):
    """(key, value) of each record as bytes."""
    consumer = Consumer({"bootstrap.servers": node.bootstrap, "group.id": topic, "auto.offset.reset": "earliest",
                         "enable.auto.commit": False})
    consumer.subscribe([topic])
    found = []
    while len(found) < count:
        message = consumer.poll(30)
        assert message is not None and not message.error(), message
        found.append((message.key(), message.value()))
    consumer.close()
    return found


def write(node, topic, *records):
    producer = Producer({"bootstrap.servers": node.bootstrap})
    for key, value in records:
        producer.produce(topic, key=key, value=value)
    assert producer.flush(30) == 0


def test_a_schema_is_registered_listed_printed_checked_compared_and_deleted(cli, files, name, client, tmp_path):
    subject = name("users")
    schema_id = int(cli.ok("register", subject, files["avsc"])[0])
    assert client.get_schema(schema_id).schema_str == json.dumps(json.loads(USER_V1), separators=(",", ":"))
    assert subject in cli.ok("list")

    assert cli.ok("check", subject, "-", "--type", "AVRO", stdin=USER_V2) == []
    refused = cli("check", subject, "-", "--type", "avro", stdin=USER_BROKEN)
    assert refused.returncode == 4 and "BACKWARD" in refused.stderr
    assert len(refused.stdout.splitlines()) == 1 and "TYPE_MISMATCH at /fields/1/type" in refused.stdout
    assert cli("register", subject, "-", "--type", "avro", stdin=USER_BROKEN).returncode == 4

    new = tmp_path / "new.avsc"
    new.write_text(USER_V2)
    compared = cli.ok("diff", f"{subject}:1", new)
    assert compared[0].startswith("added /fields/email: ")
    assert f"{new} reads what was written with {subject}:1 (BACKWARD)" in compared
    assert f"{subject}:1 reads what was written with {new} (FORWARD)" in compared
    cli.ok("register", subject, new)
    assert any(line.startswith("+") and '"email"' in line for line in cli.ok("diff", subject))
    new.write_text(USER_BROKEN)
    compared = cli.ok("diff", f"{subject}:latest", new)
    assert f"{new} cannot read what was written with {subject}:2 (BACKWARD)" in compared
    assert any(line.startswith("  TYPE_MISMATCH at ") for line in compared)

    assert json.loads("".join(cli.ok("get", f"{subject}:1"))) == json.loads(USER_V1)
    assert cli.ok("get", subject, "--format", "raw") == [client.get_latest_version(subject).schema.schema_str]
    assert json.loads(cli.ok("get", f"id:{schema_id}", "--format", "json")[0])["type"] == "AVRO"
    listed = [json.loads(line) for line in cli.ok("list", subject, "--format", "json")]
    assert [(v["version"], v["type"]) for v in listed] == [(1, "AVRO"), (2, "AVRO")]

    assert "version 1" in cli("delete", f"{subject}:1").stderr
    assert [row.split()[1:6:3] for row in cli.ok("list", subject, "--deleted")[1:]] == [["1", "yes"], ["2", "no"]]
    assert cli("get", f"{subject}:1").returncode == 3
    assert cli.ok("get", f"{subject}:1", "--deleted")
    assert "versions 1, 2 for good" in cli("delete", subject, "--permanent").stderr
    assert subject not in cli.ok("list", "--deleted")


def test_references_and_normalize(cli, name, tmp_path, client):
    common, person = name("common"), name("person")
    cli.ok("register", common, "-", "--type", "PROTOBUF", stdin='syntax = "proto3";\nmessage Common { int32 a = 1; }\n')
    refers = tmp_path / "person.proto"
    refers.write_text('syntax = "proto3";\nimport "common.proto";\nmessage Person { Common c = 1; }\n')
    assert cli("register", person, refers).returncode == 4
    cli.ok("register", person, refers, "--reference", f"common.proto={common}:1")
    assert client.get_version(person, 1).schema.references[0].subject == common
    assert f"refers to common.proto: {common} version 1" in cli("get", person).stderr
    assert cli.ok("diff", f"{person}:1", refers, "--reference", f"common.proto={common}:1")[0].endswith("are the same")
    assert "error_code 42206" in cli("delete", common).stderr
    ids = [cli.ok("register", name("n"), "-", "--type", "JSON", "--normalize", stdin=text)[0]
           for text in ('{"type":"object","title":"T"}', '{"title":"T","type":"object"}')]
    assert ids[0] == ids[1]


@pytest.mark.parametrize("arguments, status, words", [
    (["get", "{missing}"], 3, "40401"), (["get", "{there}:9"], 3, "40402"), (["get", "id:2000000000"], 3, "40403"),
    (["list", "{missing}"], 3, "40401"), (["delete", "{missing}"], 3, "40401"), (["delete", "{there}:latest"], 2, "number"),
    (["get", "{there}:0"], 2, "no version"), (["check", "{missing}", "{file}"], 3, "40401"),
    (["register", "{there}", "/nowhere.avsc"], 1, "nowhere.avsc"), (["register", "{there}", "-"], 2, "--type"),
    (["diff", "{there}"], 2, "one version alone"), (["diff", "{file}"], 2, "name another"),
    (["diff", "{there}", "{missing}"], 3, "40401"),
    (["register", "{there}", "{file}", "--reference", "x"], 2, "NAME=SUBJECT:VERSION"),
])
def test_wrong_input_gets_its_exit_code_and_words(cli, files, name, arguments, status, words):
    there, missing = name("there"), name("missing")
    cli.ok("register", there, files["avsc"])
    done = cli(*[a.format(there=there, missing=missing, file=files["avsc"]) for a in arguments])
    assert done.returncode == status and words in done.stderr and done.stdout == "", done


def test_a_registry_that_is_not_there_or_none_is_told(cli, node, name, files):
    done = cli("list", registry="http://127.0.0.1:1")
    assert done.returncode == 1 and "http://127.0.0.1:1 cannot be asked" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert cli("list", registry="ftp://127.0.0.1").returncode == 2
    done = cli("list", registry=f"http://{node.bootstrap}")
    assert done.returncode == 1 and node.bootstrap in done.stderr
    done = cli("list", registry=node.registry_url + "/wrong/path")
    assert done.returncode == 1 and "error_code 404" in done.stderr
    done = subprocess.run([binary(), "produce", name("t"), "--bootstrap", node.bootstrap, "--value-schema", files["avsc"],
                           "--registry", "127.0.0.1:1"], input="{}\n", text=True, capture_output=True, timeout=60)
    assert done.returncode == 1 and "127.0.0.1:1 cannot be asked" in done.stderr
    done = subprocess.run([binary(), "consume", name("t"), "--bootstrap", node.bootstrap, "--registry", "127.0.0.1:1"],
                          text=True, capture_output=True, timeout=60)
    assert done.returncode == 1 and "127.0.0.1:1 cannot be asked" in done.stderr


def test_a_password_and_a_base_path(own_broker, tmp_path, cli):
    names = tmp_path / "names"
    names.write_text("ann:s3cret\n")
    guarded = own_broker(registry="127.0.0.1:0/apis/v7", arguments=["--registry-auth", names]).start()
    assert cli.ok("list", "--user", "ann:s3cret", registry=guarded.registry_url) == []
    for wrong in ([], ["--user", "ann:wrong"], ["--user", "ann"]):
        done = cli("list", *wrong, registry=guarded.registry_url)
        assert done.returncode == 1 and "password is missing or wrong" in done.stderr
    assert cli.ok("list", registry=guarded.registry_url.replace("//", "//ann:s3cret@")) == []


def certificate(directory):
    """A self-signed one for 127.0.0.1: (the certificate's file, the key's file)."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
            .serial_number(1).not_valid_before(start).not_valid_after(start + datetime.timedelta(days=30))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True).sign(key, hashes.SHA256()))
    (directory / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (directory / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                          serialization.NoEncryption()))
    return directory / "cert.pem", directory / "key.pem"


def test_https_trusts_who_it_is_told_to(cli, tmp_path):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'["secure"]')

        def log_message(self, *_):
            pass

    cert, key = certificate(tmp_path)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"https://127.0.0.1:{server.server_port}"
    try:
        assert cli.ok("list", "--registry-ca", cert, registry=url) == ["secure"]
        refused = cli("list", registry=url)
        assert refused.returncode == 1 and "certificate" in refused.stderr
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


LINES = '{"id": 1, "name": "ann"}\n{"id": 2, "name": "bób"}\n'
USERS = [{"id": 1, "name": "ann"}, {"id": 2, "name": "bób"}]


def deserializer(kind, client):
    if kind == "avsc":
        return AvroDeserializer(client)
    if kind == "json":
        return JSONDeserializer(USER_JSON, schema_registry_client=client)
    read = ProtobufDeserializer(user_class(), {"use.deprecated.format": False}, client)

    def as_dictionary(data, context):
        user = read(data, context)
        return {"id": user.id, "name": user.name}

    return as_dictionary


def serializer(kind, client):
    if kind == "avsc":
        return AvroSerializer(client, USER_V1)
    if kind == "json":
        return JSONSerializer(USER_JSON, client)
    write = ProtobufSerializer(user_class(), client, {"use.deprecated.format": False})
    return lambda user, context: write(user_class()(**user), context)


@pytest.mark.parametrize("kind", ["avsc", "json", "proto"])
def test_what_produce_writes_confluents_deserializers_read(cli, node, client, files, name, kind):
    topic = name("users")
    message = ["--value-message", "app.User"] if kind == "proto" else []
    done = cli.produce(topic, "--value-schema", files[kind], *message, stdin=LINES)
    assert done.returncode == 0, done
    read = deserializer(kind, client)
    context = SerializationContext(topic, MessageField.VALUE)
    assert [read(value, context) for _, value in records_of(node, topic, 2)] == USERS
    assert client.get_versions(f"{topic}-value") == [1]
    # By the subject and by the id, the schema is the same.
    schema_id = client.get_latest_version(f"{topic}-value").schema_id
    for schema in (f"{topic}-value", f"{topic}-value:1", f"id:{schema_id}"):
        assert cli.produce(topic, "--value-schema", schema, *message, stdin=LINES).returncode == 0
    values = [value for _, value in records_of(node, topic, 8)]
    assert values == values[:2] * 4


@pytest.mark.parametrize("kind", ["avsc", "json", "proto"])
def test_what_confluents_serializers_write_consume_prints(cli, node, client, name, kind):
    topic = name("users")
    serialize = serializer(kind, client)
    context = SerializationContext(topic, MessageField.VALUE)
    write(node, topic, *[(b"k", serialize(user, context)) for user in USERS])
    done = cli.consume(topic)
    expected = [{"id": str(u["id"]), "name": u["name"]} for u in USERS] if kind == "proto" else USERS
    assert [json.loads(line) for line in done.stdout.splitlines()] == expected
    assert done.stderr == "", "plain keys need no words"
    line = json.loads(cli.consume(topic, "--format", "json", "--count", 1).stdout)
    schema_id = client.get_latest_version(f"{topic}-value").schema_id
    assert (line["key"], line["value"], line["value_schema_id"]) == ("k", expected[0], schema_id)


def test_keys_have_schemas_too_and_null_stays_null(cli, node, client, files, name):
    topic = name("users")
    client.register_schema(f"{topic}-id", Schema('"long"', "AVRO"))
    done = cli.produce(topic, "--key-separator", "\\t", "--key-schema", f"{topic}-id", "--value-schema", files["avsc"],
                       "--value-subject", "people-" + topic, "--null", "NULL",
                       stdin='7\t{"id": 1, "name": "a"}\n8\tNULL\n')
    assert done.returncode == 0, done
    keys = [key[5:] for key, _ in records_of(node, topic, 2)]
    assert keys == [b"\x0e", b"\x10"]
    assert client.get_versions("people-" + topic) == [1]
    done = cli.consume(topic, "--format", "key-value", "--null", "-")
    assert done.stdout.splitlines() == ['7\t{"id":1,"name":"a"}', "8\t-"] and done.stderr == ""


def test_what_refers_to_others_is_read(cli, node, client, name):
    topic = name("people")
    client.register_schema(f"{topic}-city", Schema('{"type":"record","name":"City","fields":[{"name":"n","type":"string"}]}', "AVRO"))
    client.register_schema(f"{topic}-value", Schema('{"type":"record","name":"P","fields":[{"name":"c","type":"City"}]}', "AVRO",
                                                    [SchemaReference("City", f"{topic}-city", 1)]))
    assert cli.produce(topic, "--value-schema", f"{topic}-value", stdin='{"c":{"n":"Ulm"}}\n').returncode == 0
    assert cli.consume(topic).stdout == '{"c":{"n":"Ulm"}}\n'


@pytest.mark.parametrize("line, words", [
    ('{"id": 1', "line 1"), ('{"id": "x", "name": "a"}', "id"), ('{"id": 1}', "name"), ("", "line 1, column 1"),
])
def test_a_line_that_does_not_fit_ends_produce_with_its_number(cli, files, name, line, words):
    topic = name("users")
    done = cli.produce(topic, "--value-schema", files["avsc"], stdin=f'{{"id":1,"name":"ok"}}\n{line}\n')
    assert done.returncode == 4, done
    assert "line 2, value: it is no record of " in done.stderr and words in done.stderr
    assert cli.consume(topic).stdout == '{"id":1,"name":"ok"}\n'


def test_what_cannot_be_written_is_told_before_anything_is(cli, node, client, files, name, tmp_path):
    topic = name("users")
    broken = tmp_path / "broken.avsc"
    broken.write_text("{")
    for schema, status, words in ((broken, 4, "broken.avsc"), (name("nobody"), 3, "40401"), ("id:2000000000", 3, "40403"),
                                  ("-", 2, "standard input")):
        done = cli.produce(topic, "--value-schema", schema, stdin=LINES)
        assert done.returncode == status and words in done.stderr, done
    done = cli.produce(topic, "--value-schema", files["proto"], "--value-message", "app.Nobody", stdin=LINES)
    assert done.returncode == 4 and "app.Other" in done.stderr
    assert f"{topic}-value" not in client.get_subjects()
    assert cli.produce(topic, "--value-schema", files["avsc"], "--no-register", stdin=LINES).returncode == 3
    client.register_schema(f"{topic}-value", Schema(USER_BROKEN, "AVRO"))
    done = cli.produce(topic, "--value-schema", files["avsc"], stdin=LINES)
    assert done.returncode == 4 and "error_code 409" in done.stderr
    assert cli.produce(topic, "--key-schema", files["avsc"], stdin=LINES).returncode == 2


def test_what_has_no_schema_is_printed_as_it_is_and_told_once(cli, node, client, name):
    topic = name("mixed")
    schema_id = client.register_schema(f"{topic}-value", Schema(USER_V1, "AVRO"))
    good = b"\0" + struct.pack(">i", schema_id) + b"\x02\x06ann"
    torn = b"\0" + struct.pack(">i", schema_id) + b"\x02\x60ann"
    unknown = b"\0" + struct.pack(">i", 2_000_000_000) + b"x"
    write(node, topic, *[(None, value) for value in (b"plain", unknown, torn, good, b"plain", unknown, torn, None)])
    done = cli.consume(topic, "--format", "json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [base64.b64decode(x["value_base64"]) if "value_base64" in x else x["value"] for x in lines] == [
        "plain", *[v.decode("latin-1") if v.isascii() else v for v in (unknown, torn)], {"id": 1, "name": "ann"},
        "plain", *[v.decode("latin-1") if v.isascii() else v for v in (unknown, torn)], None]
    told = done.stderr.splitlines()
    assert len(told) == 3, told
    assert "offset 0 has no schema id" in told[0]
    assert "offset 1 " in told[1] and "40403" in told[1]
    assert "offset 2 is no record of schema id" in told[2]
