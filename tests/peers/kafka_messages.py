"""Any request of the protocol in any version, by the definitions that Kafka's client library carries.

    with Wire(bootstrap) as wire:
        ask(wire, "Metadata", 13, {"Topics": None})

A message is a dict of Kafka's own field names; what is left out has its default. UUIDs are 16 bytes, records bytes.
"""
import json
import re
import struct
import zipfile
from functools import cache

import kafka_peer

NUMBERS = {"bool": ">?", "int8": ">b", "int16": ">h", "uint16": ">H", "int32": ">i", "uint32": ">I", "int64": ">q",
           "float64": ">d"}


@cache
def definition(name):
    with zipfile.ZipFile(next(kafka_peer.install().glob("kafka-clients-*.jar"))) as archive:
        text = archive.read(f"common/message/{name}.json").decode()
    return json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.M))


def within(version, text):
    """Whether a version is one of "3+", "0-12", "5" or "none"."""
    if text in (None, "none"):
        return False
    first, dash, last = text.rstrip("+").partition("-")
    last = last if dash else 1 << 15 if text.endswith("+") else first
    return int(first) <= version <= int(last)


def varint(value):
    out = b""
    while value & ~0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


class Message:
    """What encoding and decoding of one version share."""

    def __init__(self, name, version):
        self.definition, self.version = definition(name), version
        self.structs = {s["name"]: s["fields"] for s in self.definition.get("commonStructs", [])}
        self.flexible = within(version, self.definition["flexibleVersions"])

    def fields(self, field):
        return field.get("fields") or self.structs[field["type"].removeprefix("[]")]

    def split(self, fields):
        """The fields of this version in their order, and those in tags by tag."""
        here = [f for f in fields if within(self.version, f["versions"])]
        tagged = {f["tag"]: f for f in here if "tag" in f and within(self.version, f["taggedVersions"])}
        return [f for f in here if f not in tagged.values()], tagged

    def default(self, field):
        if field.get("default") == "null":
            return None
        name, text = field["type"], str(field.get("default", ""))
        if name.startswith("[]"):
            return []
        if name == "string":
            return text
        if name == "bool":
            return text.lower() == "true"
        if name in NUMBERS:
            return int(text or "0", 0)
        return {"uuid": bytes(16), "bytes": b"", "records": None}.get(name, {})

    def nullable(self, field):
        return within(self.version, field.get("nullableVersions"))


class Encoder(Message):
    def struct(self, fields, value):
        unknown = value.keys() - {f["name"] for f in fields}
        assert not unknown, f"{self.definition['name']} has no {unknown}"
        plain, tagged = self.split(fields)
        out = b"".join(self.field(f, value.get(f["name"], self.default(f))) for f in plain)
        if not self.flexible:
            return out
        sent = {tag: self.field(f, value[f["name"]]) for tag, f in sorted(tagged.items()) if f["name"] in value}
        return out + varint(len(sent)) + b"".join(varint(t) + varint(len(b)) + b for t, b in sent.items())

    def field(self, field, value):
        name = field["type"]
        if name.startswith("[]"):
            count = self.length(None if value is None else len(value), ">i")
            element = {**field, "type": name[2:], "nullableVersions": "none"}
            return count + b"".join(self.field(element, v) for v in value or [])
        if name in NUMBERS:
            return struct.pack(NUMBERS[name], value)
        if name == "uuid":
            return value
        if name in ("string", "bytes", "records"):
            value = value.encode() if isinstance(value, str) else value
            size = self.length(None if value is None else len(value), ">h" if name == "string" else ">i")
            return size + (value or b"")
        there = struct.pack(">b", -1 if value is None else 1) if self.nullable(field) else b""
        return there + (b"" if value is None else self.struct(self.fields(field), value))

    def length(self, count, fixed):
        if self.flexible:
            return varint(0 if count is None else count + 1)
        return struct.pack(fixed, -1 if count is None else count)


class Decoder(Message):
    def __init__(self, name, version, data):
        super().__init__(name, version)
        self.data = data

    def take(self, count):
        assert count <= len(self.data), "the answer ends early"
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def varint(self):
        value, shift = 0, 0
        while True:
            byte = self.take(1)[0]
            value, shift = value | (byte & 0x7F) << shift, shift + 7
            if byte < 0x80:
                return value

    def tags(self, tagged=None):
        """The values of known tags by field name; others are skipped."""
        found = {}
        for _ in range(self.varint() if self.flexible else 0):
            tag, size = self.varint(), self.varint()
            body, rest = self.take(size), self.data
            if field := (tagged or {}).get(tag):
                self.data = body
                found[field["name"]] = self.field(field)
                assert not self.data, f"{field['name']} has bytes to spare"
                self.data = rest
        return found

    def struct(self, fields):
        plain, tagged = self.split(fields)
        value = {f["name"]: self.field(f) for f in plain}
        return {**value, **{f["name"]: self.default(f) for f in tagged.values()}, **self.tags(tagged)}

    def field(self, field):
        name = field["type"]
        if name.startswith("[]"):
            count = self.length(">i")
            element = {**field, "type": name[2:], "nullableVersions": "none"}
            return None if count is None else [self.field(element) for _ in range(count)]
        if name in NUMBERS:
            return self.number(NUMBERS[name])
        if name == "uuid":
            return self.take(16)
        if name in ("string", "bytes", "records"):
            count = self.length(">h" if name == "string" else ">i")
            taken = None if count is None else self.take(count)
            return taken.decode() if name == "string" and taken is not None else taken
        if self.nullable(field) and self.number(">b") < 0:
            return None
        return self.struct(self.fields(field))

    def length(self, fixed):
        count = self.varint() - 1 if self.flexible else self.number(fixed)
        return None if count < 0 else count


def request(api, version, body, correlation=7, client_id="raw"):
    """The frame with its size in front."""
    encoder = Encoder(f"{api}Request", version)
    key, name = encoder.definition["apiKey"], client_id.encode()
    header = struct.pack(">hhih", key, version, correlation, len(name)) + name + (b"\0" if encoder.flexible else b"")
    frame = header + encoder.struct(encoder.definition["fields"], body)
    return struct.pack(">i", len(frame)) + frame


def response(api, version, data):
    """The body of an answer, which must be used up."""
    decoder = Decoder(f"{api}Response", version, data)
    decoder.number(">i")
    if api != "ApiVersions":
        decoder.tags()
    value = decoder.struct(decoder.definition["fields"])
    assert not decoder.data, f"{len(decoder.data)} bytes behind the answer"
    return value


def ask(wire, api, version, body):
    """The answer over a wire_client.Wire; None where the broker closed the connection instead."""
    data = wire.ask(request(api, version, body))
    return None if data is None else response(api, version, data)
