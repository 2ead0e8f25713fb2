"""What a log inside a program costs, beside the libraries that people keep such logs with: a part of bench/run."""
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import kafka_peer

HERE = Path(__file__).resolve().parent / "embed"
TARGETS = ("embedded", "many_partitions", "embedded_memory", "embedded_hello", "millrace_shared")
GIB = 2**30
PARTITIONS, PARTITION_BYTES = 1000, 10 * GIB

# Of each peer: single records, records in batches, and whose end an appended record survives: all write to the page
# cache but the mock cluster, a partition of which keeps its last 5 MB in the memory of the process.
PEERS = {
    "millrace": ("Millrace", 100_000, 10_000_000, "the process"),
    "chronicle": ("Chronicle Queue", 100_000, 5_000_000, "the process"),
    "rocksdb": ("RocksDB", 100_000, 2_000_000, "the process"),
    "sqlite": ("SQLite", 20_000, 2_000_000, "the process"),
    "mock": ("librdkafka's mock cluster", 2_000, 40_000, "nothing"),
    "millrace broker": ("Millrace over loopback", 4_000, 2_000_000, "the process"),
    "kafka broker": ("Apache Kafka over loopback", 4_000, 2_000_000, "the process"),
}
FIGURES = [("one record until a spinning reader has it, p50, µs", "hand over, spinning", "p50_us", 1, 1),
           ("the same, p99, µs", "hand over, spinning", "p99_us", 1, 1),
           ("one record until a sleeping reader has it, p50, µs", "hand over, asleep", "p50_us", 1, 1),
           ("one pwritev of the same size, p50, µs", "pwritev", "p50_us", 1, 1),
           ("one record until it is on disk, p50, µs", "synced", "p50_us", 1, 0),
           ("appended in batches of 1,000, million records/s", "append", "per_second", 1e6, 2),
           ("read, million records/s", "read", "per_second", 1e6, 2),
           ("open a new directory, ms", "open new", "p50_us", 1e3, 2),
           ("open an empty log, ms", "open empty", "p50_us", 1e3, 2),
           ("close it, ms", "close empty", "p50_us", 1e3, 2)]
OPENINGS = {"clean": "after a clean end", "cold": "after a clean end, nothing in the page cache",
            "killed": "after kill -9, one record more in each"}
# What Chronicle Queue needs of Java 17; and it is not to call its makers.
OPEN_MODULES = ["-Dchronicle.analytics.disable=true",
                *(f"--add-exports={x}=ALL-UNNAMED" for x in ("java.base/jdk.internal.ref", "java.base/sun.nio.ch",
                                                             "jdk.unsupported/sun.misc",
                                                             "jdk.compiler/com.sun.tools.javac.file")),
                *(f"--add-opens={x}=ALL-UNNAMED" for x in ("jdk.compiler/com.sun.tools.javac", "java.base/java.lang",
                                                           "java.base/java.lang.reflect", "java.base/java.io",
                                                           "java.base/java.util", "java.base/sun.nio.ch"))]


class Embedded:
    def __init__(self, bench, build):
        self.bench, self.programs, self.build = bench, build / "bench", build
        self.scale, self.repeats = bench.options.scale, bench.options.repeats
        self.directory = bench.directory / "embedded"

    def measure(self):
        self.sizes()
        self.chronicle = self.chronicle_command()
        for node in self.bench.nodes.values():
            node.start()
        self.bench.warm_up()
        names = list(PEERS)
        for repeat in range(self.repeats):
            print(f"repeat {repeat + 1} of {self.repeats}", file=sys.stderr, flush=True)
            for name in names[repeat % len(names):] + names[:repeat % len(names)]:
                self.jobs(name, repeat)
            self.memory()
        for node in self.bench.nodes.values():
            node.stop()
        self.many_partitions()

    def lines(self, *command):
        """What a program prints; nothing where it fails, which is told."""
        done = subprocess.run([str(x) for x in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
        if done.returncode != 0:
            print(f"  failed: {command}: {done.stderr[-2000:]}", file=sys.stderr)
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def fresh(self):
        """An empty directory, and nothing that is still on its way to the disk."""
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir()
        os.sync()
        return self.directory

    def jobs(self, name, repeat):
        _, singles, records, _ = PEERS[name]
        amounts = (max(200, int(singles * self.scale)), max(1000, int(records * self.scale)))
        broker = name.removesuffix(" broker")
        if broker != name:
            command = [self.programs / "embedded", self.bench.nodes[broker].bootstrap, f"embedded-{repeat}"]
        elif name == "mock":
            command = [self.programs / "embedded", name, "log"]
        elif name == "chronicle":
            command = [*self.chronicle, self.fresh() / "log"]
        else:
            command = [self.programs / "embedded", name, self.fresh() / "log"]
        for result in self.lines(*command, *amounts):
            self.bench.keep(f"embedded, {result.pop('job')}", name, result)
        self.fresh()

    def chronicle_command(self):
        libs = kafka_peer.fetched(kafka_peer.PEERS / "chronicle" / "libs", HERE / "chronicle" / "pom.xml")
        classes = kafka_peer.compiled(HERE / "chronicle" / "ChronicleLog.java", self.bench.directory / "chronicle", libs)
        return kafka_peer.java(*OPEN_MODULES, "ChronicleLog", libs=libs, classes=classes)

    def memory(self):
        for what, where in (("with a log", self.fresh() / "log"), ("without", "without")):
            for result in self.lines(self.programs / "embedded_memory", where):
                self.bench.keep(f"embedded memory, {what}", "millrace", result)

    def sizes(self):
        shared = (self.build / "libmillrace.so").resolve()
        for what, file in (("libmillrace.so", shared), ("examples/embedded.cc with libmillrace.a", self.programs / "embedded_hello"),
                           ("the program millrace", self.build / "millrace")):
            stripped = self.bench.directory / "stripped"
            subprocess.run(["strip", "-o", str(stripped), str(file)], check=True)
            self.bench.keep(f"embedded size, {what}", "millrace", {"mib": stripped.stat().st_size / 2**20})
            stripped.unlink()

    def many_partitions(self):
        program, where = self.programs / "many_partitions", self.fresh() / "many"
        size = int(PARTITION_BYTES * min(1, self.scale))
        if shutil.disk_usage(self.directory).free < 2 * size:
            return print(f"  no room for {size / GIB:.1f} GiB: the opening of many partitions is left out", file=sys.stderr)
        self.lines(program, where, "fill", PARTITIONS, size)
        for _ in range(self.repeats):
            self.opening("clean", program, where)
        for _ in range(self.repeats):
            forget(where)
            self.opening("cold", program, where)
        for _ in range(self.repeats):
            subprocess.run([str(program), str(where), "append"], stderr=subprocess.DEVNULL, check=False)
            self.opening("killed", program, where)
        self.fresh()

    def opening(self, how, program, where):
        for result in self.lines(program, where, "open"):
            size = sum(f.stat().st_size for f in where.glob("*/*.log"))
            self.bench.keep(f"embedded opening, {how}", "millrace", {**result, "mib": size / 2**20})


def forget(where):
    """Has the kernel drop the files from its page cache."""
    for path in where.glob("**/*"):
        if path.is_file():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def tables(cells, spread, table):
    """Of what was measured; `spread` writes repeated values, `table` a table."""
    def values(what, peer, key):
        return [r[key] for r in cells.get((what, peer), []) if key in r]

    peers = [name for name in PEERS if any(what.startswith("embedded, ") and peer == name for what, peer in cells)]
    parts, lines = [], [["an appended record survives the end of", *(PEERS[peer][3] for peer in peers)]]
    for text, job, key, unit, digits in FIGURES:
        lines.append([text, *(spread(values(f"embedded, {job}", peer, key), unit, digits) for peer in peers)])
    if peers:
        parts.append(table(["records of 100 B", *(PEERS[peer][0] for peer in peers)], lines))

    lines = []
    for how, text in OPENINGS.items():
        what = f"embedded opening, {how}"
        if found := cells.get((what, "millrace")):
            lines.append([f"{found[0]['partitions']:,} partitions, {statistics.median(values(what, 'millrace', 'mib')) / 1024:.1f} GiB, {text}",
                          *(spread(values(what, "millrace", key), 1, digits) for key, digits in (("open_ms", 0), ("read_mib", 1), ("close_ms", 0)))])
    if lines:
        parts.append(table(["Millrace", "open, ms", "read meanwhile, MiB", "close, ms"], lines))

    lines = [[f"{what.split(', ', 1)[1]}, stripped", f"{cells[what, peer][0]['mib']:.2f} on disk"]
             for what, peer in cells if what.startswith("embedded size, ")]
    for what, text in (("with a log", "resident memory after opening a log, an append and a read"), ("without", "the same program without a log")):
        resident, anonymous = (values(f"embedded memory, {what}", "millrace", key) for key in ("resident_mib", "anonymous_mib"))
        if resident:
            lines.append([text, f"{spread(resident, 1, 1)}, of which {spread(anonymous, 1, 1)} are its own"])
    if lines:
        parts.append(table(["", "MiB"], lines))
    return parts
