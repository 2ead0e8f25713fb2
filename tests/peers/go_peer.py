#!/usr/bin/env python3
"""Go clients as peers: the Go toolchain from PyPI, the modules of go/go.mod, the programs of go/.

    go_peer.py install       builds the programs (idempotent); prints their folder

As a module: program(name) for a client program, run_go for the go command with everything it keeps below MILLRACE_PEERS.
"""
import hashlib
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from client_program import ClientProgram  # noqa: E402
from kafka_peer import PEERS  # noqa: E402

SOURCE = HERE / "go"
PROGRAMS = ["franz_go", "sarama", "kafka_go", "registry"]


@cache
def toolchain():
    """The folder of the Go installation."""
    python = subprocess.run([HERE / "venv", SOURCE / "toolchain.txt"], check=True, text=True, stdout=subprocess.PIPE)
    told = subprocess.run([python.stdout.strip(), "-c", "import go; print(go.__path__[0])"], check=True, text=True,
                          stdout=subprocess.PIPE)
    return Path(told.stdout.strip())


def environment():
    """Only the pinned toolchain, only the pinned modules, and nothing outside of MILLRACE_PEERS."""
    return {**os.environ, "GOROOT": str(toolchain()), "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly -modcacherw",
            "GOPATH": str(PEERS / "go"), "GOCACHE": str(PEERS / "go" / "build"), "CGO_ENABLED": "0"}


def run_go(*arguments, settings=None, **more):
    """The go command in the module; `settings` are more variables of its environment."""
    return subprocess.run([toolchain() / "bin" / "go", *map(str, arguments)], cwd=SOURCE,
                          env={**environment(), **(settings or {})}, stdin=subprocess.DEVNULL, **more)


@cache
def install():
    """Returns the folder of the programs, built anew where their sources changed."""
    sources = sorted(path for path in SOURCE.rglob("*") if path.is_file())
    content = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    folder = PEERS / "go" / f"programs-{content}"
    if not all((folder / name).exists() for name in PROGRAMS):
        run_go("build", "-o", f"{folder}/", *[f"./{name}" for name in PROGRAMS], check=True, stdout=sys.stderr)
    return folder


def program(name):
    return ClientProgram([install() / name])


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["install"]:
            print(install())
        case _:
            sys.exit(__doc__)
