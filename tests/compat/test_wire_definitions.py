"""The stored layouts of Kafka's messages, with which the unit tests compare ours, are those of the library in use."""
import sys
from pathlib import Path

import kafka_peer

WIRE = Path(__file__).resolve().parents[1] / "data" / "wire"
sys.path.insert(0, str(WIRE))
import kafka_layouts  # noqa: E402


def test_the_stored_layouts_are_kafkas(request):
    if request.config.getoption("--without-peers"):
        import pytest
        pytest.skip("--without-peers")
    stored = (WIRE / "kafka_layouts.txt").read_text().splitlines()
    names = list(dict.fromkeys(line.split()[0] for line in stored))
    assert names
    assert stored == list(kafka_layouts.lines(kafka_peer.install(), names))
