#!/usr/bin/env python3
"""Rounds of kill -9 under load: what was acknowledged is there, once, and committed offsets are kept.

    kill_rounds.py [--rounds 10] [--seed N] [--against kafka] [--keep DIR]

Each round lets four producers, a committing group and an exactly-once copier work for a random while, kills the broker
with SIGKILL (some rounds also while it recovers), starts it again on the same directory and compares with the ledgers.
One of the topics is compacted all the time. The last line is `N rounds passed, N failed`. The clients live through all
rounds, so their retries meet the restarted broker.
"""
import argparse
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "peers")]

from confluent_kafka.admin import AdminClient, NewTopic  # noqa: E402

import kafka_peer  # noqa: E402
from copier import Copier, CopyCheck  # noqa: E402
from history import History  # noqa: E402
from keyed import BROKER_CONFIG, TOPIC_CONFIG, KeyedLedger, KeyedWriter  # noqa: E402
from ledger import PARTITIONS, CommittingReader, ConfluentWriter, Ledger, PythonWriter, Reader, Violation, retried  # noqa: E402
from millrace import Millrace, wait_for  # noqa: E402

SMALL_SEGMENTS = {"log.segment.bytes": str(1 << 20)}  # so that rolls, indexes and snapshots are hit too


class Session:
    """One broker directory with its writers, its group and their ledgers."""

    def __init__(self, directory, against, seed):
        make = kafka_peer.KafkaNode if against == "kafka" else Millrace
        self.random = random.Random(seed)
        self.node = make(directory, {**SMALL_SEGMENTS, **BROKER_CONFIG})
        self.node.start()
        bootstrap = self.node.bootstrap
        self.ledgers = [Ledger(t) for t in ("idempotent", "idempotent-python", "written")]
        admin = AdminClient({"bootstrap.servers": bootstrap})
        topics = [*(ledger.topic for ledger in self.ledgers), "copied"]
        self.keyed = KeyedLedger("keyed")
        self.kills_in_cleaning = 0
        made = admin.create_topics([*(NewTopic(topic, PARTITIONS, 1) for topic in topics),
                                    NewTopic(self.keyed.topic, PARTITIONS, 1, config=TOPIC_CONFIG)])
        for future in made.values():
            future.result(20)
        self.reader = Reader(bootstrap)
        for ledger in self.ledgers:
            retried(lambda t=ledger.topic: self.reader.end(t, PARTITIONS - 1))
        self.group = CommittingReader(bootstrap, "killed-readers", self.ledgers[0].topic, seed + 4)
        self.copier = Copier(bootstrap, self.ledgers[1].topic, "copied", seed + 5, History(self.node.directory / "copier"))
        self.copy = CopyCheck(bootstrap, self.copier, self.ledgers[1])
        self.writers = [ConfluentWriter(bootstrap, self.ledgers[0], seed + 1, idempotent=True),
                        PythonWriter(bootstrap, self.ledgers[1], seed + 2),
                        ConfluentWriter(bootstrap, self.ledgers[2], seed + 3, idempotent=False),
                        KeyedWriter(bootstrap, self.keyed, seed + 6)]

    def round(self):
        """Seconds that the last start took."""
        time.sleep(self.random.uniform(0.3, 2.0))
        self.node.kill()
        left = [f for suffix in ("cleaned", "swap") for f in self.node.data.glob(f"{self.keyed.topic}-*/*.{suffix}")]
        self.kills_in_cleaning += bool(left)
        if self.random.random() < 0.3 and isinstance(self.node, Millrace):
            self.node.spawn()
            time.sleep(self.random.uniform(0, 0.1))
            self.node.kill()
        begun = time.monotonic()
        self.node.start()
        took = time.monotonic() - begun
        self.check_workers()
        for ledger in self.ledgers:
            ledger.verify(self.reader)
        self.group.verify(self.reader)
        self.copy.verify(self.reader)
        self.keyed.verify(self.node.bootstrap)
        self.check_workers()
        return took

    def check_workers(self):
        for worker in (self.group, self.copier, *self.writers):
            worker.check()

    def finish(self):
        """Lets the clients come to their end, then reads everything again."""
        for writer in self.writers:
            writer.stop()
        for ledger in self.ledgers:
            ledger.verify_from_the_start(self.reader)
            if not ledger.acknowledged:
                raise Violation(f"{ledger.topic}: nothing was acknowledged, so nothing was tested")
        self.copy.verify_at_the_end(self.reader)
        self.keyed.verify(self.node.bootstrap)
        if self.keyed.removed < self.keyed.count() / 2:
            raise Violation(f"only {self.keyed.told()}, so cleaning was not tested")
        ends = [self.reader.end(self.ledgers[0].topic, p) for p in range(PARTITIONS)]

        def group_has_caught_up():
            self.group.check()
            return self.group.committed == ends

        wait_for(group_has_caught_up, 60, f"the group's commits reach {ends}")
        self.group.stop()
        self.group.verify(self.reader)
        self.reader.close()
        self.node.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--against", choices=["millrace", "kafka"], default="millrace")
    parser.add_argument("--keep", help="directory to work in and to leave as it is")
    options = parser.parse_args()
    directory = Path(options.keep or tempfile.mkdtemp(prefix="kill-rounds-"))
    print(f"seed {options.seed}, {options.rounds} rounds, directory {directory}", flush=True)

    passed, failed, starts, session = 0, 0, [], None
    try:
        session = Session(directory, options.against, options.seed)
        for number in range(1, options.rounds + 1):
            starts.append(session.round())
            told = sum(ledger.acknowledged for ledger in session.ledgers)
            print(f"round {number}: ready after {starts[-1]:.3f} s; {told} records acknowledged, "
                  f"committed {session.group.committed}, {session.copier.committed} transactions, "
                  f"{session.keyed.told()}", flush=True)
            passed += 1
        session.finish()
    except Exception as failure:
        failed = 1
        if not isinstance(failure, Violation):
            traceback.print_exc()
        print(f"FAILED in round {passed + 1}, seed {options.seed}: {failure}", flush=True)
        if session and isinstance(session.node, Millrace):
            print(session.node.talk()[-2000:])
    finally:
        if session:
            session.node.kill()
    told = sum(ledger.acknowledged for ledger in session.ledgers) if session else 0
    if failed:
        print(f"the directory is kept: {directory}")
    elif not options.keep:
        shutil.rmtree(directory, ignore_errors=True)
    in_cleaning = session.kills_in_cleaning if session else 0
    print(f"{passed} rounds passed, {failed} failed: {told} records acknowledged, slowest start "
          f"{max(starts, default=0):.2f} s, {in_cleaning} kills in the middle of cleaning, seed {options.seed}",
          flush=True)
    sys.stdout.flush()
    os._exit(1 if failed else 0)  # no thread of a client library may hold the process


if __name__ == "__main__":
    main()
