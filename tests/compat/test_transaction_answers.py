"""Transactions spoken by hand: order, fencing, retries and everything that is refused, answered as Apache Kafka does."""
from millrace import wait_for
from wire_client import batch
from wire_producer import RETRIED_BY_CLIENTS, TRANSACTIONAL, UNKNOWN, Producer, committed, latest, read


def test_commit_and_abort_of_the_older_kind(both):
    def conversation(side):
        side.topic("t")
        producer, said = Producer(side), []
        said += [producer.init(), producer.add({side.name("t"): [0]}), producer.produce("t"), producer.produce("t"),
                 read(side, "t", 1), read(side, "t", 0), latest(side, "t", 1), latest(side, "t", 0), producer.describe(),
                 producer.end(True), producer.settled(), read(side, "t", 1), latest(side, "t", 1)]
        said += [producer.add({side.name("t"): [0]}), producer.produce("t"), producer.end(False), producer.settled(),
                 read(side, "t", 1), read(side, "t", 1, 3), read(side, "t", 1, 5)]
        return said

    said = both(conversation)
    assert said[4][2:4] == (0, []) and said[-3][3] == [3]


def test_commit_and_abort_of_version_two(both):
    def conversation(side):
        side.topic("t", 2)
        producer, said = Producer(side), []
        said += [producer.init(version=5), producer.produce("t", version=13), producer.produce("t", 1, version=12),
                 producer.describe(), producer.end(True, 5), producer.settled(),
                 producer.produce("t", version=13), producer.end(False, 5), producer.settled(), read(side, "t", 1),
                 producer.end(False, 5), producer.end(False, 5), producer.end(True, 5), producer.settled()]
        return said

    assert both(conversation)[4] == (0, True, 1)


def test_the_next_transaction_begins_while_the_last_ones_markers_are_on_their_way(both):
    """With version 2 the end of a transaction is answered first, and clients send the next batches at once."""
    partitions = range(30)

    def write(producer):
        """The errors of one batch for each partition, asked for as clients do."""
        errors = {p: 51 for p in partitions}

        def settled():
            data = [{"Index": p, "Records": batch([b"v"], attributes=TRANSACTIONAL, producer_id=producer.id, sequence=0,
                                                  producer_epoch=producer.epoch)} for p in errors if errors[p] == 51]
            answer = producer.side.say("Produce", 12, {
                "TransactionalId": producer.transactional_id, "Acks": -1, "TimeoutMs": 5000,
                "TopicData": [{"Name": producer.side.name("t"), "PartitionData": data}]})
            errors.update((p["Index"], p["ErrorCode"]) for p in answer["Responses"][0]["PartitionResponses"])
            return not set(errors.values()) & RETRIED_BY_CLIENTS

        wait_for(settled, 30, "answers that are final", step=0)
        return sorted(set(errors.values()))

    def conversation(side):
        side.topic("t", len(partitions))
        producer = Producer(side)
        said = [producer.init(version=5)]
        for commit in [True, False] * 10:
            said += [write(producer), producer.end(commit, 5)]
        return said

    assert both(conversation)[1::2] == [[0]] * 20


def test_version_two_refuses_stragglers_and_answers_retries(both):
    def conversation(side):
        side.topic("t")
        producer = Producer(side)
        said = [producer.init(version=5), producer.produce("t", version=13)]
        before = dict(epoch=producer.epoch, producer_id=producer.id)
        said += [producer.end(True, 5), producer.settled(), producer.produce("t", version=13, **before, sequence=1)]
        again = producer.end(True, 5, **before)
        said += [again, producer.end(False, 5, **before), producer.settled(), producer.produce("t", version=13),
                 producer.produce("t", version=13, **before, sequence=2), producer.end(True, 5), producer.settled()]
        return said

    said = both(conversation)
    assert said[4][0] != 0 and said[5][0] == 0


def test_ends_that_are_refused(both):
    def conversation(side):
        side.topic("t")
        producer = Producer(side)
        said = [producer.end(True), producer.init(), producer.end(True), producer.end(False),
                producer.add({side.name("t"): [0]}), producer.produce("t"), producer.end(True, epoch=producer.epoch + 1),
                producer.end(True, producer_id=UNKNOWN), producer.end(True, version=1, epoch=producer.epoch - 1),
                producer.end(True, epoch=producer.epoch - 1), producer.end(True), producer.settled(), producer.end(True),
                producer.end(False), producer.end(True, 0, epoch=7)]
        return said

    assert both(conversation)[0] == 49


def test_partitions_that_are_refused(both):
    def conversation(side):
        side.topic("t")
        producer, t = Producer(side), side.name("t")
        missing = side.call(side.name("missing"), "missing")
        said = [producer.add({t: [0]}), producer.init(), producer.add({t: [0, 7], missing: [0]}),
                producer.add({t: [0]}, epoch=producer.epoch + 1), producer.add({t: [0]}, epoch=producer.epoch + 1, version=1),
                producer.add({t: [0]}, producer_id=UNKNOWN), producer.describe(), producer.add({t: [0]}), producer.add({t: [0]}),
                producer.end(False), producer.settled()]
        return said

    both(conversation)


def test_producers_that_are_refused(both):
    def conversation(side):
        producer = Producer(side)
        first = producer.init()
        held = dict(producer_id=producer.id, epoch=producer.epoch)
        return [first, producer.init(**held), producer.init(**held), producer.init(held["producer_id"], 9),
                producer.init(UNKNOWN, 0), producer.init(UNKNOWN, 0, version=3), producer.init(timeout_ms=0),
                producer.init(timeout_ms=900001), producer.init(timeout_ms=-1), producer.init(transactional_id=""),
                producer.init(held["producer_id"], -1), producer.init(-1, 3), producer.init(), producer.describe()]

    both(conversation)


def test_a_newer_producer_aborts_and_fences(both):
    def conversation(side):
        side.topic("t")
        old = Producer(side)
        said = [old.init(), old.add({side.name("t"): [0]}), old.produce("t")]
        new = Producer(side)
        new.id = old.id
        said += [new.init(), read(side, "t", 1), old.produce("t"), old.produce("t", version=13), old.end(True),
                 old.end(True, 1), old.end(True, 5), old.add({side.name("t"): [0]}), old.init(old.id, old.epoch),
                 new.describe(), new.produce("t", version=13), new.end(True, 5), new.settled(), read(side, "t", 1)]
        return said

    both(conversation)


def test_writes_outside_a_transaction(both):
    def conversation(side):
        side.topic("t", 2)
        producer = Producer(side)
        said = [producer.init(), producer.produce("t"), producer.produce("t", version=11), producer.produce("t", version=10),
                producer.add({side.name("t"): [1]}), producer.produce("t", 0), producer.produce("t", 1),
                producer.produce("t", 1, attributes=0), producer.produce("t", 1, sequence=9),
                producer.produce("t", 1, epoch=producer.epoch + 1, sequence=1),
                producer.produce("t", 1, producer_id=UNKNOWN, sequence=0), producer.produce("t", 1),
                producer.end(True), producer.settled(), read(side, "t", 1, partition=1), read(side, "t", 0)]
        return said

    assert both(conversation)[1][0] == 48


def test_offsets_count_when_the_transaction_does(both):
    def conversation(side):
        side.topic("t")
        producer = Producer(side)
        producer.find(0, side.name("g"))
        said = [producer.init(), producer.offsets("g", "t", 5), producer.add_offsets("g"), producer.offsets("g", "t", 5),
                committed(side, "g", "t", False), committed(side, "g", "t", True), producer.describe(), producer.end(False),
                producer.settled(), committed(side, "g", "t", True)]
        said += [producer.add_offsets("g"), producer.offsets("g", "t", 6), producer.offsets("g", "t", 7, epoch=9),
                 producer.offsets("g", "t", 7, member="nobody", generation=3), producer.end(True), producer.settled(),
                 committed(side, "g", "t", True)]
        said += [producer.offsets("g", "t", 8, version=5), committed(side, "g", "t", True), producer.end(True, 5),
                 producer.settled(), committed(side, "g", "t", True)]
        said += [producer.add_offsets("g", epoch=99), producer.add_offsets("g", 1, epoch=99), producer.add_offsets("")]
        return said

    both(conversation)


def test_lists_and_descriptions(both):
    def conversation(side):
        side.topic("t")
        producer = Producer(side)
        producer.init(), producer.add({side.name("t"): [0]}), producer.produce("t")

        def listed(**filters):
            body = {"StateFilters": [], "ProducerIdFilters": [producer.id], **filters}
            return side.ask("ListTransactions", 2, body, ("ProducerId",))

        missing = side.call(side.name("missing"), "missing")
        said = [listed(), listed(StateFilters=["Ongoing"]), listed(StateFilters=["Empty", "Nonsense"]),
                listed(ProducerIdFilters=[UNKNOWN]), listed(DurationFilter=3600000), listed(DurationFilter=0),
                listed(TransactionalIdPattern=".*"), listed(TransactionalIdPattern="x"), listed(TransactionalIdPattern=""),
                listed(TransactionalIdPattern="("),
                side.ask("DescribeTransactions", 0, {"TransactionalIds": [missing, ""]}),
                side.ask("DescribeProducers", 0, {"Topics": [{"Name": side.name("t"), "PartitionIndexes": [0, 5]},
                                                             {"Name": missing, "PartitionIndexes": [0]}]},
                         ("ProducerId", "LastTimestamp", "CoordinatorEpoch", "ErrorMessage")),
                producer.end(True), producer.settled()]
        return said

    both(conversation)


def test_markers_by_hand(both):
    def conversation(side):
        side.topic("t")
        producer = Producer(side)
        producer.init(), producer.add({side.name("t"): [0]}), producer.produce("t")
        missing = side.call(side.name("missing"), "missing")

        def mark(epoch, commit=False, topics=("t",), coordinator_epoch=1 << 20, partitions=(0,), version=0):
            return side.ask("WriteTxnMarkers", 2, {"Markers": [{
                "ProducerId": producer.id, "ProducerEpoch": epoch, "TransactionResult": commit,
                "CoordinatorEpoch": coordinator_epoch, "TransactionVersion": version,
                "Topics": [{"Name": side.name(t), "PartitionIndexes": list(partitions)} for t in topics]}]},
                ("ProducerId",))

        return [mark(producer.epoch, topics=("missing",)), mark(producer.epoch, partitions=()), mark(-2),
                mark(producer.epoch, version=2),  # the transaction is of that very epoch, which was to be raised
                read(side, "t", 1), mark(producer.epoch), read(side, "t", 1),
                mark(producer.epoch, coordinator_epoch=3), read(side, "t", 1), missing]

    both(conversation)
