"""Two answers, field by field. A list's elements are compared by what names them, not by their order."""

from collections import Counter, defaultdict
from dataclasses import dataclass

MISSING = "<not there>"
# What tells elements of a list apart, in this order of preference.
NAMES = (
    "ApiKey",
    "ResourceType",
    "ResourceName",
    "Name",
    "Topic",
    "TopicName",
    "TopicId",
    "PartitionIndex",
    "Partition",
    "PartitionId",
    "Index",
    "GroupId",
    "MemberId",
    "TransactionalId",
    "ProducerId",
    "NodeId",
    "BrokerId",
    "Key",
    "BaseOffset",
)


@dataclass(frozen=True)
class Difference:
    """One field that is not the same; `path` has no indices, so that it names the field of every element. `within` is
    what has the field: our struct and theirs."""

    path: str
    ours: object
    theirs: object
    within: tuple = ({}, {})

    def __str__(self):
        return f"{self.path or 'answer'}: millrace {self.ours!r}, kafka {self.theirs!r}"


def differences(ours, theirs, path="", within=({}, {})):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        keys = list(ours) + [k for k in theirs if k not in ours]
        return [
            d
            for k in keys
            for d in differences(
                ours.get(k, MISSING), theirs.get(k, MISSING), f"{path}.{k}" if path else k, (ours, theirs)
            )
        ]
    if isinstance(ours, list) and isinstance(theirs, list):
        return in_lists(ours, theirs, path + "[]", within) if ours != theirs else []
    return [] if ours == theirs and type(ours) is type(theirs) else [Difference(path, ours, theirs, within)]


def in_lists(ours, theirs, path, within):
    if not all(isinstance(v, dict) for v in ours + theirs):
        only_ours, only_theirs = Counter(map(repr, ours)), Counter(map(repr, theirs))
        rest = [(v, MISSING) for v in ours if repr(v) in only_ours - only_theirs]
        rest += [(MISSING, v) for v in theirs if repr(v) in only_theirs - only_ours]
        return [Difference(path, a, b, within) for a, b in rest]
    pairs = defaultdict(lambda: ([], []))
    for place, values in enumerate((ours, theirs)):
        for value in values:
            pairs[tuple(repr(value[n]) for n in NAMES if n in value and (n != "BaseOffset" or "Magic" in value))][
                place
            ].append(value)
    found = []
    for mine, its in pairs.values():
        for i in range(max(len(mine), len(its))):
            found += differences(
                mine[i] if i < len(mine) else MISSING, its[i] if i < len(its) else MISSING, path, within
            )
    return found
