"""What tests of this folder share."""
import pytest

pytest.register_assert_rewrite("round_trips")

import same_as_kafka  # noqa: E402


@pytest.fixture
def both(broker, oracle, name):
    """both(conversation): what it answered, the same from the broker under test and from Apache Kafka."""
    return lambda conversation: same_as_kafka.same([broker.bootstrap, oracle.bootstrap], name, conversation)
