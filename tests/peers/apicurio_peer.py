#!/usr/bin/env python3
"""Apicurio Registry as a peer: one archive from Maven Central, with Confluent's REST API below a path of its own.

    apicurio_peer.py install      fetch and unpack it (110 MB, idempotent); prints its folder

As a module: ApicurioNode (start, stop, kill, registry_url). It keeps its schemas in memory.
Everything lives below MILLRACE_PEERS, as in kafka_peer.py.
"""
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
from pathlib import Path

from kafka_peer import PEERS, free_port
from server_process import ServerProcess

VERSION = "3.0.9"  # the newest that runs on Java 17
ARTIFACT = f"io.apicurio:apicurio-registry-app:{VERSION}:tar.gz:all"
FOLDER = PEERS / f"apicurio-{VERSION}"
PROGRAM = f"apicurio-registry-app-{VERSION}-runner.jar"


def install():
    """Returns the folder of the program, fetched by Maven when absent."""
    if (FOLDER / ".complete").exists():
        return FOLDER
    for program in ("java", "mvn"):
        if not shutil.which(program):
            raise RuntimeError(f"{program} is not installed")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as fetched:
        # The one file; as a dependency it would want the poms of everything it was built from.
        subprocess.run(["mvn", "-B", "-q", "dependency:copy", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={fetched}"],
                       check=True, cwd=fetched, stdin=subprocess.DEVNULL, stdout=sys.stderr)
        [archive] = Path(fetched).glob("*.tar.gz")
        with tarfile.open(archive) as packed:
            packed.extractall(FOLDER, filter="data")
    (FOLDER / ".complete").touch()
    return FOLDER


class ApicurioNode(ServerProcess):
    """One registry on 127.0.0.1; what it had is gone after stop."""

    def __init__(self, directory, heap="400m"):
        self.directory = Path(directory)
        self.log = self.directory / "apicurio.log"
        self.heap = heap
        self.port = free_port()
        self.directory.mkdir(parents=True, exist_ok=True)

    @property
    def registry_url(self):
        return f"http://127.0.0.1:{self.port}/apis/ccompat/v7"

    def start(self, limit=120):
        address = {"QUARKUS_HTTP_HOST": "127.0.0.1", "QUARKUS_HTTP_PORT": str(self.port)}
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                ["java", f"-Xmx{self.heap}", "-jar", str(install() / PROGRAM)], cwd=self.directory,
                env={**os.environ, **address}, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                start_new_session=True)
        self.wait_until(self._answers, "Apicurio", limit, 0.1)
        return self

    def _answers(self):
        try:
            with urllib.request.urlopen(f"{self.registry_url}/subjects", timeout=5) as answer:
                return answer.read() == b"[]"
        except OSError:
            return False


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["install"]:
            print(install())
        case _:
            sys.exit(__doc__)
