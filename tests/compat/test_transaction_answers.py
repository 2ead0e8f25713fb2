"""Transactions spoken by hand: order, fencing, retries and everything that is refused, answered as Apache Kafka does."""
from millrace import wait_for
from wire_client import batch

TRANSACTIONAL = 0x10
RETRIED_BY_CLIENTS = {14, 15, 16, 51}  # loading, not available, not coordinator, concurrent transactions
UNKNOWN = 1 << 40


class Producer:
    """One side's transactional producer; ids are numbers of the side's own, so they are told as words."""

    def __init__(self, side, word="txn"):
        self.side, self.transactional_id = side, side.call(side.name(word), word)
        self.id, self.epoch, self.sequence = -1, -1, {}
        self.find(1, self.transactional_id)

    def find(self, kind, key):
        asked = {"KeyType": kind, "CoordinatorKeys": [key]}
        wait_for(lambda: self.side.say("FindCoordinator", 6, asked)["Coordinators"][0]["ErrorCode"] == 0, 30,
                 f"the coordinator of {key}")

    def patient(self, ask):
        """The first answer that a client would not ask again for."""
        said = []

        def settled():
            said.append(ask())
            return not {said[-1]} & RETRIED_BY_CLIENTS

        wait_for(settled, 30, "an answer that is final")
        return said[-1]

    def init(self, producer_id=-1, epoch=-1, timeout_ms=60000, version=4, transactional_id=None):
        """(error, whether the id is still the same, epoch)"""
        answers = []

        def ask():
            wanted = self.transactional_id if transactional_id is None else transactional_id
            answers.append(self.side.say("InitProducerId", version, {
                "TransactionalId": wanted, "TransactionTimeoutMs": timeout_ms, "ProducerId": producer_id,
                "ProducerEpoch": epoch}))
            return answers[-1]["ErrorCode"]

        error = self.patient(ask)
        answer = answers[-1]
        same = answer["ProducerId"] == self.id
        if error == 0:
            self.id, self.epoch, self.sequence = answer["ProducerId"], answer["ProducerEpoch"], {}
        return error, same, answer["ProducerEpoch"]

    def add(self, topics, epoch=None, producer_id=None, version=3):
        """{(topic, partition): error}"""
        body = {"V3AndBelowTransactionalId": self.transactional_id,
                "V3AndBelowProducerId": self.id if producer_id is None else producer_id,
                "V3AndBelowProducerEpoch": self.epoch if epoch is None else epoch,
                "V3AndBelowTopics": [{"Name": t, "Partitions": p} for t, p in topics.items()]}
        answers = []

        def ask():
            topics = self.side.ask("AddPartitionsToTxn", version, body)["ResultsByTopicV3AndBelow"]
            answers.append({(t["Name"], p["PartitionIndex"]): p["PartitionErrorCode"]
                            for t in topics for p in t["ResultsByPartition"]})
            return max(answers[-1].values())

        self.patient(ask)
        return answers[-1]

    def produce(self, topic, partition=0, version=9, epoch=None, producer_id=None, sequence=None, attributes=TRANSACTIONAL):
        """(error, base offset)"""
        producer = self.id if producer_id is None else producer_id
        at = self.sequence.get(partition, 0) if sequence is None else sequence
        records = batch([b"v"], attributes=attributes, producer_id=producer, sequence=at,
                        producer_epoch=self.epoch if epoch is None else epoch)
        name = {"TopicId": self.side.ids[topic]} if version >= 13 else {"Name": self.side.name(topic)}
        answers = []

        def ask():
            answer = self.side.say("Produce", version, {
                "TransactionalId": self.transactional_id, "Acks": -1, "TimeoutMs": 5000,
                "TopicData": [{**name, "PartitionData": [{"Index": partition, "Records": records}]}]})
            answers.append(answer["Responses"][0]["PartitionResponses"][0])
            return answers[-1]["ErrorCode"]

        error = self.patient(ask)
        if error == 0 and sequence is None:
            self.sequence[partition] = at + 1
        return error, answers[-1]["BaseOffset"]

    def end(self, commit, version=3, epoch=None, producer_id=None):
        """(error, whether the id is still the same, epoch); a version of 5 and above goes on with what it is given."""
        answers = []

        def ask():
            answers.append(self.side.say("EndTxn", version, {
                "TransactionalId": self.transactional_id, "ProducerId": self.id if producer_id is None else producer_id,
                "ProducerEpoch": self.epoch if epoch is None else epoch, "Committed": commit}))
            return answers[-1]["ErrorCode"]

        error = self.patient(ask)
        if version < 5:
            return error
        answer = answers[-1]
        same = answer["ProducerId"] == self.id
        if error == 0:
            self.id, self.epoch, self.sequence = answer["ProducerId"], answer["ProducerEpoch"], {}
        return error, same, answer["ProducerEpoch"]

    def describe(self):
        answer = self.side.ask("DescribeTransactions", 0, {"TransactionalIds": [self.transactional_id]},
                               ("ProducerId", "TransactionStartTimeMs"))
        return answer["TransactionStates"][0]

    def settled(self):
        """The description once no markers are on their way."""
        wait_for(lambda: "Prepare" not in self.describe().get("TransactionState", ""), 30, "the markers")
        return self.describe()

    def offsets(self, group, topic, offset, version=3, member="", generation=-1, epoch=None):
        body = {"TransactionalId": self.transactional_id, "GroupId": self.side.call(self.side.name(group), group),
                "ProducerId": self.id, "ProducerEpoch": self.epoch if epoch is None else epoch, "MemberId": member,
                "GenerationId": generation, "GroupInstanceId": None,
                "Topics": [{"Name": self.side.name(topic), "Partitions": [{
                    "PartitionIndex": 0, "CommittedOffset": offset, "CommittedMetadata": "m"}]}]}
        return self.patient(lambda: self.side.say("TxnOffsetCommit", version, body)["Topics"][0]["Partitions"][0][
            "ErrorCode"])

    def add_offsets(self, group, version=3, epoch=None):
        body = {"TransactionalId": self.transactional_id, "ProducerId": self.id, "GroupId": self.side.name(group),
                "ProducerEpoch": self.epoch if epoch is None else epoch}
        return self.patient(lambda: self.side.say("AddOffsetsToTxn", version, body)["ErrorCode"])


def read(side, topic, isolation, offset=0, partition=0):
    """High watermark, last stable offset, aborted transactions and how many bytes come."""
    body = {"MaxWaitMs": 0, "MinBytes": 0, "SessionId": 0, "SessionEpoch": -1, "IsolationLevel": isolation,
            "Topics": [{"Topic": side.name(topic), "Partitions": [{
                "Partition": partition, "FetchOffset": offset, "PartitionMaxBytes": 1 << 20}]}]}
    answer = side.say("Fetch", 12, body)["Responses"][0]["Partitions"][0]
    aborted = answer["AbortedTransactions"]
    return (answer["ErrorCode"], answer["HighWatermark"], answer["LastStableOffset"],
            None if aborted is None else [a["FirstOffset"] for a in aborted], len(answer["Records"] or b""))


def latest(side, topic, isolation, timestamp=-1):
    body = {"ReplicaId": -1, "IsolationLevel": isolation, "Topics": [{"Name": side.name(topic), "Partitions": [
        {"PartitionIndex": 0, "Timestamp": timestamp}]}]}
    answer = side.say("ListOffsets", 7, body)["Topics"][0]["Partitions"][0]
    return answer["ErrorCode"], answer["Offset"]


def committed(side, group, topic, stable):
    body = {"RequireStable": stable, "Groups": [{"GroupId": side.name(group), "Topics": [
        {"Name": side.name(topic), "PartitionIndexes": [0]}]}]}
    answers = []

    def ready():
        answers.append(side.say("OffsetFetch", 8, body)["Groups"][0])
        return answers[-1]["ErrorCode"] not in RETRIED_BY_CLIENTS

    wait_for(ready, 30, "a group coordinator")
    found = answers[-1]["Topics"][0]["Partitions"][0]
    return found["ErrorCode"], found["CommittedOffset"], found["Metadata"]


def test_commit_and_abort_of_the_older_kind(both):
    def conversation(side):
        side.topic("t")
        producer, said = Producer(side), []
        said += [producer.init(), producer.add({side.name("t"): [0]}), producer.produce("t"), producer.produce("t"),
                 read(side, "t", 1), read(side, "t", 0), latest(side, "t", 1), latest(side, "t", 0), producer.describe(),
                 producer.end(True), producer.settled(), read(side, "t", 1), latest(side, "t", 1)]
        said += [producer.add({side.name("t"): [0]}), producer.produce("t"), producer.end(False), producer.settled(),
                 read(side, "t", 1), read(side, "t", 1, 3), read(side, "t", 1, 5), latest(side, "t", 1, -3)]
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

        def mark(epoch, commit=False, topics=("t",), coordinator_epoch=1 << 20):
            return side.ask("WriteTxnMarkers", 1, {"Markers": [{
                "ProducerId": producer.id, "ProducerEpoch": epoch, "TransactionResult": commit,
                "CoordinatorEpoch": coordinator_epoch,
                "Topics": [{"Name": side.name(t), "PartitionIndexes": [0]} for t in topics]}]}, ("ProducerId",))

        return [mark(producer.epoch, topics=("missing",)), read(side, "t", 1), mark(producer.epoch), read(side, "t", 1),
                mark(producer.epoch, coordinator_epoch=3), read(side, "t", 1), missing]

    both(conversation)
