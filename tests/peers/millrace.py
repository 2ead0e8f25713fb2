"""A Millrace broker as a child process, with the same face as kafka_peer.KafkaNode: start, stop, kill, bootstrap, data."""
import os
import re
import select
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Groups settle as fast as their members answer, so that tests need not wait.
QUICK_GROUPS = {"group.initial.rebalance.delay.ms": "0", "group.consumer.heartbeat.interval.ms": "500"}

READY = re.compile(r"ready kafka=(?P<host>\S+):(?P<port>\d+) registry=(?P<registry>\S+)( |$)")


def binary():
    """The program under test: MILLRACE_BIN, else the newest build of a preset."""
    if os.environ.get("MILLRACE_BIN"):
        return Path(os.environ["MILLRACE_BIN"])
    built = [p for p in (ROOT / "build" / preset / "millrace" for preset in ("dev", "release")) if p.exists()]
    if not built:
        raise RuntimeError("no millrace program in build/: build it first or set MILLRACE_BIN")
    return max(built, key=lambda p: p.stat().st_mtime)


class Millrace:
    """One `millrace serve` on 127.0.0.1; the ports chosen at the first start are kept by later ones."""

    def __init__(self, directory, properties=None, arguments=(), registry="off", http="off"):
        self.directory = Path(directory)
        self.data = self.directory / "data"
        self.log = self.directory / "server.log"
        self.properties = {**QUICK_GROUPS, **(properties or {})}
        self.arguments = [str(a) for a in arguments]
        self.registry = registry
        self.http = http
        self.port = 0
        self.process = None
        self.ready_line = None
        self.directory.mkdir(parents=True, exist_ok=True)

    @property
    def bootstrap(self):
        return f"127.0.0.1:{self.port}"

    @property
    def registry_url(self):
        return f"http://{self.registry}"

    @property
    def pid(self):
        return self.process.pid

    def command(self):
        settings = [x for k, v in self.properties.items() for x in ("--set", f"{k}={v}")]
        http = ["--http", self.http] if self.http else []
        return [str(binary()), "serve", "--dir", str(self.data), "--listen", f"127.0.0.1:{self.port}",
                "--registry", self.registry, *http, *settings, *self.arguments]

    def spawn(self):
        """Starts the process without waiting for it."""
        with self.log.open("a") as talk:
            self.process = subprocess.Popen(self.command(), text=True, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=talk, start_new_session=True)

    def start(self, limit=30):
        self.spawn()
        readable, _, _ = select.select([self.process.stdout], [], [], limit)
        line = self.process.stdout.readline() if readable else ""
        found = READY.match(line)
        if not found:
            self.kill()
            raise RuntimeError(f"millrace printed {line!r} instead of its ready line; its talk ends:\n{self.talk()[-3000:]}")
        self.port = int(found["port"])
        self.registry = found["registry"]
        self.ready_line = line.rstrip("\n")
        return self

    def talk(self):
        return self.log.read_text(errors="replace")

    def stop(self):
        """A clean stop by SIGTERM; anything but status 0 within 30 s is an error."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                status = self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
                raise RuntimeError("millrace did not stop within 30 s of SIGTERM") from None
            if status != 0:
                raise RuntimeError(f"millrace ended with status {status}:\n{self.talk()[-3000:]}")

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def memory_bytes(self):
        """Resident memory now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


def wait_for(condition, limit=20.0, what="condition", step=0.05):
    """Calls condition until it returns something true and returns that; raises after `limit` seconds."""
    deadline = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {limit} s")
        time.sleep(step)
