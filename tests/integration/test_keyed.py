"""The check of keyed records finds what it looks for."""
import time

import pytest

from keyed import DELETE_RETENTION_SECONDS, KeyedLedger
from ledger import Violation

SENT = [(0, "a", 1), (1, "b", 2), (2, "a", 3), (3, "b", None), (4, "c", 5)]


def verify(found, sent=tuple(SENT)):
    ledger = KeyedLedger("t")
    for offset, key, number in sent:
        ledger.promise(0, offset, key, number)
    ledger.verify_partition("t-0", found, ledger.acknowledged[0], ledger.latest[0], ledger.latest[0])
    return ledger


def without(*offsets):
    return [record for record in SENT if record[0] not in offsets]


def test_what_cleaning_may_leave_passes():
    verify(SENT)
    verify(without(0, 1))
    # Sent, and not answered yet.
    verify([*SENT, (5, "d", 6)])


@pytest.mark.parametrize("found", [
    without(2), without(4), without(3), without(0, 2),
    [(0, "a", 1), *SENT], [*SENT, (5, "a", 3)],
    [(1, "a", 3), *without(0, 1, 2)], [*without(4), (4, "c", 4)], [*without(4), (4, "d", 5)],
], ids=["latest lost", "last lost", "young tombstone lost", "key lost", "offset twice", "number twice", "moved",
        "another value", "another key"])
def test_broken_promises_are_found(found):
    with pytest.raises(Violation):
        verify(found)


def test_old_tombstones_may_go(monkeypatch):
    now = time.monotonic()
    with pytest.raises(Violation):
        verify(without(1, 3))
    ledger = verify(SENT)
    monkeypatch.setattr(time, "monotonic", lambda: now + DELETE_RETENTION_SECONDS + 1)
    ledger.verify_partition("t-0", without(1, 3), ledger.acknowledged[0], ledger.latest[0], ledger.latest[0])
    # Values stay.
    with pytest.raises(Violation):
        ledger.verify_partition("t-0", without(4), ledger.acknowledged[0], ledger.latest[0], ledger.latest[0])
