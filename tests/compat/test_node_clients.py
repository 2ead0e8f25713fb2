"""kafkajs and @platformatic/kafka, unchanged: their programs are in tests/peers/node."""
import pytest

import round_trips

CLIENTS = ["kafkajs", "platformatic"]
GROUPS = [("kafkajs", "roundrobin"), ("platformatic", "roundrobin"), ("platformatic", "consumer")]


@pytest.fixture
def program(node_program, client):
    return node_program(client)


@pytest.mark.parametrize("client", CLIENTS)
def test_records_of_every_codec_arrive(program, bootstrap, name):
    round_trips.produced_with_every_codec(program, bootstrap, name)


@pytest.mark.parametrize("client,protocol", GROUPS)
def test_two_members_share_a_topic_and_one_takes_over(program, bootstrap, name, protocol):
    round_trips.shared_by_a_group(program, bootstrap, name, protocol)


# @platformatic/kafka 2.12.1 drops only the last one of several aborted transactions in a fetch, from Apache Kafka too.
@pytest.mark.parametrize("client,rounds", [("kafkajs", 4), ("platformatic", 2)])
def test_committed_records_are_read_aborted_ones_are_not(program, bootstrap, name, rounds):
    round_trips.committed_and_aborted(program, bootstrap, name, rounds)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_copy_whose_first_transaction_is_aborted_is_exact(program, bootstrap, name):
    round_trips.copied_exactly_once(program, bootstrap, name)


@pytest.mark.parametrize("client", CLIENTS)
def test_topics_are_administered(program, bootstrap, name):
    round_trips.administered(program, bootstrap, name)
