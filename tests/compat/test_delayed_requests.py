"""Requests that arrive in the producer's next transaction: version 1 of transactions lets them tear both, version 2 not.

The steps are written down and judged like those of the exactly-once copies (history.py); both brokers must get the same
judgement.
"""
import struct

import pytest
from copier import CopyReader
from history import violations
from ledger import PARTITIONS
from wire_client import record
from wire_producer import Producer

INVALID_PRODUCER_EPOCH, PRODUCER_FENCED = 47, 90


class Copier:
    """Copies numbers in transactions, request by request."""

    def __init__(self, side, version):
        side.topic("copy", PARTITIONS)
        self.side, self.producer, self.version, self.history = side, Producer(side), version, []
        self.producer.init(version=5 if version == 2 else 4)

    def begin(self, transaction, *records):
        self.history.append({"step": "sent", "txn": transaction, "records": records})

    def as_now(self):
        """What a request of now says of its producer, for one that arrives later."""
        return {"producer_id": self.producer.id, "epoch": self.producer.epoch}

    def write(self, transaction, partition, number, **then):
        """AddPartitionsToTxn, which clients of version 2 leave out, and Produce; its error."""
        if self.version == 1:
            added = self.producer.add({self.side.name("copy"): [partition]}, **self.as_now() | then)
            assert set(added.values()) == {0}
        copy = record(struct.pack(">q", number), headers=[(b"txn", transaction.encode())])
        sequence = {"sequence": 0} if then else {}  # the partition's first, which the client then takes again
        version = 12 if self.version == 2 else 9
        return self.producer.produce("copy", partition, version, records=[copy], **sequence, **then)[0]

    def end(self, transaction, commit):
        assert self.ask_end(commit) == 0
        self.producer.settled()
        self.history.append({"step": "committed" if commit else "aborted", "txn": transaction})

    def ask_end(self, commit, **then):
        answer = self.producer.end(commit, 5 if self.version == 2 else 3, **then)
        return answer[0] if self.version == 2 else answer

    def judged(self, *source):
        """What the history shows of a copy of these numbers, partition by partition."""
        self.producer.settled()
        copies = CopyReader(self.side.bootstrap, self.side.name("copy")).read_on()
        numbers = [*source, *[[]] * (PARTITIONS - len(source))]
        return sorted(violations(numbers, [self.history], copies))


def delayed_write(copier):
    """A write whose client gave up waiting and aborted, delivered while the same records are copied again."""
    copier.begin("a", (0, 1), (1, 2))
    copier.write("a", 0, 1)
    on_its_way = copier.as_now()
    copier.end("a", commit=False)
    copier.begin("b", (0, 1), (1, 2))
    said = [copier.write("b", 0, 1), copier.write("a", 1, 2, **on_its_way), copier.write("b", 1, 2)]
    copier.end("b", commit=True)
    return said, copier.judged([1], [2])


def delayed_end(copier):
    """A commit that was asked for twice, because the first answer did not come; the first one is delivered last."""
    copier.begin("a", (0, 1), (1, 2))
    said = [copier.write("a", 0, 1), copier.write("a", 1, 2)]
    on_its_way = copier.as_now()
    copier.end("a", commit=True)
    copier.begin("b", (0, 3), (1, 4))
    said += [copier.write("b", 0, 3), copier.ask_end(True, **on_its_way), copier.write("b", 1, 4)]
    copier.end("b", commit=False)
    copier.begin("c", (0, 3), (1, 4))
    said += [copier.write("c", 0, 3), copier.write("c", 1, 4)]
    copier.end("c", commit=True)
    return said, copier.judged([1, 3], [2, 4])


def test_a_delayed_write_tears_both_transactions_of_version_one(both):
    said, found = both(lambda side: delayed_write(Copier(side, 1)))
    assert said == [0, 0, 0]  # the sequence of b's record is taken: it is answered as a duplicate, and not there
    assert found == ["aborted read: Copy(partition=1, offset=0, number=2, transaction='a') was handed to a reader of "
                     "committed records",
                     "torn transaction: a was aborted with 2 records, 1 of them are there",
                     "torn transaction: b was committed with 2 records, 1 of them are there"]


def test_a_delayed_commit_tears_the_next_transaction_of_version_one(both):
    said, found = both(lambda side: delayed_end(Copier(side, 1)))
    assert said == [0] * 7
    assert found == ["aborted read: Copy(partition=0, offset=2, number=3, transaction='b') was handed to a reader of "
                     "committed records",
                     "duplicate: partition 0 has 1 copies too many",
                     "torn transaction: b was aborted with 2 records, 1 of them are there"]


@pytest.mark.parametrize("conversation", [delayed_write, delayed_end])
def test_delayed_requests_of_version_two_are_refused(both, conversation):
    said, found = both(lambda side: conversation(Copier(side, 2)))
    assert found == []
    assert [error for error in said if error] in ([INVALID_PRODUCER_EPOCH], [PRODUCER_FENCED])
