"""Requests no sane client sends: Millrace answers or closes exactly as Apache Kafka does, and nothing has changed."""
import gzip
import struct

import pytest
from confluent_kafka import OFFSET_END, Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from millrace import wait_for
from wire_client import Wire, batch, fetch, frame, produce, record, request, string, varint

CLOSED = "closed"
UNKNOWN_SERVER_ERROR = -1


@pytest.fixture(scope="module")
def both(broker, oracle):
    return [broker.bootstrap, oracle.bootstrap]


@pytest.fixture
def topic(both, name):
    """One topic of one partition with 3 records, on either broker."""
    made = name("bad-input")
    for bootstrap in both:
        admin = AdminClient({"bootstrap.servers": bootstrap})
        admin.create_topics([NewTopic(made, 1, 1)])[made].result(20)
        with Wire(bootstrap) as wire:  # an answer to CreateTopics may come before the partition's log exists
            first = produce(made, batch([b"a", b"b", b"c"]))
            wait_for(lambda: produce_error(wire.ask(first)) == 0, 20, f"the log of {made}")
    return made


def produce_error(answer):
    """Error code of the one partition of a Produce v7 answer."""
    if answer is None:
        return CLOSED
    at = 4 + 4
    at += 2 + struct.unpack_from(">h", answer, at)[0] + 4 + 4
    return struct.unpack_from(">h", answer, at)[0]


def fetch_error(answer):
    """Error codes of a Fetch v11 answer: the session's, else the one partition's."""
    if answer is None:
        return CLOSED
    session_error, _, topics = struct.unpack_from(">hii", answer, 8)
    if session_error or not topics:
        return session_error
    at = 18
    at += 2 + struct.unpack_from(">h", answer, at)[0] + 4 + 4
    return struct.unpack_from(">h", answer, at)[0]


def error_at(position):
    return lambda answer: CLOSED if answer is None else struct.unpack_from(">h", answer, position)[0]


def closed_or_answered(answer):
    return CLOSED if answer is None else "answered"


def end_offset(bootstrap, topic):
    reader = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused"})
    offsets = []

    def ask():
        try:
            offsets.append(reader.get_watermark_offsets(TopicPartition(topic, 0, OFFSET_END), 10)[1])
        except KafkaException as error:  # the client's own view of the topic may be a moment old
            assert error.args[0].name() == "_UNKNOWN_PARTITION", error
        return offsets

    wait_for(ask, 10, f"the end of {topic}")
    reader.close()
    return offsets[0]


def same_on_both(both, data, understand, topic=None, half_close=False):
    """Sends data to either broker; both must be alive afterwards, unchanged, and have answered the same."""
    outcomes = []
    for bootstrap in both:
        with Wire(bootstrap) as wire:
            if half_close:
                wire.send(data)
                wire.half_close()
                outcomes.append(understand(wire.receive()))
            else:
                outcomes.append(understand(wire.ask(data)))
        with Wire(bootstrap) as wire:
            assert error_at(4)(wire.ask(request(18, 0, b""))) == 0, f"{bootstrap} no longer serves"
        if topic:
            assert end_offset(bootstrap, topic) == 3, f"{bootstrap} has changed the log"
    ours, kafkas = outcomes
    # UNKNOWN_SERVER_ERROR is an exception that escaped in Kafka, not an answer to be equalled.
    assert ours != 0 if kafkas == UNKNOWN_SERVER_ERROR else ours == kafkas
    return ours


@pytest.mark.parametrize("data", [
    pytest.param(request(999, 0, b""), id="unknown api key"),
    pytest.param(request(-1, 0, b""), id="negative api key"),
    pytest.param(request(4, 0, b""), id="inter-broker api"),
    pytest.param(request(3, 99, b""), id="metadata version too new"),
    pytest.param(request(18, 3, b"", flexible=True), id="api versions without its fields"),
    pytest.param(request(3, -1, b""), id="negative version"),
    pytest.param(request(0, 2, b"\0" * 20), id="produce version too old"),
    pytest.param(frame(b""), id="empty frame"),
    pytest.param(frame(b"\0"), id="frame of one byte"),
    pytest.param(frame(b"\0\3\0\1\0\0\0\7"), id="no client id"),
    pytest.param(struct.pack(">i", -1), id="negative frame size"),
    pytest.param(struct.pack(">i", -2**31), id="least frame size"),
    pytest.param(struct.pack(">i", 2**31 - 1) + b"\0" * 64, id="frame of 2 GiB"),
    pytest.param(struct.pack(">i", 104857601) + b"\0" * 64, id="frame one byte above the limit"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", id="http"),
    pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64, id="tls"),
    pytest.param(request(3, 1, struct.pack(">i", 2**31 - 1)), id="metadata of 2^31-1 topics"),
    pytest.param(request(3, 1, struct.pack(">i", -2)), id="metadata of -2 topics"),
    pytest.param(request(3, 1, struct.pack(">ih", 1, 32767)), id="topic name longer than the frame"),
    pytest.param(request(3, 9, b"\xff\xff\xff\xff\xff\x01", flexible=True), id="compact array longer than 32 bits"),
    pytest.param(request(3, 9, b"\xff\xff\xff\xff\x07\0\0\0\0", flexible=True), id="compact array of 2^31-1"),
    pytest.param(request(3, 9, b"\x02", flexible=True), id="flexible, truncated"),
    pytest.param(request(11, 5, string("g")), id="join group, truncated"),
    pytest.param(request(8, 2, string("g") + struct.pack(">i", 1)), id="offset commit, truncated"),
])
def test_malformed_frames_are_closed_or_answered_alike(both, data):
    same_on_both(both, data, closed_or_answered)


def test_frame_cut_off_by_the_client_is_closed(both):
    whole = request(3, 1, struct.pack(">i", 0))
    assert same_on_both(both, whole[:-2], closed_or_answered, half_close=True) == CLOSED


def test_too_new_api_versions_is_answered_with_35_and_the_connection_lives(both):
    for bootstrap in both:
        with Wire(bootstrap) as wire:
            assert error_at(4)(wire.ask(request(18, 99, b"", flexible=True))) == 35
            assert error_at(4)(wire.ask(request(18, 0, b""))) == 0


def test_bytes_one_by_one_make_a_request(both):
    for bootstrap in both:
        with Wire(bootstrap) as wire:
            for byte in request(18, 0, b""):
                wire.send(bytes([byte]))
            assert error_at(4)(wire.receive()) == 0


def test_pipelined_requests_are_answered_in_order(both, topic):
    for bootstrap in both:
        with Wire(bootstrap) as wire:
            wire.send(b"".join(produce(topic, batch([b"x"]), correlation=i) if i % 2 else
                               request(18, 0, b"", correlation=i) for i in range(200)))
            assert [struct.unpack_from(">i", wire.receive())[0] for i in range(200)] == list(range(200))


LYING_COUNT = gzip.compress(record(b"a"))
BOMB = gzip.compress(varint(200_000_000) + b"\0" * 200_000_000)


@pytest.mark.parametrize("data", [
    pytest.param(dict(records=batch(crc=1)), id="wrong crc"),
    pytest.param(dict(records=batch(magic=1)), id="magic 1"),
    pytest.param(dict(records=batch(magic=3)), id="magic 3"),
    pytest.param(dict(records=b""), id="empty record set"),
    pytest.param(dict(records=batch([])), id="batch without records"),
    pytest.param(dict(records=batch()[:30]), id="half a header"),
    pytest.param(dict(records=batch()[:-3]), id="batch cut short"),
    pytest.param(dict(records=batch() + batch()), id="two batches"),
    pytest.param(dict(records=batch(length_change=-20)), id="batch length too small"),
    pytest.param(dict(records=batch(length_change=1000)), id="batch length too large"),
    pytest.param(dict(records=batch(length_change=-2**30)), id="negative batch length"),
    pytest.param(dict(records=batch(count=5)), id="count above the records"),
    pytest.param(dict(records=batch([b"a", b"b"], count=1)), id="count below the records"),
    pytest.param(dict(records=batch(count=-1, last_delta=0)), id="negative count"),
    pytest.param(dict(records=batch(last_delta=7)), id="last offset delta off"),
    pytest.param(dict(records=batch(count=2**31 - 1, last_delta=2**31 - 2)), id="2^31-1 records"),
    pytest.param(dict(records=batch(payload=varint(10**6) + b"x")), id="record length beyond the batch"),
    pytest.param(dict(records=batch(payload=varint(-5) + b"x" * 8)), id="negative record length"),
    pytest.param(dict(records=batch(attributes=5)), id="unknown codec"),
    pytest.param(dict(records=batch(attributes=1)), id="gzip that is none"),
    pytest.param(dict(records=batch(attributes=2)), id="snappy that is none"),
    pytest.param(dict(records=batch(attributes=3)), id="lz4 that is none"),
    pytest.param(dict(records=batch(attributes=4)), id="zstd that is none"),
    pytest.param(dict(records=batch(attributes=1, payload=LYING_COUNT, count=3)), id="gzip, lying count"),
    pytest.param(dict(records=batch(attributes=1, payload=LYING_COUNT[:-6])), id="gzip, cut short"),
    pytest.param(dict(records=batch(attributes=0x20)), id="control batch from a client"),
    pytest.param(dict(records=batch(timestamp=2**62)), id="timestamp far ahead"),
    pytest.param(dict(records=batch([b"x" * 1_100_000])), id="batch above max.message.bytes"),
    pytest.param(dict(records=batch(), acks=2), id="acks 2"),
    pytest.param(dict(records=batch(), acks=-2), id="acks -2"),
    pytest.param(dict(records=batch(), partition=5), id="unknown partition"),
    pytest.param(dict(records=batch(), partition=-1), id="negative partition"),
    pytest.param(dict(records=batch(), size=2**31 - 1), id="record set longer than the frame"),
    pytest.param(dict(records=batch(producer_id=900, producer_epoch=0, sequence=-1)), id="producer id without sequence"),
    pytest.param(dict(records=batch(attributes=0x10, producer_id=900, producer_epoch=0, sequence=0)),
                 id="transactional batch, no transactional id"),
])
def test_bad_record_sets_are_refused_alike_and_nothing_is_written(both, topic, data):
    assert same_on_both(both, produce(topic, **data), produce_error, topic) != 0


def test_null_record_set_is_refused(broker, millrace_only, name):
    """Apache Kafka never answers it."""
    topic = name("refused")
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(20)
    with Wire(broker.bootstrap) as wire:
        assert produce_error(wire.ask(produce(topic, None))) not in (0, CLOSED)
    assert end_offset(broker.bootstrap, topic) == 0


def test_decompression_bomb_is_refused(broker, millrace_only, name):
    before = broker.memory_bytes()
    with Wire(broker.bootstrap) as wire:
        assert produce_error(wire.ask(produce(name("bomb"), batch(attributes=1, payload=BOMB)))) != 0
    assert broker.memory_bytes() - before < 64 << 20


@pytest.mark.parametrize("topic_name", ["..", "a/b", "x" * 250, ""])
def test_produce_to_an_invalid_topic_name(both, topic_name):
    same_on_both(both, produce(topic_name, batch()), produce_error)


@pytest.mark.parametrize("data", [
    pytest.param(dict(offset=4), id="above the end"),
    pytest.param(dict(offset=-1), id="negative offset"),
    pytest.param(dict(offset=2**62), id="far above the end"),
    pytest.param(dict(offset=0, partition=9), id="unknown partition"),
    pytest.param(dict(offset=0, partition=-1), id="negative partition"),
    pytest.param(dict(offset=0, epoch=99), id="leader epoch too new"),
    pytest.param(dict(offset=0, session=12345, session_epoch=1), id="unknown session"),
    pytest.param(dict(offset=0, session=0, session_epoch=5), id="session epoch without session"),
])
def test_bad_fetches_are_refused_alike(both, topic, data):
    assert same_on_both(both, fetch(topic, **data), fetch_error, topic) != 0


def commit(group, topic, generation, member, partition=0):
    body = string(group) + struct.pack(">i", generation) + string(member) + struct.pack(">q", -1)
    return request(8, 2, body + struct.pack(">i", 1) + string(topic) + struct.pack(">iiq", 1, partition, 1) + string(""))


def commit_error(answer):
    return CLOSED if answer is None else struct.unpack_from(">h", answer, len(answer) - 2)[0]


@pytest.mark.parametrize("generation,member", [(5, "ghost"), (1, "")])
def test_commits_with_a_generation_no_group_has_are_refused_alike(both, topic, name, generation, member):
    assert same_on_both(both, commit(name("no-such"), topic, generation, member), commit_error, topic) != 0


@pytest.mark.parametrize("member,group", [("ghost", "no-such-group"), ("", "")])
def test_commits_without_a_generation_are_taken_alike(both, topic, name, member, group):
    same_on_both(both, commit(name(group) if group else "", topic, -1, member), commit_error, topic)


def test_commit_to_an_unknown_partition_is_refused_alike(both, topic, name):
    assert same_on_both(both, commit(name("simple"), topic, -1, "", partition=9), commit_error, topic) != 0


def join(group, session_timeout=10000, rebalance=60000, member="", protocol_type="consumer", protocols=1):
    body = string(group) + struct.pack(">ii", session_timeout, rebalance) + string(member) + string(protocol_type)
    body += struct.pack(">i", protocols) + (string("range") + struct.pack(">i", 0)) * protocols
    return request(11, 2, body)


@pytest.mark.parametrize("change", [dict(session_timeout=1), dict(session_timeout=2**31 - 1), dict(session_timeout=-1),
                                    dict(member="ghost"), dict(protocol_type=""), dict(protocols=0)],
                         ids=lambda c: str(c))
def test_bad_joins_are_refused_alike(both, name, change):
    assert same_on_both(both, join(name("join"), **change), error_at(8)) != 0


def test_join_without_a_group_id_is_refused_alike(both):
    assert same_on_both(both, join(""), error_at(8)) == 24


@pytest.mark.parametrize("api_key,body", [(12, struct.pack(">i", 1) + string("ghost")),
                                          (14, struct.pack(">i", 1) + string("ghost") + struct.pack(">i", 0)),
                                          (13, string("ghost"))],
                         ids=["heartbeat", "sync", "leave"])
def test_group_calls_of_a_member_nobody_knows(both, name, api_key, body):
    assert same_on_both(both, request(api_key, 0, string(name("nobody")) + body), error_at(4)) == 25


@pytest.mark.parametrize("steps", [
    pytest.param([(0, 0), (2, 0)], id="gap"),
    pytest.param([(0, 0), (0, 0)], id="duplicate"),
    pytest.param([(0, 1), (1, 0)], id="stale epoch"),
    pytest.param([(0, 0), (3, 1)], id="new epoch not from zero"),
    pytest.param([(5, 0)], id="unknown producer from five"),
    pytest.param([(i, 0) for i in range(7)] + [(1, 0)], id="duplicate older than five"),
    pytest.param([(i, 0) for i in range(7)] + [(3, 0)], id="duplicate within five"),
    pytest.param([(2**31 - 1, 0), (0, 0)], id="wrap"),
])
def test_sequence_rules(both, topic, steps):
    """Each step is (sequence, epoch) of one single-record batch; error codes and base offsets are compared."""
    outcomes = []
    for bootstrap in both:
        with Wire(bootstrap) as wire:
            answers = [wire.ask(produce(topic, batch(producer_id=4711, producer_epoch=epoch, sequence=sequence)))
                       for sequence, epoch in steps]
            outcomes.append([(produce_error(a), a[-32:]) for a in answers])
    # The tail of the answer holds error, base offset, append time (-1), log start and throttle time.
    assert outcomes[0] == outcomes[1]
