#!/usr/bin/env python3
"""An exactly-once copy by several processes, with kill -9 of the processes and of the broker every few seconds.

    exactly_once.py [--seconds 600] [--copiers 3] [--client java] [--protocol consumer] [--seed N] [--against kafka]
                    [--keep DIR]

A writer fills a topic all the while; the copiers share it as one group and copy it in transactions. At the end each record
must have been copied once, and the histories of the copiers and of a reader that follows must show nothing that Kafka's
guarantees rule out (history.py). The last line is `N violations` and what was done.
"""
import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "peers")]

from confluent_kafka.admin import AdminClient, NewTopic  # noqa: E402

import kafka_peer  # noqa: E402
from copier import CopyReader  # noqa: E402
from history import steps, transactions, violations  # noqa: E402
from ledger import PARTITIONS, ConfluentWriter, Ledger, Reader, Violation, Worker, retried  # noqa: E402
from millrace import Millrace  # noqa: E402

SOURCE, TARGET = "source", "target"
# The version of the Java client; those before 4 speak version 1 of transactions, as librdkafka does.
CLIENTS = {"librdkafka": None, "java": kafka_peer.VERSION, **{f"java-{v}": v for v in kafka_peer.CLIENT_VERSIONS}}
SETTINGS = {"log.segment.bytes": str(1 << 20), "group.consumer.min.session.timeout.ms": "6000",
            "group.consumer.session.timeout.ms": "6000"}


def copier_program(client, directory):
    """What copies with this client: the same arguments, steps and history with each."""
    if client == "librdkafka":
        return [sys.executable, HERE / "copier.py"]
    libs = kafka_peer.install_clients(CLIENTS[client])
    classes = kafka_peer.compiled(HERE / "Copier.java", directory / "classes", libs)
    return kafka_peer.java(*kafka_peer.QUICK_START, "Copier", libs=libs, classes=classes, heap="128m")


class CopierProcess:
    """One of the copiers, started again whenever it is killed."""

    def __init__(self, command, number, directory, seed):
        self.command, self.number, self.random = command, number, random.Random(seed)
        self.history, self.talk = directory / f"copier-{number}.history", directory / f"copier-{number}.log"
        self.kills = 0
        self.start()

    def start(self):
        name = f"copier-{self.number}"
        # The first one joins anew each time, the others come back as who they were.
        static = ["--instance", name] if self.number else []
        with self.talk.open("a") as talk:
            self.process = subprocess.Popen(
                [*self.command, "--name", name, *static, "--seed", str(self.random.getrandbits(32)),
                 "--history", self.history],
                stdin=subprocess.DEVNULL, stdout=talk, stderr=talk, start_new_session=True)

    def check(self):
        if self.process.poll() is not None:
            raise Violation(f"copier {self.number} ended by itself: {self.talk.read_text()[-2000:]}")

    def kill(self):
        self.check()
        self.process.kill()
        self.process.wait()
        self.kills += 1

    def stop(self):
        self.check()
        self.process.terminate()
        if self.process.wait(120) != 0:
            raise Violation(f"copier {self.number} failed: {self.talk.read_text()[-2000:]}")


class Follower(Worker):
    """A reader of committed records beside the copiers; what it is handed is kept."""

    def __init__(self, bootstrap):
        self.reader, self.copies = CopyReader(bootstrap, TARGET), []
        super().__init__("follower")

    def work(self):
        while not self.ending.is_set():
            self.copies += self.reader.read_on()
            self.ending.wait(0.2)


class Run:
    def __init__(self, directory, against, client, protocol, seed, count):
        make = kafka_peer.KafkaNode if against == "kafka" else Millrace
        self.random = random.Random(seed)
        self.node = make(directory, dict(SETTINGS))
        self.node.start()
        self.broker_kills = 0
        bootstrap = self.node.bootstrap
        admin = AdminClient({"bootstrap.servers": bootstrap})
        for future in admin.create_topics([NewTopic(t, PARTITIONS, 1) for t in (SOURCE, TARGET)]).values():
            future.result(20)
        self.reader, self.ledger = Reader(bootstrap), Ledger(SOURCE)
        for topic in (SOURCE, TARGET):
            retried(lambda t=topic: self.reader.end(t, PARTITIONS - 1))
        self.writer = ConfluentWriter(bootstrap, self.ledger, seed + 1, idempotent=True, pause=0.05)
        self.follower = Follower(bootstrap)
        command = [*copier_program(client, self.node.directory), bootstrap, SOURCE, TARGET, "--protocol", protocol]
        self.copiers = [CopierProcess(command, n, self.node.directory, seed + 2 + n) for n in range(count)]

    def disturb(self):
        """One kill -9, and the start after it."""
        time.sleep(self.random.uniform(1, 4))
        self.check()
        if self.random.random() < 0.5:
            self.node.kill()
            time.sleep(self.random.uniform(0, 1))
            self.node.start()
            self.broker_kills += 1
        else:
            copier = self.random.choice(self.copiers)
            copier.kill()
            time.sleep(self.random.uniform(0, 1))
            copier.start()

    def check(self):
        for part in (self.writer, self.follower, *self.copiers):
            part.check()

    def finish(self):
        """All violations; the copiers may catch up first."""
        self.writer.stop()
        self.ledger.verify_from_the_start(self.reader)
        wanted = list(map(len, self.ledger.found))
        stalled_at, last = time.monotonic() + 60, None
        while (kept := self.reader.committed("copiers", SOURCE)) != wanted:
            self.check()
            if kept != last:
                stalled_at, last = time.monotonic() + 60, kept
            if time.monotonic() > stalled_at:
                raise Violation(f"the copy stands still at {kept} of {wanted}")
            time.sleep(0.1)
        for copier in self.copiers:
            copier.stop()
        self.follower.stop()
        self.copies = CopyReader(self.node.bootstrap, TARGET).read_on()
        self.histories = [list(steps(copier.history)) for copier in self.copiers]
        return list(violations(self.ledger.found, self.histories, self.copies, [self.follower.copies]))

    def told(self):
        outcomes = [t.outcome for t in transactions(self.histories).values()]
        return (f"{sum(map(len, self.ledger.found))} records copied in {outcomes.count('committed')} transactions, "
                f"{outcomes.count('aborted')} aborted, {outcomes.count('unknown')} of unknown outcome, "
                f"{len(self.follower.copies)} read meanwhile; broker killed {self.broker_kills} times, "
                f"copiers {sum(c.kills for c in self.copiers)} times")

    def end(self):
        self.node.kill()
        for copier in self.copiers:
            if copier.process.poll() is None:
                copier.process.kill()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--copiers", type=int, default=3)
    parser.add_argument("--client", choices=CLIENTS, default="librdkafka", help=f"java is that of Kafka {kafka_peer.VERSION}")
    parser.add_argument("--protocol", choices=["classic", "consumer"], default="classic", help="of the group")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--against", choices=["millrace", "kafka"], default="millrace")
    parser.add_argument("--keep", help="directory to work in and to leave as it is")
    options = parser.parse_args()
    directory = Path(options.keep or tempfile.mkdtemp(prefix="exactly-once-"))
    print(f"{options.client}, {options.protocol} group, seed {options.seed}, {options.seconds:g} s, "
          f"directory {directory}", flush=True)
    run, found = None, []
    try:
        run = Run(directory, options.against, options.client, options.protocol, options.seed, options.copiers)
        deadline = time.monotonic() + options.seconds
        while time.monotonic() < deadline:
            run.disturb()
        found = run.finish()
        print(run.told(), flush=True)
    except Exception as failure:
        if not isinstance(failure, Violation):
            traceback.print_exc()
        found.append(str(failure))
    finally:
        if run:
            run.end()
    for violation in found[:20]:
        print(violation, flush=True)
    if found:
        print(f"the directory is kept: {directory}")
    elif not options.keep:
        shutil.rmtree(directory, ignore_errors=True)
    print(f"{len(found)} violations, seed {options.seed}", flush=True)
    sys.stdout.flush()
    os._exit(1 if found else 0)  # no thread of a client library may hold the process


if __name__ == "__main__":
    main()
