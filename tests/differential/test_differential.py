"""The differential tester itself, in a size for every run; the whole size is `differential.py --requests 100000`."""

import re
from contextlib import ExitStack
from pathlib import Path

import pytest

import differential
from accepted import ACCEPTED

PAGE = Path(__file__).parents[2] / "docs" / "compatibility.md"


def test_every_accepted_difference_has_its_row():
    rows = {row.split(" | ")[0] for row in re.findall(r"^\| (.*) \|$", PAGE.read_text(), re.M)}
    assert {one.row for one in ACCEPTED} <= rows


@pytest.fixture(scope="module")
def player(request):
    """Two brokers of their own, since what they list is compared."""
    if request.config.getoption("--without-peers") or request.config.getoption("--against") == "kafka":
        pytest.skip("compares Millrace with Apache Kafka")
    with ExitStack() as stack:
        yield differential.players(stack)


def test_recorded_clients_are_answered_as_by_kafka(player):
    told = []
    findings = differential.play_recorded(player, told.extend)
    assert not findings, "\n".join(told)


@pytest.mark.parametrize("requests", [1000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_programs_of_requests_are_answered_as_by_kafka(player, requests):
    told = []
    findings = differential.run(player, seed=1, requests=requests, tell=told.extend)
    assert not findings, "\n".join(told)
    assert requests < 10_000 or not differential.missing(player)
