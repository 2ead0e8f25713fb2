#!/usr/bin/env python3
"""Follows docs/data-stack.md: runs its commands as they stand there, in one shell, on the page's own ports.

The ports are free because the shell has a network of its own (`unshare --net`), which also shows that nothing is fetched once
all is installed. What the page shows as output must come; and while the DAG stands at its first step it is looked at
whether dbt is really held back. Prints a verdict a step and last `N passed, N failed`.
"""
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import page

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "peers"))

from millrace import binary, wait_for  # noqa: E402

SECONDS = 900  # a block of commands has no longer
# SIOCSIFFLAGS with IFF_UP, since a new network has its loopback down and `ip` is not everywhere.
LOOPBACK_UP = "import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sH22x', b'lo', 1))"
STARTS_BROKER, STARTS_DAG = "millrace serve", "airflow dags test"


class Shell:
    """The reader's terminal; `home` is the reader's home directory."""

    def __init__(self, home):
        self.home = home
        self.log = home / "terminal.log"
        programs = home / "bin"
        programs.mkdir()
        (programs / "millrace").symlink_to(binary())
        cache = os.environ.get("MILLRACE_PEERS") or Path.home() / ".cache" / "millrace-peers"
        environment = {**os.environ, "HOME": str(home), "MILLRACE_PEERS": str(cache),
                       "PATH": f"{programs}:{os.environ['PATH']}"}
        self.process = subprocess.Popen(
            ["unshare", "--user", "--map-root-user", "--net", "bash"], cwd=page.ROOT, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=self.log.open("w"), stderr=subprocess.STDOUT, start_new_session=True)
        self.type(f"set -euo pipefail; {sys.executable} -c {shlex.quote(LOOPBACK_UP)}")

    def type(self, text):
        """Runs it; returns its output, or raises where it fails."""
        begin, done = self.log.stat().st_size, self.home / "done"
        done.unlink(missing_ok=True)
        self.process.stdin.write(f"{text}\ntouch {done}\n")
        self.process.stdin.flush()

        def ended():
            return done.exists() or self.process.poll() is not None

        wait_for(ended, SECONDS, f"the end of {text!r}")
        output = self.log.read_text(errors="replace")[begin:]
        if not done.exists():
            raise AssertionError(f"status {self.process.returncode} of {text!r}; it ended with\n{output[-3000:]}")
        return output

    def close(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def broker_is_up(work):
    wait_for(lambda: "ready " in (work / "millrace.log").read_text(), 30, "the broker's ready line")


def dbt_is_held_back(work):
    """The DAG's first step has begun and, seconds later, is all that has happened."""
    log = work / "dag.log"
    wait_for(lambda: "waiting for group 'bronze'" in log.read_text(), 300, "the DAG's first step")
    time.sleep(5)  # several looks of `millrace wait`
    assert "caught up" not in log.read_text(), "the first step is over, although the stream is not in"
    assert not list((work / "lake").glob("silver*")), "silver was made before the stream was in"
    assert not list((work / "lake").glob("warehouse*")), "dbt ran before the stream was in"


def follow(shell, text, expected):
    work = shell.home / "data-stack"
    output = shell.type(text)
    if missing := page.missing_lines(expected, output):
        raise AssertionError(f"not in the output of {text!r}: {missing}; it was\n{output[-3000:]}")
    if STARTS_BROKER in text:
        broker_is_up(work)
    if STARTS_DAG in text:
        dbt_is_held_back(work)
        print("     the DAG held dbt back until then", flush=True)


def main():
    begun = time.monotonic()
    steps = page.commands()
    for needed in (STARTS_BROKER, STARTS_DAG):
        assert any(needed in text for text, _ in steps), f"the page does not run {needed}"
    with tempfile.TemporaryDirectory(prefix="millrace-tutorial-") as home:
        shell = Shell(Path(home))
        passed = 0
        try:
            for text, expected in steps:
                follow(shell, text, expected)
                passed += 1
                print(f"PASS {text.splitlines()[0]} [{time.monotonic() - begun:.0f} s]", flush=True)
        except AssertionError as failure:
            print(f"FAIL {failure}")
            print_ends(Path(home) / "data-stack")
        finally:
            shell.close()
    failed = 0 if passed == len(steps) else 1
    print(f"{passed} passed, {failed} failed")
    return failed


def print_ends(work):
    for log in sorted(work.glob("*.log")):
        print(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}")


if __name__ == "__main__":
    sys.exit(main())
