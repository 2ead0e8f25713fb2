"""How fast compacted topics are cleaned, with what memory, and what producers notice of it: a part of bench/run."""
import os
import threading
import time

from process import Process

QUICK = {"log.cleaner.backoff.ms": "100", "log.cleaner.threads": "1"}
UNTHROTTLED = {**QUICK, "log.cleaner.io.max.bytes.per.second": "1e12"}
# Millrace's default; Kafka has none.
THROTTLED = {**QUICK, "log.cleaner.io.max.bytes.per.second": str(32 << 20)}
# More than all is never dirty: so nothing is cleaned before its time.
COMPACTED = {"cleanup.policy": "compact", "segment.bytes": str(64 << 20), "min.cleanable.dirty.ratio": "1"}
DIRTY = {**COMPACTED, "min.cleanable.dirty.ratio": "0"}
LIMIT_SECONDS = 7200


def configs(values):
    return [f"{key}={value}" for key, value in values.items()]


class Log:
    """The files of one partition of one broker."""

    def __init__(self, node, topic):
        self.checkpoint, self.topic = node.data / "cleaner-offset-checkpoint", topic
        self.directory = node.data / f"{topic}-0"

    def segments(self):
        """(base offset, bytes) of those that cleaning may touch, and where the active one begins."""
        *sealed, active = sorted((int(f.stem), f.stat().st_size) for f in self.directory.glob("*.log"))
        return sealed, active[0]

    def cleaned_up_to(self):
        try:
            lines = self.checkpoint.read_text().splitlines()[2:]
        except FileNotFoundError:
            return 0
        return next((int(x.split()[2]) for x in lines if x.startswith(f"{self.topic} ")), 0)

    def wait_until_cleaned(self, ending=None):
        """Seconds; nothing where `ending` is set before."""
        begun, active = time.monotonic(), self.segments()[1]
        while self.cleaned_up_to() < active:
            if ending and ending.is_set():
                return None
            if time.monotonic() > begun + LIMIT_SECONDS:
                raise RuntimeError(f"{self.topic} is not cleaned within {LIMIT_SECONDS} s")
            time.sleep(0.01)
        return time.monotonic() - begun


def time_cleaning(bench, broker, topic):
    """Cleans a topic that was written before."""
    node = bench.nodes[broker]
    log, process = Log(node, topic), Process(node.pid)
    os.sync()  # what waits for the disk is not the cleaner's
    before, _ = log.segments()
    size = sum(bytes_ for _, bytes_ in before)
    idle, cpu = process.mib("VmRSS"), process.cpu_seconds()
    process.forget_peak()
    bench.load(broker, "alter", topic, C=configs(DIRTY))
    seconds = log.wait_until_cleaned()
    after = sum(bytes_ for _, bytes_ in log.segments()[0])
    return {"bytes": size, "bytes_after": after, "seconds": seconds, "mb_per_second": size / seconds / 1e6,
            "cpu_s": process.cpu_seconds() - cpu, "resident_before_mib": idle, "peak_mib": process.mib("VmHWM")}


def throughput(bench, repeat, gigabytes, keep=True):
    """One record in ten is of a key of its own."""
    for size in (1024, 100):
        for broker in bench.both():
            topic, count = f"c{repeat}-{size}", int(gigabytes * 1e9 / size)
            bench.load(broker, "produce", topic, n=count, k=count // 10, s=size, T=600, C=configs(COMPACTED))
            result = time_cleaning(bench, broker, topic)
            if keep:
                bench.keep(f"compaction, {size} B", broker, result)
            bench.load(broker, "delete", topic)


def distinct_keys(bench, count):
    """Every record has a key of its own: many more than the cleaner's table holds, so it takes rounds."""
    for broker in bench.both():
        bench.load(broker, "produce", "distinct", n=count, k=count, s=20, T=1800, C=configs(COMPACTED))
        bench.keep(f"compaction, {count:,} distinct keys", broker, time_cleaning(bench, broker, "distinct"))
        bench.load(broker, "delete", "distinct")


def beside_producing(bench, repeat):
    """The time to the acknowledgement at half of what the producer can do, with and without a cleaner at work."""
    for acks in (1, "all"):
        for broker in bench.both():
            topic = f"h{repeat}-{acks}"
            most = bench.load(broker, "produce", topic, n=bench.count(100), a=acks)
            bench.load(broker, "delete", topic)
            if most["status"]:
                return bench.keep(f"half load, acks={acks}", broker, most)
            rate = int(most["per_second"] / 2)
            for is_cleaning in (False, True) if repeat % 2 else (True, False):
                what = f"half load, acks={acks}, {'beside' if is_cleaning else 'without'} cleaning"
                bench.keep(what, broker, pace(bench, broker, f"{topic}-{is_cleaning}", rate, acks, is_cleaning))


def pace(bench, broker, topic, rate, acks, is_cleaning):
    dirty, ending, cleaned = f"{topic}-dirty", threading.Event(), []
    # Read twice and half of it written, that is about 20 s of cleaning.
    count = (256 << 20) // 1024
    bench.load(broker, "produce", dirty, n=count, k=count // 2, s=1024, C=configs(COMPACTED))
    os.sync()
    if is_cleaning:
        log = Log(bench.nodes[broker], dirty)
        watch = threading.Thread(target=lambda: cleaned.append(log.wait_until_cleaned(ending)))
        bench.load(broker, "alter", dirty, C=configs(DIRTY))
        watch.start()
    result = bench.load(broker, "pace", topic, r=rate, a=acks, d=15)
    if is_cleaning:
        ending.set()
        watch.join()
        result["cleaned_after_s"] = cleaned[0]
    bench.load(broker, "delete", topic)
    bench.load(broker, "delete", dirty)
    return result
