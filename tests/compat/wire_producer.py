"""A transactional producer spoken by hand, one request at a time, and what can be read of its transactions."""
import time

from millrace import wait_for
from wire_client import batch, record

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

    def produce(self, topic, partition=0, version=9, epoch=None, producer_id=None, sequence=None,
                attributes=TRANSACTIONAL, records=(record(b"v"),)):
        """(error, base offset)"""
        producer = self.id if producer_id is None else producer_id
        at = self.sequence.get(partition, 0) if sequence is None else sequence
        # Of now, so that no retention removes them meanwhile.
        records = batch(payload=b"".join(records), count=len(records), attributes=attributes, sequence=at,
                        timestamp=int(time.time() * 1000), producer_id=producer,
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
