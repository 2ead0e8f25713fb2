"""Requests that nobody should make: each is answered by its rule, soon, from bounded memory, and changes nothing."""
import json
import socket
import threading
import time
from urllib.parse import quote

import pytest

from bystanders import ANSWER_LIMIT, MIB, broker, client, refused  # two of them fixtures
from registry_client import RegistryClient, schema_body

pytestmark = pytest.mark.usefixtures("millrace_only")


# ---- Bodies ----------------------------------------------------------------------------------------------------------

KINDS = [5, -7, 1.5, 2**40, True, "x", [], [1], {}, {"a": 1}]
MAY_BE = {"schema": {"x": 42201}, "schemaType": {}, "references": {"[]": 200}, "metadata": {"{}": 200, '{"a": 1}': 200},
          "ruleSet": {"{}": 200, '{"a": 1}': 200}, "id": {"5": 42205, "-7": 400}, "version": {"5": 42201}}


@pytest.mark.parametrize("member", MAY_BE)
def test_members_of_the_wrong_kind_are_refused(client, member):
    for value in KINDS:
        wanted = MAY_BE[member].get(value if isinstance(value, str) else json.dumps(value),
                                    42201 if member == "schemaType" else 400)
        subject = f"kind-{member}-{wanted}"
        answer = client.ask("POST", f"/subjects/{subject}/versions", schema_body('"int"') | {member: value})
        assert (answer.error_code or 200) == wanted, (member, value, answer)
    assert client.ask("POST", "/subjects/kind-null/versions", schema_body('"int"') | {"references": None, "id": None}).status == 200


@pytest.mark.parametrize("path,member,error_code", [("/config/bad", "compatibility", 42203), ("/config", "compatibility", 42203),
                                                    ("/config/bad", "normalize", 422), ("/mode/bad", "mode", 42204),
                                                    ("/mode", "mode", 42204)])
def test_settings_of_the_wrong_kind_are_refused(client, path, member, error_code):
    before = client.get(path).body
    for value in [*KINDS[:4], *KINDS[5:]]:
        refused(client.ask("PUT", path, {member: value}), 422, error_code)
    assert client.get(path).body == before


@pytest.mark.parametrize("member", ["subject", "associationType", "lifecycle", "frozen", "schema", "normalize"])
def test_associations_of_the_wrong_kind_are_named_and_refused(client, member):
    for value in [*KINDS[:3], [], [1]]:
        body = {"resourceName": "t", "resourceNamespace": "n", "resourceId": "i", "associations": [{"subject": "kept-avro", member: value}]}
        assert f"associations[0].{member}" in refused(client.ask("POST", "/associations", body), 400, 400)
        named = {**body, "associations": [{"opType": "CREATE", **body["associations"][0]}]}
        batch = {"requests": [named | {"associations": []}, named]}
        assert f"requests[1].associations[0].{member}" in refused(client.ask("POST", "/associations:batchMutate", batch), 400, 400)
    assert client.get("/associations/resources/-/-").json() == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"5", b'{"schema":"\xff"}', b'{"schema":"\xed\xa0\x80"}',
                                  b'{"schema":"\\ud800"}', b"\xff\xfe{\x00}\x00", b"{} {}", b"{'schema':'x'}", b"\x00",
                                  b'{"schema":"' + b"\xff" * 100_000],
                         ids=lambda body: repr(body[:20]))
@pytest.mark.parametrize("path", ["/subjects/bad/versions", "/subjects/kept-avro", "/compatibility/subjects/kept-avro/versions",
                                  "/associations", "/associations:batchGet", "/associations:batchMutate"])
def test_bodies_that_are_no_json_object_are_400(client, path, body):
    refused(client.ask("POST", path, body), 400, 400)


def test_other_content_types_are_415(client):
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "application/xml", "\xff"):
        refused(client.ask("POST", "/subjects/bad/versions", schema_body('"int"'), content_type), 415, 415)


def test_of_a_member_that_comes_twice_the_last_counts_as_with_jackson(client):
    assert client.ask("POST", "/subjects/twice/versions", rb'{"schema":"\"int\"","schema":"\"string\""}').status == 200
    assert client.get("/subjects/twice/versions/1/schema").body == b'"string"'


def test_a_body_nested_ten_thousand_deep_is_refused(client):
    for body in (b'{"schema":' + b"[" * 10_000 + b"]" * 10_000 + b"}", b'{"schema":"\\"int\\"","metadata":' + b'{"a":' * 10_000):
        assert "nested" in refused(client.ask("POST", "/subjects/bad/versions", body), 400, 400)
        assert "nested" in refused(client.ask("PUT", "/config/bad", body), 400, 400)


def test_a_body_beyond_the_limit_is_answered_413_and_read_to_its_end(client):
    assert client.ask("POST", "/subjects/bad/versions", b" " * (17 * MIB)).status == 413
    assert client.get("/subjects/bad/versions").error_code == 40401


def test_a_body_of_many_values_is_refused(client):
    body = b'{"schema":"\\"int\\"","metadata":{"tags":[' + b"1," * (7 * MIB) + b"1]}}"
    assert "values" in refused(client.ask("POST", "/subjects/bad/versions", body), 400, 400)


def test_headers_and_paths_beyond_the_limit_are_refused(broker, client):
    assert client.get("/subjects/" + "s" * 100_000).status in (414, 431)
    address = broker.registry.split(":")
    with socket.create_connection((address[0], int(address[1])), ANSWER_LIMIT) as link:
        link.sendall(b"GET /subjects HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000 + b"\r\n\r\n")
        assert link.recv(100).startswith(b"HTTP/1.1 431 ")


# ---- Paths -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("number", ["2147483648", "4294967297", "-2147483649", str(2**63), "9" * 1_000, "x", "1.5", "1e3", "%00", " "])
def test_ids_and_versions_beyond_32_bits_are_not_found_or_not_valid(client, number):
    number = quote(number, safe="%")
    refused(client.get(f"/schemas/ids/{number}"), 404, 404)
    refused(client.get(f"/schemas/ids/{number}/versions"), 404, 404)
    refused(client.get(f"/subjects/kept-avro/versions/{number}"), 422, 42202)
    refused(client.ask("DELETE", f"/subjects/kept-avro/versions/{number}"), 422, 42202)
    refused(client.ask("POST", f"/compatibility/subjects/kept-avro/versions/{number}", schema_body('"int"')), 422, 42202)


@pytest.mark.parametrize("number", ["2147483647", "0", "-1", "-2147483648", "999999"])
def test_ids_that_nobody_has_are_40403(client, number):
    for more in ("", "/schema", "/subjects", "/versions"):
        refused(client.get(f"/schemas/ids/{number}{more}"), 404, 40403)
    refused(client.get("/schemas/guids/no-guid"), 404, 40403)


@pytest.mark.parametrize("subject", ["../../etc/passwd", "..", ".", "a/b/../c", "%2e%2e", "a\\b", "a b", "é", "\u4e2d", "a:b",
                                     "::x", "<script>", "'; DROP TABLE", "_schemas", "$x", "a?b#c", "s" * 5_000])
def test_odd_subjects_are_names_and_nothing_more(broker, client, subject):
    assert client.register(subject, '"int"').status == 200
    path = f"/subjects/{quote(subject, safe='')}"
    assert client.get(f"{path}/versions").json() == [1]
    assert json.loads(client.get(f"{path}/versions/1").body)["subject"] == subject
    assert client.ask("DELETE", path).json() == [1]
    assert client.ask("DELETE", f"{path}?permanent=true").json() == [1]
    assert not (broker.data / "etc").exists()


@pytest.mark.parametrize("subject", ["%00", "a%0Ab", "%7F", "%1B[2J", "__GLOBAL", "__EMPTY", "%FF", "%C3%28", "%ED%A0%80"])
def test_subjects_that_are_no_text_are_42208(client, subject):
    for method, path in (("POST", f"/subjects/{subject}/versions"), ("POST", f"/subjects/{subject}"),
                         ("POST", f"/compatibility/subjects/{subject}/versions")):
        refused(client.ask(method, path, schema_body('"int"')), 422, 42208)
    for path in (f"/subjects/{subject}/versions", f"/subjects/{subject}/versions/1"):
        refused(client.get(path), 422, 42208)
    refused(client.ask("DELETE", f"/subjects/{subject}"), 422, 42208)
    assert client.ask("PUT", f"/config/{subject}", {"compatibility": "NONE"}).status == 422
    assert client.ask("PUT", f"/mode/{subject}", {"mode": "READONLY"}).status == 422


@pytest.mark.parametrize("path", ["/subjects/../../etc/passwd", "/subjects//versions/1/2", "/subjects/%zz/versions", "/..%2f..",
                                  "/schemas/ids/1/../../x", "/contexts/x/subjects", "/subjects/" + "a/" * 5_000])
def test_paths_that_lead_nowhere_are_404(client, path):
    assert client.get(path).status in (404, 422)


# ---- Slow and many ---------------------------------------------------------------------------------------------------

def open_link(broker):
    host, port = broker.registry.split(":")
    return socket.create_connection((host, int(port)), ANSWER_LIMIT)


def test_slow_senders_hold_nobody_up(broker, client):
    request = b"POST /subjects/slow/versions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 10000000\r\n\r\n{"
    links = [open_link(broker) for _ in range(200)]
    for n, link in enumerate(links):
        link.sendall(request[:1 + n % len(request)])
    started = time.monotonic()
    for _ in range(50):
        assert client.get("/subjects/kept-avro/versions").status == 200
    assert time.monotonic() - started < ANSWER_LIMIT / 2
    body = json.dumps(schema_body('"int"')).encode()
    head = f"POST /subjects/slow/versions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with open_link(broker) as link:
        for byte in head.encode() + body:
            link.sendall(bytes([byte]))
        assert link.recv(100).startswith(b"HTTP/1.1 200 ")
    for link in links:
        link.close()


@pytest.mark.parametrize("data", [b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n",
                                  b"POST /subjects/s/versions HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"])
def test_what_is_no_http_is_refused_or_cut_off(broker, client, data):
    with open_link(broker) as link:
        link.sendall(data)
        said = link.recv(1_000)
    assert said == b"" or said.startswith((b"HTTP/1.1 4", b"HTTP/1.1 505 ")), said
    assert client.get("/subjects/kept-avro/versions").status == 200


def test_large_requests_side_by_side_take_bounded_memory(broker, client):
    """Each is 15 MB of what takes most memory once parsed; together they may take no more than any test's requests."""
    body = json.dumps({"schemaType": "JSON", "schema": "[" + "[]," * 5_000_000 + "1]"}).encode()
    answers = []

    def send():
        with RegistryClient(broker.registry_url, 120) as own:
            answers.append(own.ask("POST", "/subjects/bad/versions", body).status)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        threads[0].join(0.02)
        assert client.get("/subjects/kept-avro/versions").status == 200
    assert set(answers) <= {422, 503}
