"""Plays a program to both brokers and finds where their answers differ.

Apache Kafka answers some requests before what they ask for is in force: topics, configurations, the end of a
transaction. So after such a request reads are repeated until both brokers say the same; only then the program goes on.
A read that differs is itself repeated for a while, and so is a write to Kafka that clients would repeat.
"""

import select
import struct
import time
from dataclasses import dataclass

from accepted import explained
from compare import Difference, differences
from program import at, resolve
from sides import CLOSED, NO_REPLY
from vocabulary import INTERNAL

READS = {
    "Metadata",
    "ListOffsets",
    "OffsetFetch",
    "FindCoordinator",
    "DescribeGroups",
    "ListGroups",
    "ApiVersions",
    "OffsetForLeaderEpoch",
    "DescribeConfigs",
    "DescribeLogDirs",
    "ListPartitionReassignments",
    "DescribeCluster",
    "DescribeProducers",
    "DescribeTransactions",
    "ListTransactions",
    "ConsumerGroupDescribe",
    "ListConfigResources",
    "DescribeTopicPartitions",
    "ElectLeaders",
}
# Not the leader (of a topic just made), loading, not available, not coordinator, concurrent transactions, not enough
# replicas (of an unverified transaction).
ASKED_AGAIN = {6, 14, 15, 16, 51, 19}
PATIENCE = 5.0  # seconds until the same answer
BOTH_WAIT = 0.15  # seconds without any answer: both keep the client waiting
PARTING = 0.5  # seconds until a difference that is accepted, and parts the brokers, is taken to stay
TOPIC, GROUP = 2, 32
ASKS_TO_CREATE = 4  # before this version Metadata creates topics without being asked to
UNKNOWN_MEMBER_ID = 25
# Where answers list what there is on the whole broker: only what belongs to the program is compared.
LISTINGS = {
    ("ListGroups", "Groups"): "GroupId",
    ("ListTransactions", "TransactionStates"): "TransactionalId",
    ("Metadata", "Topics"): "Name",
    ("DescribeTopicPartitions", "Topics"): "Name",
    ("ElectLeaders", "ReplicaElectionResults"): "Topic",
}


@dataclass
class Finding:
    """Differences in the answers to one step, or to what was asked behind it (`asked`)."""

    step: object
    asked: tuple
    body: dict
    ours: object
    theirs: object
    differences: list

    def signature(self):
        """What makes two findings the same: where and how answers differ, without the values at hand."""
        return signature(self.asked, self.differences)


def signature(asked, found):
    return asked[0], tuple(sorted({(d.path, str(told(d.ours)), str(told(d.theirs))) for d in found}))


def told(value):
    return (
        value if isinstance(value, (int, bool, type(None))) and not isinstance(value, float) else type(value).__name__
    )


def error_codes(answer):
    if isinstance(answer, dict):
        for key, value in answer.items():
            if key.endswith("ErrorCode"):
                yield value
            else:
                yield from error_codes(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from error_codes(value)


def merged(topics, name):
    """Fetch answers a topic in pieces where its partitions do not follow each other."""
    pieces = {}
    for topic in topics:
        pieces.setdefault(topic[name], {**topic, "Partitions": []})["Partitions"] += topic["Partitions"]
    return list(pieces.values())


def without_ends(topic):
    """How much it wrote about all groups is a broker's own affair."""
    return {**topic, "Partitions": [{**p, "EndOffset": min(p["EndOffset"], 0)} for p in topic["Partitions"]]}


def own(api, answer, program, body):
    """The answer without what other programs left."""
    if api == "Fetch" and answer["Responses"]:
        return {
            **answer,
            "Responses": merged(answer["Responses"], "Topic" if "Topic" in answer["Responses"][0] else "TopicId"),
        }
    if api == "OffsetForLeaderEpoch":
        return {**answer, "Topics": [without_ends(t) if t["Topic"] == INTERNAL else t for t in answer["Topics"]]}
    if api == "ListConfigResources":
        kept = [
            r
            for r in answer["ConfigResources"]
            if r.get("ResourceType", 16) not in (TOPIC, GROUP) or r["ResourceName"].startswith(program.prefix)
        ]
        return {**answer, "ConfigResources": kept}
    if api == "DescribeLogDirs" and body.get("Topics") is None:
        return {
            **answer,
            "Results": [
                {**r, "Topics": [t for t in r["Topics"] if t["Name"].startswith(program.prefix)]}
                for r in answer["Results"]
            ],
        }
    for (listing, field), name in LISTINGS.items():
        asks_for_all = not body.get({"ElectLeaders": "TopicPartitions"}.get(api, "Topics"))
        if listing == api and asks_for_all:
            answer = {**answer, field: [e for e in answer[field] if e[name].startswith(program.prefix)]}
            answer.pop("NextCursor", None)  # where a page ends depends on what others left
    return answer


def forgets(body, answer, described):
    """Whether Kafka forgets a group with its next write: an empty one of the new protocol that a classic member asked to
    join by an id. Its log still has it, so that a restart brings it back (docs/compatibility.md)."""
    group = described["Groups"][0]
    is_there_and_empty = group["ErrorCode"] == 0 and not group["Members"]
    return is_there_and_empty and bool(body["MemberId"]) and bool(answer) and answer["ErrorCode"] == UNKNOWN_MEMBER_ID


class Player:
    """Two sides and what was found so far."""

    def __init__(self, ours, theirs, coverage):
        self.sides, self.coverage = (ours, theirs), coverage
        self.ours, self.theirs = ours, theirs
        self.fence = 0
        self.known = set()  # signatures of what was found: nobody waits for them to pass again

    def play(self, program):
        """The findings of one program."""
        self.program, self.findings, self.waiting, self.touched_broker = program, [], [], False
        for side in self.sides:
            side.begin()
        self.parted = False
        for step in program.steps:
            self.step(step)
            self.collect()
            if self.parted or any(f.step.api not in READS for f in self.findings):
                break  # the brokers are no longer in the same state
        self.clean()
        return self.findings

    # ---- One step ----------------------------------------------------------------------------------------------------

    def step(self, step):
        if any(w[0].line == step.line for w in self.waiting):
            return  # its connection waits for the answer before
        try:
            bodies = [resolve(step.body, side) for side in self.sides]
            for side, body in zip(self.sides, bodies):
                side.send(step.api, step.version, body, step.line)
        except struct.error:
            return  # a number that was counted on does not fit the field
        if step.api in ("AlterConfigs", "IncrementalAlterConfigs"):
            self.touched_broker |= any(r["ResourceType"] in (4, 8) for b in bodies for r in b["Resources"])
        if step.may_wait and not self.answered(step):
            self.waiting.append((step, bodies))
            self.settle(step, bodies, None)
            return
        answers = self.received(step, bodies)
        self.finish(step, bodies, answers)

    def received(self, step, bodies):
        answers = [self.receive(side, step, body) for side, body in zip(self.sides, bodies)]
        # What is closed was refused; of how much of it nothing is told.
        self.parted |= answers == [CLOSED, CLOSED]
        return answers

    def receive(self, side, step, body):
        if step.api != "Produce" or body.get("Acks") != 0:
            return side.receive(step.api, step.version, step.line)
        # Nothing is answered; the next request on the connection is, unless it was closed.
        side.send("ApiVersions", 0, {}, step.line)
        return CLOSED if side.receive("ApiVersions", 0, step.line) == CLOSED else NO_REPLY

    def answered(self, step):
        """Whether both have answered; where one has, the other gets its time."""
        lines = [side.line(step.line) for side in self.sides]
        if any(line.buffer for line in lines) or select.select([line.socket for line in lines], [], [], BOTH_WAIT)[0]:
            return all(line.readable(PATIENCE) for line in lines) or self.kept_waiting(step, lines)
        return False

    def kept_waiting(self, step, lines):
        said = ["answered" if line.readable(0) else "keeps waiting" for line in lines]
        if said[0] == "answered":
            said[0] = self.ours.receive(step.api, step.version, step.line)
        difference = Difference("", *said)
        if not explained(difference, step, said):
            self.found(Finding(step, (step.api, step.version), step.body, *said, [difference]))
        for side in self.sides:
            if step.line in side.lines:
                side.lines.pop(step.line).close()
        return False

    def collect(self):
        """Answers that have come meanwhile to requests that wait."""
        for step, bodies in list(self.waiting):
            lines = [side.lines.get(step.line) for side in self.sides]
            if None in lines:
                self.waiting.remove((step, bodies))
            elif any(line.readable(0) for line in lines):
                self.waiting.remove((step, bodies))
                if all(line.readable(PATIENCE) for line in lines) or self.kept_waiting(step, lines):
                    self.finish(step, bodies, self.received(step, bodies))

    def found(self, finding):
        self.findings.append(finding)
        self.known.add(finding.signature())

    def finish(self, step, bodies, answers):
        deadline = time.monotonic() + PATIENCE
        pause = 0.002
        marks = [side.mark() for side in self.sides]
        while (found := self.compared(step, bodies, answers)) and time.monotonic() < deadline:
            if signature((step.api, step.version), found) in self.known:
                break
            if step.api in READS:
                again = self.sides
            elif self.repeatable(answers):
                again = self.sides[1:]
            else:
                break
            time.sleep(pause)
            pause = min(pause * 2, 0.2)
            self.rewind(marks)
            for side in again:
                at_side = self.sides.index(side)
                side.send(step.api, step.version, bodies[at_side], step.line)
                answers[at_side] = self.receive(side, step, bodies[at_side])
        self.parted |= self.parting
        self.coverage.add(step, answers)
        if found:
            words = [s if isinstance(s, str) else side.plain(s) for side, s in zip(self.sides, answers)]
            self.found(Finding(step, (step.api, step.version), bodies[0], *words, found))
        for side, answer in zip(self.sides, answers):
            if isinstance(answer, dict):
                for keep in step.keep:
                    keep.apply(side, answer)
        if not self.parted:
            self.settle(step, bodies, answers)

    def rewind(self, marks):
        for side, mark in zip(self.sides, marks):
            side.rewind(mark)

    def repeatable(self, answers):
        ours, theirs = answers
        if (ours, theirs) == (NO_REPLY, CLOSED):
            return True  # refused without a word, perhaps for such a reason
        if not isinstance(ours, dict) or not isinstance(theirs, dict):
            return False
        return bool(set(error_codes(theirs)) & ASKED_AGAIN - set(error_codes(ours)))

    def compared(self, step, bodies, answers):
        """The differences that no acceptance explains."""
        said = []
        for side, body, answer in zip(self.sides, bodies, answers):
            said.append(answer if isinstance(answer, str) else side.plain(own(step.api, answer, self.program, body)))
        found, self.parting = [], False
        for difference in differences(*said):
            reason = explained(difference, step, said)
            if reason is None:
                found.append(difference)
            else:
                self.parting |= reason.parts  # unless the next attempt has them agree
        return found

    # ---- Until both brokers are where the step leads -----------------------------------------------------------------

    def agree(self, step, api, version, body, until=lambda answer: True):
        """Asks both until they say the same; what they say then."""
        deadline, pause = time.monotonic() + PATIENCE, 0.001
        asked = type(step)(api, version, body)
        marks = [side.mark() for side in self.sides]
        while True:
            bodies = [resolve(body, side) for side in self.sides]
            for side, one in zip(self.sides, bodies):
                side.send(api, version, one)
            answers = [side.receive(api, version) for side in self.sides]
            found = self.compared(asked, bodies, answers)
            late = time.monotonic() > deadline
            settled = until(answers[1]) and (not self.parting or time.monotonic() > deadline - PATIENCE + PARTING)
            if not found and (settled or late and self.parting):
                self.parted |= self.parting
                return answers
            if late or found and signature((api,), found) in self.known:
                words = [s if isinstance(s, str) else side.plain(s) for side, s in zip(self.sides, answers)]
                found = found or [Difference("", "settled", "not within the limit")]
                self.found(Finding(step, (api, version, "behind", step.api), body, *words, found))
                return answers
            time.sleep(pause)
            pause = min(pause * 2, 0.1)
            self.rewind(marks)

    def settle(self, step, bodies, answers):
        after = SETTLE.get(step.api)
        if after and (answers is None or isinstance(answers[1], dict)):
            after(self, step, bodies[1], answers and answers[1])

    def topics_settled(self, step, body, answer):
        if body.get("validateOnly") or body.get("ValidateOnly"):
            return
        if step.api == "Metadata" and step.version >= ASKS_TO_CREATE and not body.get("AllowAutoTopicCreation"):
            return
        if step.api == "DeleteTopics" and not {0} & set(error_codes(answer)):
            return
        asked = {"Topics": [{"Name": t} for t in self.program.topics], "AllowAutoTopicCreation": False}
        known = self.agree(step, "Metadata", 12, asked, lambda a: not {5, 6, 14, 15} & set(error_codes(a)))
        for side, said in zip(self.sides, known):
            for topic in said["Topics"]:
                if any(topic["TopicId"]):
                    side.slots[f"id:{topic['Name']}"] = topic["TopicId"]
        self.pass_the_fence()  # groups hear of topics last
        there = [t for t in known[1]["Topics"] if t["ErrorCode"] == 0]
        if there and step.api != "DeleteTopics":
            ends = [
                {
                    "Name": t["Name"],
                    "Partitions": [{"PartitionIndex": p["PartitionIndex"], "Timestamp": -1} for p in t["Partitions"]],
                }
                for t in there
            ]
            self.agree(
                step, "ListOffsets", 7, {"ReplicaId": -1, "Topics": ends}, lambda a: not {3, 5, 6} & set(error_codes(a))
            )
        if step.api == "DeleteTopics" and self.program.groups:
            self.agree(
                step, "OffsetFetch", 9, {"Groups": [{"GroupId": g, "Topics": None} for g in self.program.groups]}
            )

    def configs_settled(self, step, body, answer):
        if body.get("ValidateOnly") or not {0} & set(error_codes(answer)):
            return
        for resource in body["Resources"]:
            kind, name = resource["ResourceType"], resource["ResourceName"]
            keys = [c["Name"] for c in resource["Configs"]]
            if kind in (TOPIC, GROUP, 4) and keys:
                asked = {
                    "Resources": [{"ResourceType": kind, "ResourceName": name, "ConfigurationKeys": keys}],
                    "IncludeSynonyms": True,
                }
                self.agree(step, "DescribeConfigs", 4, asked)
        self.pass_the_fence()

    def pass_the_fence(self):
        """Kafka shows a change before its parts have all heard of it, but they have of one when the next one shows."""
        self.fence += 1
        value = str(45000 + self.fence % 10000)
        resource = {
            "ResourceType": GROUP,
            "ResourceName": "fence",
            "Configs": [{"Name": "consumer.session.timeout.ms", "ConfigOperation": 0, "Value": value}],
        }
        self.theirs.ask("IncrementalAlterConfigs", 1, {"Resources": [resource]})
        asked = {
            "Resources": [
                {"ResourceType": GROUP, "ResourceName": "fence", "ConfigurationKeys": ["consumer.session.timeout.ms"]}
            ]
        }
        deadline = time.monotonic() + PATIENCE
        while at(self.theirs.ask("DescribeConfigs", 4, asked), ("Results", 0, "Configs", 0, "Value")) != value:
            assert time.monotonic() < deadline, "Apache Kafka does not show a configuration it has taken"
            time.sleep(0.002)

    def transactions_settled(self, step, body, answer):
        if not self.program.transactional_ids:
            return
        self.agree(
            step,
            "DescribeTransactions",
            0,
            {"TransactionalIds": list(self.program.transactional_ids)},
            lambda a: not any("Prepare" in t["TransactionState"] for t in a["TransactionStates"]),
        )

    def group_settled(self, step, body, answer):
        group = body["GroupId"]
        if group in self.program.groups:
            self.agree(step, "DescribeGroups", 5, {"Groups": [group]})
            described = self.agree(step, "ConsumerGroupDescribe", 0, {"GroupIds": [group]})
            self.parted |= step.api == "JoinGroup" and forgets(body, answer, described[1])

    # ---- When a program is over --------------------------------------------------------------------------------------

    def clean(self):
        for step, _ in self.waiting:
            for side in self.sides:
                if step.line in side.lines:
                    side.lines.pop(step.line).close()
        if self.program.topics:
            for side in self.sides:
                side.ask("DeleteTopics", 5, {"TopicNames": list(self.program.topics), "TimeoutMs": 60000})
        if self.touched_broker:
            for side in self.sides:
                self.restore(side)

    def restore(self, side):
        """Takes back what a program set on the broker itself."""
        for name in ("1", ""):
            asked = {"Resources": [{"ResourceType": 4, "ResourceName": name, "ConfigurationKeys": None}]}
            source = 2 if name else 3
            said = side.ask("DescribeConfigs", 4, asked)["Results"][0]["Configs"]
            for key in (c["Name"] for c in said if c["ConfigSource"] == source):
                side.ask(
                    "IncrementalAlterConfigs",
                    1,
                    {
                        "Resources": [
                            {
                                "ResourceType": 4,
                                "ResourceName": name,
                                "Configs": [{"Name": key, "ConfigOperation": 1, "Value": None}],
                            }
                        ]
                    },
                )
        side.ask(
            "IncrementalAlterConfigs",
            1,
            {
                "Resources": [
                    {
                        "ResourceType": 8,
                        "ResourceName": "1",
                        "Configs": [{"Name": "root", "ConfigOperation": 0, "Value": "INFO"}],
                    }
                ]
            },
        )
        if side is self.theirs:
            self.pass_the_fence()


SETTLE = {
    "CreateTopics": Player.topics_settled,
    "CreatePartitions": Player.topics_settled,
    "DeleteTopics": Player.topics_settled,
    "Metadata": Player.topics_settled,
    "IncrementalAlterConfigs": Player.configs_settled,
    "AlterConfigs": Player.configs_settled,
    "EndTxn": Player.transactions_settled,
    "InitProducerId": Player.transactions_settled,
    "WriteTxnMarkers": Player.transactions_settled,
    "JoinGroup": Player.group_settled,
    "SyncGroup": Player.group_settled,
    "LeaveGroup": Player.group_settled,
    "ConsumerGroupHeartbeat": Player.group_settled,
}
