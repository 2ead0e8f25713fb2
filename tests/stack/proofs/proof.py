"""What every proof stands on: the addresses, names of its own, comparisons that tell both sides, a verdict.

A proof is a program named by what it proves. It does its work in a scratch directory and calls `prove`, which prints
`PASS name: what was found` or `FAIL name: why` last. BOOTSTRAP and REGISTRY say where Millrace is.
"""
import os
import shutil
import sys
import tempfile
import time
import traceback
import uuid
from pathlib import Path

BOOTSTRAP = os.environ.get("BOOTSTRAP", "127.0.0.1:9092")
REGISTRY = os.environ.get("REGISTRY", "http://127.0.0.1:8081")
ROOT = Path(__file__).resolve().parents[3]
RUN = uuid.uuid4().hex[:8]

at_end = []  # called before the scratch directory goes


def own(name):
    """A topic or group that no other run uses."""
    return f"{name}_{RUN}"


def check(condition, why):
    if not condition:
        raise AssertionError(why)


def same(found, expected, what):
    check(found == expected, f"{what}: {found!r} instead of {expected!r}")


def eventually(condition, seconds, what):
    """Waits until condition() is true; returns its value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        check(time.monotonic() < deadline, f"{what}: not within {seconds} s")
        time.sleep(0.2)


def midway():
    """Tells whoever watches that the work is going on: the moment at which tests/stack/run_proofs.py kills Millrace."""
    print("MIDWAY", flush=True)


def prove(body):
    """Runs body(directory), which returns its finding, and ends the process with 0 or 1."""
    name = Path(sys.argv[0]).stem
    directory = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    try:
        verdict, status = f"PASS {name}: {body(directory)}", 0
    except BaseException as failure:  # whatever ends a proof, it says so in its last line
        traceback.print_exc()
        why = " ".join(str(failure).split()) or "no message"
        verdict, status = f"FAIL {name}: {type(failure).__name__}: {why[:300]}", 1
    for action in at_end:
        action()
    shutil.rmtree(directory, ignore_errors=True)
    sys.stderr.flush()
    print(verdict, flush=True)
    os._exit(status)  # threads of client libraries do not hold the process
