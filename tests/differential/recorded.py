"""Recordings of real clients as programs: what an answer made known becomes a slot in the requests that come after.

programs(folder)            those of tests/data/recorded
from_events(title, events)  one from what a RecordingProxy kept
"""

import gzip
import json
import struct
from pathlib import Path

import kafka_messages
from program import Keep, Program, RecordedRecords, Slot, Step, from_json, to_json
from sensible import SENSIBLE

FOLDER = Path(__file__).parents[1] / "data" / "recorded"
PREFIX = "recorded."
MEMBER_ID_REQUIRED = 79
WAITING = {"JoinGroup", "SyncGroup"}
IDS = {
    "TopicId": lambda v: isinstance(v, bytes) and any(v),
    "MemberId": bool,
    "ProducerId": lambda v: v >= 0,
    "SessionId": lambda v: v > 0,
}
# Fields that take an id under another name.
SAME_AS = {"V3AndBelowProducerId": "ProducerId", "Leader": "MemberId"}


def decode_request(payload):
    """(api, version, correlation id, body)"""
    key, version, correlation, name = struct.unpack_from(">hhih", payload)
    api = {kafka_messages.definition(f"{a}Request")["apiKey"]: a for a in SENSIBLE}[key]
    decoder = kafka_messages.Decoder(f"{api}Request", version, payload[10 + max(name, 0) :])
    decoder.tags()
    return api, version, correlation, decoder.struct(decoder.definition["fields"])


def ids_of(value, path=()):
    """(path, field, id) of every id in an answer."""
    for key, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if key in IDS and IDS[key](one):
            yield (*path, key), key, one
        else:
            yield from ids_of(one, (*path, key))


def with_slots(value, known, field=""):
    kind = SAME_AS.get(field, field)
    if isinstance(value, dict):
        return {k: with_slots(v, known, k) for k, v in value.items()}
    if isinstance(value, list):
        return [with_slots(v, known, field) for v in value]
    if field == "Records" and value:
        producer = struct.unpack_from(">q", value, 43)[0]
        return (
            RecordedRecords(value, Slot(known["ProducerId", producer])) if ("ProducerId", producer) in known else value
        )
    return Slot(known[kind, value]) if (kind, value) in known else value


def texts(value, wanted, field=""):
    """The values of string fields of these names."""
    if isinstance(value, dict):
        return {t for k, v in value.items() for t in texts(v, wanted, k)}
    if isinstance(value, list):
        return {t for v in value for t in texts(v, wanted, field)}
    return {value} if field in wanted and isinstance(value, str) and value.startswith(PREFIX) else set()


def from_events(title, events):
    known, steps, asked = {}, [], {}
    for event in events:
        if event.is_request:
            api, version, correlation, body = decode_request(event.payload)
            steps.append(
                Step(
                    api,
                    version,
                    with_slots(body, known),
                    line=f"line {event.line}",
                    may_wait=api in WAITING,
                    number=len(steps),
                )
            )
            asked[event.line, correlation] = steps[-1]
            continue
        step = asked.pop((event.line, struct.unpack_from(">i", event.payload)[0]))
        for path, field, value in ids_of(kafka_messages.response(step.api, step.version, event.payload)):
            if (field, value) not in known:
                known[field, value] = f"{field} {len(known)}"
                step.keep += (Keep(known[field, value], path, codes=(0, MEMBER_ID_REQUIRED)),)
    bodies = [s.body for s in steps]
    return Program(
        title,
        PREFIX,
        steps,
        tuple(sorted(texts(bodies, {"GroupId"}))),
        tuple(sorted(texts(bodies, {"Name", "Topic"}))),
        tuple(sorted(texts(bodies, {"TransactionalId", "V3AndBelowTransactionalId"}))),
    )


def save(program):
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(to_json(program), separators=(",", ":")).encode()
    (FOLDER / f"{program.title}.json.gz").write_bytes(gzip.compress(text, mtime=0))


def programs():
    return [from_json(json.loads(gzip.decompress(file.read_bytes()))) for file in sorted(FOLDER.glob("*.json.gz"))]
