"""The documented compatibility verdicts of tests/data/compatibility, and what a registry says of each by its REST API."""
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from registry_client import RegistryClient

DATA = Path(__file__).resolve().parents[1] / "data" / "compatibility"
FORMATS = {"avro": "AVRO", "json": "JSON", "protobuf": "PROTOBUF"}


@dataclass
class Case:
    """tests/schema/compatibility_cases.h says what the files' members mean."""
    format: str
    name: str
    level: str
    compatible: bool
    why: str
    new: str
    earlier: list  # oldest first
    references: list = field(default_factory=list)  # pairs of name and text, each before those that refer to it


def text_of(schema):
    return schema if isinstance(schema, str) else json.dumps(schema)


def cases():
    for name in FORMATS:
        for case in json.loads((DATA / f"{name}.json").read_text()):
            yield Case(name, case["name"], case["level"], case["compatible"], case["why"], text_of(case["new"]),
                       [text_of(schema) for schema in (*case.get("older", ()), case["old"])],
                       [(r["name"], text_of(r["schema"])) for r in case.get("references", ())])


class Refused(Exception):
    """The registry did not take a schema, or could not compare it."""


class Judge:
    """Asks one registry about cases, each with subjects of its own. Apicurio takes few JSON Schemas for such that do not
    say so: with `names_draft` they name the draft that counts where none is named."""

    def __init__(self, url, names_draft=False):
        self.client = RegistryClient(url)
        self.names_draft = names_draft
        self.count = 0

    def verdict(self, case):
        """(compatible, reasons). Raises Refused."""
        self.count += 1
        subject = f"case-{self.count}"
        known = []
        for number, (name, text) in enumerate(case.references):
            referred = f"{subject}-reference-{number}"
            self._register(referred, text, case, known)
            known.append((name, referred, 1))
        for number, text in enumerate(case.earlier):
            self._register(subject, text, case, known)
            if number == 0:  # some registries configure only subjects that they have
                self._configure(subject, "NONE")
        self._configure(subject, case.level)
        answer = self.client.check(subject, self._text(case.new, case), FORMATS[case.format], mentioned(case.new, known))
        said = self._taken(answer, "compare")
        return said["is_compatible"], said.get("messages") or []

    def _register(self, subject, text, case, known):
        answer = self.client.register(subject, self._text(text, case), FORMATS[case.format], mentioned(text, known))
        self._taken(answer, "register")

    def _text(self, text, case):
        if not self.names_draft or case.format != "json" or not text.startswith("{"):
            return text
        return json.dumps({"$schema": "http://json-schema.org/draft-07/schema#", **json.loads(text)})

    def _configure(self, subject, level):
        self._taken(self.client.configure(subject, level), "configure")

    @staticmethod
    def _taken(answer, what):
        if answer.status != 200:
            raise Refused(f"{what}: {answer.status} {answer.body.decode(errors='replace')[:300]}")
        return answer.json()


def mentioned(text, references):
    """Those of the references that the text names, an Avro type perhaps without its namespace."""
    def is_named(name):
        return name in text or re.search(rf"\b{re.escape(name.rpartition('.')[2])}\b", text)

    return [reference for reference in references if is_named(reference[0])]
