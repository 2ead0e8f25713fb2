"""What an exactly-once copy did and what was read of it, and what such a history must never show.

Each copier writes a line of JSON for each step it takes, before it takes the next, so that the history outlives a kill -9.
A copy carries the name of its transaction in the header `txn`.
"""
import json
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path


class History:
    """The steps of one process; safe to be cut off anywhere."""

    def __init__(self, path):
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(self, step, **details):
        os.write(self.file, (json.dumps({"step": step, **details}) + "\n").encode())


def steps(path):
    """Without the last line where the process was killed while writing it."""
    for line in Path(path).read_text().splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


@dataclass(frozen=True)
class Copy:
    """One record of the copy, as a reader of committed records was handed it."""
    partition: int
    offset: int
    number: int
    transaction: str


@dataclass
class Transaction:
    sent: list  # (partition, number)
    outcome: str = "unknown"  # or "committed", "aborted"


def transactions(histories):
    """By name, out of the steps of all processes. A killed process leaves the outcome of its last one unknown."""
    found = {}
    for history in histories:
        for step in history:
            if step["step"] == "sent":
                found[step["txn"]] = Transaction([tuple(record) for record in step["records"]])
            elif step["step"] in ("committed", "aborted"):
                found[step["txn"]].outcome = step["step"]
    return found


def violations(source, histories, copies, readings=()):
    """Each promise that was not kept, in words.

    source: the numbers in each partition of the source, in order
    histories: the steps of each copier
    copies: the whole copy as read at the end
    readings: lists of copies as others were handed them meanwhile, in their order
    """
    known = transactions(histories)
    yield from lost_and_doubled(source, copies)
    yield from nonmonotonic_polls(histories)
    yield from torn(known, copies)
    for reading in (copies, *readings):
        yield from aborted_reads(known, reading)
        yield from inconsistent_reads(copies, reading)


def lost_and_doubled(source, copies):
    """Every record once, and in the order of its source."""
    found = defaultdict(list)
    for copy in copies:
        found[copy.partition].append(copy.number)
    for partition, numbers in enumerate(source):
        copied = found[partition]
        if copied == numbers:
            continue
        missing, extra = sorted(set(numbers) - set(copied)), sorted(set(copied) - set(numbers))
        twice = len(copied) - len(set(copied))
        if missing:
            yield f"lost write: partition {partition} has no copy of {len(missing)} records, such as {missing[:5]}"
        if twice:
            yield f"duplicate: partition {partition} has {twice} copies too many"
        if extra:
            yield f"partition {partition} has copies of nothing: {extra[:5]}"
        if not missing and not twice and not extra:
            yield f"partition {partition} is copied out of order"


def nonmonotonic_polls(histories):
    """Between an assignment or a seek and the next, offsets only rise."""
    for number, history in enumerate(histories):
        positions = {}
        for step in history:
            if step["step"] in ("assigned", "started"):
                positions = {}
            elif step["step"] == "sought":
                positions[step["partition"]] = step["offset"] - 1
            elif step["step"] == "polled":
                for partition, offset in step["records"]:
                    if offset <= positions.get(partition, -1):
                        yield (f"nonmonotonic poll: copier {number} was handed offset {offset} of partition {partition} "
                               f"after {positions[partition]}")
                    positions[partition] = offset


def torn(known, copies):
    """All records of a transaction or none; all where it was said to be committed, none where aborted."""
    found = defaultdict(set)
    for copy in copies:
        found[copy.transaction].add((copy.partition, copy.number))
    for name, transaction in known.items():
        there = found.get(name, set())
        expected = {"committed": (len(transaction.sent),), "aborted": (0,), "unknown": (0, len(transaction.sent))}
        if len(there) not in expected[transaction.outcome]:
            yield (f"torn transaction: {name} was {transaction.outcome} with {len(transaction.sent)} records, "
                   f"{len(there)} of them are there")
    for name in found.keys() - known.keys():
        yield f"{name} was read and nobody sent it"


def aborted_reads(known, reading):
    for copy in reading:
        transaction = known.get(copy.transaction)
        if transaction and transaction.outcome == "aborted":
            yield f"aborted read: {copy} was handed to a reader of committed records"


def inconsistent_reads(copies, reading):
    """Each reader is handed what everybody is handed, at the same offsets, with nothing left out."""
    final = {(copy.partition, copy.offset): copy for copy in copies}
    per_partition = defaultdict(list)
    for copy in copies:
        per_partition[copy.partition].append(copy.offset)
    handed = defaultdict(list)
    for copy in reading:
        if final.get((copy.partition, copy.offset)) != copy:
            yield f"inconsistent offset: {copy} was read, {final.get((copy.partition, copy.offset))} is there"
        handed[copy.partition].append(copy.offset)
    for partition, offsets in handed.items():
        between = [o for o in per_partition[partition] if offsets[0] <= o <= offsets[-1]]
        if offsets != between:
            yield (f"nonmonotonic poll: partition {partition}: a reader was handed {len(offsets)} records "
                   f"from {offsets[0]} to {offsets[-1]}, where {len(between)} are")
