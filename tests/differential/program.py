"""Programs of requests, told without the ids that a broker chooses, so that two brokers can be given the same one.

A body is a message of kafka_messages in which some values are only known when it is sent: a Slot holds what an earlier
answer said, Now is a time relative to the start of the run, and Records are batches whose producers are slots.
"""

from dataclasses import dataclass, field, fields, is_dataclass

import record_sets


@dataclass(frozen=True)
class Slot:
    """What was kept from an answer, plus a number; the default where nothing was kept yet."""

    name: str
    default: object = None
    plus: int = 0

    def resolve(self, side):
        value = side.slots.get(self.name, self.default)
        return value + self.plus if isinstance(value, int) else value


@dataclass(frozen=True)
class Now:
    """Milliseconds after the start of the run."""

    plus: int = 0

    def resolve(self, side):
        return side.started_ms + self.plus


@dataclass(frozen=True)
class Records:
    """A record set: batches one after the other, each by the keywords of record_sets.batch."""

    batches: tuple = ()

    def resolve(self, side):
        return b"".join(record_sets.batch(**resolve(dict(b), side)) for b in self.batches)


@dataclass(frozen=True)
class RecordedRecords:
    """A batch of a recording, of another producer id."""

    data: bytes
    producer: Slot

    def resolve(self, side):
        return record_sets.of_producer(self.data, self.producer.resolve(side))


@dataclass(frozen=True)
class Keep:
    """Puts a value of an answer without error into a slot; counts instead where `add` says how many."""

    slot: str
    path: tuple = ()
    add: int = 0
    codes: tuple = (0,)
    error_path: tuple = ("ErrorCode",)

    def apply(self, side, answer):
        if at(answer, resolve_path(self.error_path, side), 0) not in self.codes:
            return
        if self.add:
            side.slots[self.slot] = (side.slots.get(self.slot, 0) + self.add) % (1 << 31)
        elif (value := at(answer, resolve_path(self.path, side))) is not None:
            side.slots[self.slot] = value


@dataclass(frozen=True)
class Forget:
    """Empties slots after an answer without error, as those of a producer that starts anew."""

    prefix: str
    codes: tuple = (0,)

    def apply(self, side, answer):
        if answer.get("ErrorCode", 0) in self.codes:
            for slot in [s for s in side.slots if s.startswith(self.prefix)]:
                del side.slots[slot]


@dataclass
class Step:
    """One request on one of the program's connections; it may be answered later where `may_wait` says so."""

    api: str
    version: int
    body: dict
    keep: tuple = ()
    line: str = "main"
    may_wait: bool = False
    number: int = 0


@dataclass
class Program:
    """Steps, and the prefix of all names in them: what else a broker has is no matter of the program's."""

    title: str
    prefix: str
    steps: list = field(default_factory=list)
    groups: tuple = ()
    topics: tuple = ()
    transactional_ids: tuple = ()


def resolve(value, side):
    """The value as this side is told it."""
    if isinstance(value, dict):
        return {k: resolve(v, side) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [resolve(v, side) for v in value]
    return value.resolve(side) if hasattr(value, "resolve") else value


def resolve_path(path, side):
    return tuple(resolve(part, side) for part in path)


def at(value, path, default=None):
    """The value at a path of field names, indices and dicts, which stand for the list's first element that has their
    fields; the default where the path ends early."""
    for part in path:
        try:
            value = next(v for v in value if part.items() <= v.items()) if isinstance(part, dict) else value[part]
        except (KeyError, IndexError, TypeError, StopIteration):
            return default
    return value


# ---- As JSON, for recordings and for programs kept aside ------------------------------------------------------------

KINDS = {kind.__name__: kind for kind in (Slot, Now, Records, RecordedRecords, Keep, Forget, Step, Program)}


def to_json(value):
    if is_dataclass(value):
        told = {
            f.name: to_json(getattr(value, f.name))
            for f in fields(value)
            if getattr(value, f.name) != f.default or f.name in ("name", "slot")
        }
        return {"$": type(value).__name__, **told}
    if isinstance(value, bytes):
        return {"$": "bytes", "hex": value.hex()}
    if isinstance(value, dict):
        return {k: to_json(v) for k, v in value.items()}
    return [to_json(v) for v in value] if isinstance(value, (list, tuple)) else value


def from_json(value):
    if isinstance(value, list):
        return [from_json(v) for v in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("$")
    if kind == "bytes":
        return bytes.fromhex(value["hex"])
    told = {k: from_json(v) for k, v in value.items() if k != "$"}
    return KINDS[kind](**told) if kind else told
