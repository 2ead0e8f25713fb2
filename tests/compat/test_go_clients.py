"""franz-go, sarama and segmentio/kafka-go, unchanged: their programs are in tests/peers/go."""
import pytest

import round_trips

CLIENTS = ["franz_go", "sarama", "kafka_go"]
TRANSACTIONAL = ["franz_go", "sarama"]
GROUPS = [("franz_go", "range"), ("franz_go", "cooperative-sticky"), ("franz_go", "consumer"), ("sarama", "range"),
          ("sarama", "sticky"), ("kafka_go", "range"), ("kafka_go", "roundrobin")]


@pytest.fixture
def program(go_program, client):
    return go_program(client)


@pytest.mark.parametrize("client", CLIENTS)
def test_records_of_every_codec_arrive(program, bootstrap, name):
    round_trips.produced_with_every_codec(program, bootstrap, name)


@pytest.mark.parametrize("client,protocol", GROUPS)
def test_two_members_share_a_topic_and_one_takes_over(program, bootstrap, name, protocol):
    round_trips.shared_by_a_group(program, bootstrap, name, protocol)


@pytest.mark.parametrize("client", TRANSACTIONAL)
def test_committed_records_are_read_aborted_ones_are_not(program, bootstrap, name):
    round_trips.committed_and_aborted(program, bootstrap, name)


@pytest.mark.parametrize("client,protocol", [("franz_go", "cooperative-sticky"), ("franz_go", "consumer"), ("sarama", "range")])
def test_a_copy_whose_first_transaction_is_aborted_is_exact(program, bootstrap, name, protocol):
    round_trips.copied_exactly_once(program, bootstrap, name, protocol)


@pytest.mark.parametrize("client", CLIENTS)
def test_topics_are_administered(program, bootstrap, name):
    round_trips.administered(program, bootstrap, name)


@pytest.mark.parametrize("client", ["franz_go"])
def test_kadm_tells_of_records_groups_and_producers(program, bootstrap, name):
    topic = round_trips.create(bootstrap, name("inspected"), 3)
    program.run("produce", bootstrap=bootstrap, topic=topic, codecs=["none"], values=["v"] * 10)
    assert program.run("inspect", bootstrap=bootstrap, topic=topic, group=name("group")) == {
        "end": 10, "start": 10, "lag": 0, "group": True, "replicas": 3, "producers": 1}
