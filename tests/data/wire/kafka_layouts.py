#!/usr/bin/env python3
"""Prints Kafka's message definitions, one line for each version: name, version, tab, [flexible ]{layout}.

Usage: kafka_layouts.py LIBS MESSAGE... > kafka_layouts.txt - LIBS holds kafka-clients-*.jar, which carries the
definitions as JSON. The layout is written as tests/wire/layout.h writes ours.
"""
import json
import re
import sys
import zipfile
from pathlib import Path


def versions(text):
    """(first, last) of "3+", "0-12", "5" or "none"."""
    if text == "none":
        return 1, 0
    if text.endswith("+"):
        return int(text[:-1]), 1 << 15
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def within(version, text):
    first, last = versions(text)
    return first <= version <= last


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def scalar(type_name, default):
    if type_name == "bool":
        return f"bool={int(str(default).lower() == 'true')}"
    if type_name.startswith(("int", "uint")):
        return f"{type_name.removeprefix('u')}={int(str(default or 0), 0)}"
    return "uuid"


class Layouts:
    def __init__(self, message):
        self.message = message
        self.structs = {struct["name"]: struct["fields"] for struct in message.get("commonStructs", [])}

    def line(self, version):
        flexible = "flexible " if within(version, self.message["flexibleVersions"]) else ""
        return f"{self.message['name']} {version}\t{flexible}{self.struct(self.message['fields'], version)}"

    def struct(self, fields, version):
        present = [field for field in fields if within(version, field["versions"])]
        in_tag = [f for f in present if "tag" in f and within(version, f["taggedVersions"])]
        # Where tagged fields stand among the others is ours to choose; they are sent last.
        return "{" + ", ".join(self.field(field, version, field in in_tag) for field in present) + "}"

    def field(self, field, version, is_tagged):
        type_name = field["type"]
        null = "?" if within(version, field.get("nullableVersions", "none")) else ""
        default = field.get("default", "")
        set_by_default = ("null" if default == "null" else "set") if null and is_tagged else ""
        if type_name.startswith("[]"):
            element = self.type(type_name[2:], field, version, "")
            text = f"[{element}]{null}="
        elif type_name == "string":
            text = "string?=" if null else f"string={default}"
        elif type_name == "bytes":
            text = f"bytes{null}="
        elif type_name == "records":
            text = "records?="
        else:
            text = self.type(type_name, field, version, default) + null
        tag = f"#{field['tag']} " if is_tagged else ""
        return f"{tag}{snake(field['name'])}:{text}{set_by_default}"

    def type(self, type_name, field, version, default):
        if type_name[0].isupper():
            return self.struct(field.get("fields") or self.structs[type_name], version)
        if type_name == "string":
            return "string="
        return scalar(type_name, default)


def lines(libs, names):
    with zipfile.ZipFile(next(Path(libs).glob("kafka-clients-*.jar"))) as archive:
        for name in names:
            text = archive.read(f"common/message/{name}.json").decode()
            message = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.M))
            first, last = versions(message["validVersions"])
            for version in range(first, last + 1):
                yield Layouts(message).line(version)


if __name__ == "__main__":
    print("\n".join(lines(sys.argv[1], sys.argv[2:])))
