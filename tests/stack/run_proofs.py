#!/usr/bin/env python3
"""Runs the proofs of tests/stack/proofs one after the other on one Millrace that serves nothing else.

    run_proofs.py [--kills | --against kafka] [NAME...]      all of them without a name; part of a name is enough

With --kills, Millrace ends by SIGKILL while each proof of KILLED_DURING is midway, and is started again at once on the
same directory and ports. With --against kafka, an Apache Kafka and an Apicurio Registry stand in Millrace's place.
Prints each proof's verdict, what the servers took and last `N passed, N failed`. What a proof said stays in
build/test-logs/stack/.
"""
import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "peers"))

from apicurio_peer import ApicurioNode  # noqa: E402
from kafka_peer import KafkaNode  # noqa: E402
from millrace import Millrace  # noqa: E402
from process import Process  # noqa: E402

LOGS = ROOT / "build" / "test-logs" / "stack"
# In the order of the pipeline: into topics, to the tables, through the tables, and what keeps it all safe.
PROOFS = ("json_producer_keeps_order", "avro_consumer_commits_each_message", "windows_reach_delta",
          "medallion_cleans_into_dates", "dbt_builds_gold_twice", "delta_travels_merges_optimizes", "airflow_parses_the_dag",
          "lag_is_the_same_by_two_clients", "killed_consumer_resumes_at_its_commit", "restarted_stream_is_exactly_once",
          "schemas_evolve_or_are_refused", "aiokafka_group_shares_partitions")
KILLED_DURING = ("windows_reach_delta", "restarted_stream_is_exactly_once")
SECONDS = 900  # a proof has no longer


class MillraceAlone:
    """Broker and registry in one process."""

    def __init__(self, directory):
        self.nodes = [Millrace(directory, registry="127.0.0.1:0")]

    def addresses(self):
        return {"BOOTSTRAP": self.nodes[0].bootstrap, "REGISTRY": self.nodes[0].registry_url}


class KafkaAndApicurio:
    def __init__(self, directory):
        self.nodes = [KafkaNode(Path(directory) / "kafka"), ApicurioNode(Path(directory) / "apicurio")]

    def addresses(self):
        return {"BOOTSTRAP": self.nodes[0].bootstrap, "REGISTRY": self.nodes[1].registry_url}


SERVERS = {"millrace": MillraceAlone, "kafka": KafkaAndApicurio}


class Cost:
    """What servers took since this was made; the memory since each of them began."""

    def __init__(self, nodes):
        self.nodes = nodes
        self.begun, self.cpu_before = time.monotonic(), self.cpu_seconds()

    def cpu_seconds(self):
        return sum(Process(node.pid).cpu_seconds() for node in self.nodes)

    def told(self):
        memory = [Process(node.pid).mib("VmHWM") for node in self.nodes]
        parts = f" ({' + '.join(f'{x:.0f}' for x in memory)})" if len(memory) > 1 else ""
        return (f"{time.monotonic() - self.begun:.0f} s of proofs, in them {self.cpu_seconds() - self.cpu_before:.1f} s of the "
                f"servers' CPU; most resident memory {sum(memory):.0f} MiB{parts}")


class Run:
    """One proof in a process group of its own."""

    def __init__(self, name, programs, addresses):
        self.name, self.log = name, LOGS / f"{name}.log"
        self.begun = time.monotonic()
        environment = {**os.environ, **addresses, "PATH": f"{programs}:{os.environ['PATH']}"}
        with self.log.open("w") as talk:
            self.process = subprocess.Popen([f"{programs}/python", "-W", "ignore", HERE / "proofs" / f"{name}.py"],
                                            env=environment, stdin=subprocess.DEVNULL, stdout=talk, stderr=talk,
                                            start_new_session=True)

    def lines(self):
        return self.log.read_text(errors="replace").splitlines()

    def running(self):
        """Whether it still runs; ends it when its time is over."""
        if self.process.poll() is None and time.monotonic() - self.begun > SECONDS:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        return self.process.poll() is None

    def verdict(self):
        last = next((line for line in reversed(self.lines()) if line.startswith(("PASS ", "FAIL "))), "")
        if last and (self.process.returncode == 0) == last.startswith("PASS "):
            return last
        return f"FAIL {self.name}: ended with status {self.process.returncode} and without a verdict"


def prove(name, programs, servers, kills):
    """The verdict of one proof."""
    run = Run(name, programs, servers.addresses())
    killed = False
    while run.running():
        if kills and not killed and "MIDWAY" in run.lines():
            for node in servers.nodes:
                node.kill()
                node.start()
            killed = True
        time.sleep(0.02)
    verdict = run.verdict()
    if kills and not killed and verdict.startswith("PASS "):
        return f"FAIL {name}: it was never midway, so nothing was killed"
    seconds = f"{time.monotonic() - run.begun:.0f} s" + (", with a SIGKILL" if killed else "")
    return f"{verdict} [{seconds}]"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", action="store_true")
    parser.add_argument("--against", choices=SERVERS, default="millrace")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    if options.kills and options.against == "kafka":
        parser.error("--kills is of Millrace: Apicurio forgets its schemas when it ends")
    chosen = [p for p in PROOFS if not options.names or any(name in p for name in options.names)]
    programs = subprocess.run([HERE / "install"], check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
    LOGS.mkdir(parents=True, exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="millrace-stack-") as directory:
        servers = SERVERS[options.against](directory)
        try:
            begun = time.monotonic()
            for node in servers.nodes:
                node.start()
            print(f"ready after {time.monotonic() - begun:.2f} s", flush=True)
            cost = Cost(servers.nodes)
            for name in chosen:
                verdict = prove(name, programs, servers, options.kills and name in KILLED_DURING)
                failed += verdict.startswith("FAIL ")
                print(verdict, flush=True)
            if not options.kills:  # another process has begun anew at counting
                print(cost.told())
        finally:
            for node in servers.nodes:
                node.kill()
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
