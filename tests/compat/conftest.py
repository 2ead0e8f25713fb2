"""What tests of this folder share."""
import pytest

import same_as_kafka


@pytest.fixture
def both(broker, oracle, name):
    """both(conversation): what it answered, the same from the broker under test and from Apache Kafka."""
    return lambda conversation: same_as_kafka.same([broker.bootstrap, oracle.bootstrap], name, conversation)
