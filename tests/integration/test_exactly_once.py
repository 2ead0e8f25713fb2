"""Exactly-once copies by several processes through kill -9, and that the checks of their histories find what is wrong."""
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from history import Copy, violations

SOURCE = [[1, 2, 3, 4], [10, 11]]


def good():
    """Two transactions of one copier, with an aborted one between, and what a reader was handed."""
    history = [{"step": "started"}, {"step": "assigned"},
               {"step": "polled", "records": [(0, 0), (0, 1), (1, 0)]},
               {"step": "sent", "txn": "a", "records": [(0, 1), (0, 2), (1, 10)]}, {"step": "committed", "txn": "a"},
               {"step": "polled", "records": [(0, 2), (0, 3)]},
               {"step": "sent", "txn": "b", "records": [(0, 3), (0, 4)]}, {"step": "aborted", "txn": "b"},
               {"step": "sought", "partition": 0, "offset": 2},
               {"step": "polled", "records": [(0, 2), (0, 3), (1, 1)]},
               {"step": "sent", "txn": "c", "records": [(0, 3), (0, 4), (1, 11)]}]
    copies = [Copy(0, 0, 1, "a"), Copy(0, 1, 2, "a"), Copy(0, 6, 3, "c"), Copy(0, 7, 4, "c"),
              Copy(1, 0, 10, "a"), Copy(1, 2, 11, "c")]
    return history, copies, list(copies[:3])


def found(history, copies, reading):
    return sorted({violation.split(":")[0] for violation in violations(SOURCE, [history], copies, [reading])})


def test_a_good_history_shows_nothing():
    assert found(*good()) == []


def test_a_record_without_a_copy_is_a_lost_write():
    history, copies, reading = good()
    del copies[5]
    assert found(history, copies, reading) == ["lost write", "torn transaction"]


def test_a_record_copied_twice_is_a_duplicate():
    history, copies, reading = good()
    history += [{"step": "sent", "txn": "d", "records": [(1, 11)]}]
    copies.append(Copy(1, 5, 11, "d"))
    assert found(history, copies, reading) == ["duplicate"]


def test_records_copied_out_of_order_are_told():
    history, copies, reading = good()
    copies[2], copies[3] = Copy(0, 6, 4, "c"), Copy(0, 7, 3, "c")
    assert "partition 0 is copied out of order" in found(history, copies, [])


def test_a_record_of_an_aborted_transaction_must_not_be_read():
    history, copies, reading = good()
    assert "aborted read" in found(history, copies, [*reading, Copy(0, 3, 3, "b")])


def test_part_of_a_transaction_is_torn():
    history, copies, reading = good()
    history[3]["records"].append((1, 12))
    assert found(history, copies, reading) == ["torn transaction"]
    history[-1]["records"].append((1, 12))  # its outcome is unknown: all or none
    del history[3]["records"][-1]
    assert found(history, copies, reading) == ["torn transaction"]


def test_a_transaction_of_unknown_outcome_may_be_there_or_not():
    history, copies, _ = good()
    history.append({"step": "sent", "txn": "d", "records": [(1, 11)]})
    assert found(history, copies, []) == []


def test_a_copy_that_nobody_sent_is_told():
    history, copies, _ = good()
    copies[5] = replace(copies[5], transaction="z")
    assert "z was read and nobody sent it" in found(history, copies, [])


def test_a_poll_goes_back_only_where_it_was_sent():
    history, copies, reading = good()
    del history[8]
    assert found(history, copies, reading) == ["nonmonotonic poll"]


def test_two_readers_are_handed_the_same():
    history, copies, reading = good()
    assert "inconsistent offset" in found(history, copies, [replace(reading[0], number=7)])
    assert found(history, copies, [reading[0], reading[2]]) == ["nonmonotonic poll"]


@pytest.mark.slow
@pytest.mark.parametrize("client, protocol", [("librdkafka", "classic"), ("java", "classic"), ("java", "consumer")])
def test_an_exactly_once_copy_survives_kills(request, client, protocol):
    if client == "java" and request.config.getoption("--without-peers"):
        pytest.skip("--without-peers")
    ended = subprocess.run([sys.executable, Path(__file__).parent / "exactly_once.py", "--seconds", "30", "--client", client,
                            "--protocol", protocol, "--against", request.config.getoption("--against")],
                           capture_output=True, text=True, timeout=400)
    assert ended.returncode == 0, ended.stdout + ended.stderr
