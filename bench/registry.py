"""The schema registry beside Apicurio Registry: a part of bench/run. Apicurio keeps its schemas in memory."""
import json
import shutil
import subprocess
import threading
import time

from apicurio_peer import ApicurioNode
from millrace import Millrace
from process import Process
from registry_client import RegistryClient

TARGET = "registry_load"
SIDES = {"millrace": "Millrace", "apicurio": "Apicurio, in memory"}
CONNECTIONS = (1, 8, 64)
READ_RATE, READ_SECONDS, READERS = 1000, 10, 8
PRODUCE_RATE = 50_000  # records of 100 B, acks=all, beside the reads
WARM_UP = {"millrace": 500, "apicurio": 10_000}  # a JVM needs that many
ANSWERED = ("p50_us", "p99_us")


class RegistryBench:
    def __init__(self, bench, build):
        self.bench, self.program = bench, build / "bench" / TARGET
        self.scale, self.repeats = bench.options.scale, bench.options.repeats
        self.registered = dict.fromkeys(SIDES, 0)

    def measure(self):
        for repeat in range(self.repeats):
            print(f"repeat {repeat + 1} of {self.repeats}", flush=True)
            for side in list(SIDES) if repeat % 2 else list(SIDES)[::-1]:
                self.node = self.start(side)
                try:
                    self.of_one(side, with_many=repeat == 0)
                finally:
                    self.node.stop()
                    shutil.rmtree(self.node.directory, ignore_errors=True)

    def start(self, side):
        directory = self.bench.directory / f"registry-{side}"
        self.registered[side] = 0
        if side == "apicurio":
            return ApicurioNode(directory, heap="2g").start()
        return Millrace(directory, registry="127.0.0.1:0").start()

    def of_one(self, side, with_many):
        empty = self.resident_mib()
        self.register(side, self.count(WARM_UP[side]), 8)
        for connections in CONNECTIONS:
            count = self.count(500 * connections ** 0.5)
            cpu = self.cpu_seconds()
            result = self.register(side, count, connections)
            result["cpu_us"] = 1e6 * (self.cpu_seconds() - cpu) / count
            self.bench.keep(f"registry: registrations, {connections} connection{'s' if connections > 1 else ''}", side, result)
        self.bench.keep("registry: reads by id", side, self.read(side))
        if side == "millrace":
            self.bench.keep("registry: reads by id, beside producing", side, self.read_beside_producing(side))
        if with_many:  # they take Apicurio minutes
            self.many(side, empty)

    def count(self, full):
        return max(20, int(full * self.scale))

    def load(self, *arguments):
        done = subprocess.run([str(self.program), *map(str, arguments)], text=True, stdout=subprocess.PIPE)
        result = json.loads(done.stdout) if done.stdout else {}
        return {**result, "status": done.returncode or int(result.get("failed", 1) > 0)}

    def register(self, side, count, connections):
        first = self.registered[side] + 1
        self.registered[side] += count
        return self.load("register", self.node.registry_url, count, connections, first)

    def read(self, side):
        seconds = max(1, READ_SECONDS * min(1, self.scale))
        return self.load("get", self.node.registry_url, READ_RATE, seconds, READERS, self.registered[side])

    def read_beside_producing(self, side):
        """The produce load begins before the reads and ends after them."""
        bootstrap, seconds = self.node.bootstrap, READ_SECONDS * min(1, self.scale) + 3
        produce = subprocess.Popen([str(self.program.with_name("load")), "pace", "-b", bootstrap, "-t", "beside", "-r", str(PRODUCE_RATE),
                                    "-a", "all", "-d", str(int(seconds))], text=True, stdout=subprocess.PIPE)
        threading.Event().wait(1)
        result = self.read(side)
        told = json.loads(produce.communicate()[0] or "{}")
        return {**result, "produced_per_second": told.get("rate", 0), "status": result["status"] or produce.returncode}

    def many(self, side, empty_mib):
        """100,000 schemas: what they take in memory, and how long a start with them takes until one is answered."""
        self.register(side, max(0, self.count(100_000) - self.registered[side]), 64)
        result = {"schemas": self.registered[side], "mib": self.resident_mib(), "empty_mib": empty_mib}
        if side == "millrace":
            self.node.stop()
            begun = time.monotonic()
            self.node.start()
            with RegistryClient(self.node.registry_url) as client:
                answer = client.get(f"/schemas/ids/{self.registered[side]}")
            result |= {"restart_ms": 1e3 * (time.monotonic() - begun), "restarted_mib": self.resident_mib(), "status": int(answer.status != 200)}
        self.bench.keep("registry: many schemas", side, result)

    def resident_mib(self):
        return Process(self.node.pid).mib("VmRSS")

    def cpu_seconds(self):
        return Process(self.node.pid).cpu_seconds()


def tables(cells, rows, spread, ratio, table):
    """Of what was measured; `rows`, `spread`, `ratio` and `table` are those of bench/run."""
    parts, lines = [], []

    def line(text, results, key, digits=0):
        values = [[r[key] for r in side if key in r] for side in results]
        lines.append([text, *(spread(v, 1, digits) for v in values), ratio(*values)])

    def finish(head):
        if lines:
            parts.append(table([head, *SIDES.values(), "Millrace / Apicurio"], lines))
        lines.clear()

    for what, *results in rows(cells, "registry: registrations", SIDES):
        name = what.removeprefix("registry: registrations, ")
        line(f"{name}, per second", results, "per_second")
        for key in ANSWERED:
            line(f"{name}, {key.removesuffix('_us')}, µs", results, key)
        line(f"{name}, CPU, µs", results, "cpu_us")
    finish("registrations, each on disk in Millrace")
    for what, *results in rows(cells, "registry: reads", SIDES):
        for key in ANSWERED:
            line(f"{what.removeprefix('registry: ')}, {key.removesuffix('_us')}, µs", results, key)
    finish(f"{READ_RATE:,} reads/s")
    for _, *results in rows(cells, "registry: many", SIDES):
        count = next(r["schemas"] for side in results for r in side)
        for text, key in (("resident memory, MiB", "mib"), ("the same without a schema, MiB", "empty_mib"),
                          ("start until a schema is answered, ms", "restart_ms"), ("resident memory after that start, MiB", "restarted_mib")):
            line(text, results, key)
        finish(f"{count:,} schemas")
    return parts
