#!/usr/bin/env python3
"""Apache Kafka as a peer: jars from Maven Central, one KRaft node on loopback, its command-line tools and Java clients.

    kafka_peer.py install            fetch the jars (idempotent); prints their folders
    kafka_peer.py run TOOL ARGS...   one tool in a JVM of its own: a short name below, or a class

As a module: KafkaNode (start, stop, kill of a broker), KafkaTools (many tool runs in one warm JVM) and JavaPeer (a Java
program of the tests, with the clients of any of CLIENT_VERSIONS).
Everything lives below MILLRACE_PEERS (default ${XDG_CACHE_HOME:-~/.cache}/millrace-peers).
"""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from server_process import ServerProcess

HERE = Path(__file__).resolve().parent
VERSION = "4.3.1"
CLIENT_VERSIONS = ("2.8.2", "3.9.2", VERSION, "4.4.0")
PEERS = Path(os.environ.get("MILLRACE_PEERS") or
             Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "millrace-peers")
LIBS = PEERS / f"kafka-{VERSION}" / "libs"
REGISTRY_LIBS = PEERS / "registry-clients-1" / "libs"
STREAMS_LIBS = PEERS / f"kafka-{VERSION}" / "streams-libs"

TOOLS = {
    "topics": "org.apache.kafka.tools.TopicCommand",
    "transactions": "org.apache.kafka.tools.TransactionsCommand",
    "configs": "kafka.admin.ConfigCommand",
    "groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    "offsets": "org.apache.kafka.tools.GetOffsetShell",
    "delete-records": "org.apache.kafka.tools.DeleteRecordsCommand",
    "console-producer": "org.apache.kafka.tools.ConsoleProducer",
    "console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "producer-perf": "org.apache.kafka.tools.ProducerPerformance",
    "consumer-perf": "org.apache.kafka.tools.ConsumerPerformance",
    "api-versions": "org.apache.kafka.tools.BrokerApiVersionsCommand",
    "dump-log": "org.apache.kafka.tools.DumpLogSegments",
    "storage": "kafka.tools.StorageTool",
}


def install():
    """Returns the folder of Kafka's jars, fetched by Maven when absent."""
    return fetched(LIBS, "pom.xml")


def install_clients(version):
    """Returns a folder with the Java clients of one version."""
    if version == VERSION:
        return install()
    return fetched(PEERS / f"kafka-clients-{version}" / "libs", "clients-pom.xml", f"-Dclients.version={version}")


def install_streams():
    """Returns a folder with what Kafka Streams and Connect's file connectors need beside Kafka's own jars."""
    return fetched(STREAMS_LIBS, "streams-pom.xml")


def install_registry_clients():
    """Returns a folder with Java clients of the registry; Kafka's are not in it."""
    return fetched(REGISTRY_LIBS, "registry-pom.xml")


def fetched(libs, pom, *properties):
    """A folder with what a pom names, complete or not there at all."""
    if (libs / ".complete").exists():
        return libs
    for program in ("java", "mvn"):
        if not shutil.which(program):
            raise RuntimeError(f"{program} is not installed")
    shutil.rmtree(libs, ignore_errors=True)
    libs.mkdir(parents=True)
    subprocess.run(["mvn", "-B", "-q", "-f", str(HERE / pom), "dependency:copy-dependencies", "-DincludeScope=runtime",
                    f"-DoutputDirectory={libs}", *properties],
                   check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    (libs / ".complete").touch()
    return libs


QUICK_START = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]  # for programs of a few seconds


def java(*arguments, libs=None, more_libs=(), classes=None, heap="512m", level="WARN", target="SYSTEM_ERR"):
    """The command line of one JVM with Kafka's jars on its class path, or those of `libs`; before them `classes`, after
    them the jars of further folders."""
    folders = (libs or install(), *more_libs)
    return ["java", f"-Xmx{heap}", f"-Dpeer.level={level}", f"-Dpeer.target={target}",
            f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}", "-Djava.awt.headless=true",
            "-cp", ":".join([*([str(classes)] if classes else []), *(f"{folder}/*" for folder in folders)]), *arguments]


def compiled(program, classes, libs):
    """Compiles a program of one file into `classes`, where it is to be started more than once."""
    subprocess.run(["javac", "-nowarn", "-cp", f"{libs}/*", "-d", str(classes), str(program)], check=True,
                   stdin=subprocess.DEVNULL, stdout=sys.stderr)
    return classes


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class KafkaNode(ServerProcess):
    """One Apache Kafka broker (combined KRaft node) on 127.0.0.1; its data stays between start and stop."""

    def __init__(self, directory, properties=None, heap="512m"):
        self.directory = Path(directory)
        self.data = self.directory / "data"
        self.log = self.directory / "server.log"
        self.properties = properties or {}
        self.heap = heap
        self.port = free_port()
        self.controller_port = free_port()
        self.data.mkdir(parents=True, exist_ok=True)

    @property
    def bootstrap(self):
        return f"127.0.0.1:{self.port}"

    def _configure(self):
        broker, controller = f"127.0.0.1:{self.port}", f"127.0.0.1:{self.controller_port}"
        settings = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{controller}",
            "listeners": f"PLAINTEXT://{broker},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{broker}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "log.dirs": str(self.data),
            "offsets.topic.replication.factor": "1",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
            "group.consumer.heartbeat.interval.ms": "500",
            "group.consumer.min.heartbeat.interval.ms": "500",
            **self.properties,
        }
        file = self.directory / "server.properties"
        file.write_text("".join(f"{k}={v}\n" for k, v in settings.items()))
        return file

    def start(self, limit=60):
        config = self._configure()
        if not (self.data / "meta.properties").exists():
            subprocess.run(java(TOOLS["storage"], "format", "-t", "bWlsbHJhY2VwZWVyMDAwMQ", "-c", str(config)),
                           check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                java(f"-Xms{self.heap}", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "kafka.Kafka", str(config),
                     heap=self.heap, level="INFO", target="SYSTEM_OUT"),
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        self.wait_until(lambda: "Kafka Server started" in self.log.read_text(errors="replace"), "Apache Kafka", limit, 0.05)
        return self


class ToolResult:
    def __init__(self, answer):
        self.status, self.out, self.err = answer["status"], answer["out"], answer["err"]

    def __repr__(self):
        return f"status {self.status}\nstdout: {self.out}\nstderr: {self.err}"


class JavaPeer:
    """A Java program of one file that answers each line of JSON with one, so that a JVM's start is paid for once."""

    def __init__(self, program, libs=None):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(java(*QUICK_START, str(program), libs=libs), text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors)

    def ask(self, request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            self.errors.seek(0)
            raise RuntimeError(f"the JVM ended: {self.errors.read()[-3000:].decode()}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)


class KafkaTools(JavaPeer):
    """Runs Kafka's own tools one after the other in one JVM (ToolRunner.java), each with stdin, stdout, status."""

    def __init__(self):
        super().__init__(HERE / "ToolRunner.java")

    def run(self, tool, *arguments, stdin=""):
        arguments = [str(a) for a in arguments]
        return ToolResult(self.ask({"tool": TOOLS.get(tool, tool), "arguments": arguments, "stdin": stdin}))

    def check(self, tool, *arguments, stdin=""):
        """run, which must end with status 0; returns its standard output."""
        result = self.run(tool, *arguments, stdin=stdin)
        assert result.status == 0, f"{tool} {arguments}: {result}"
        return result.out


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["install"]:
            print(*map(install_clients, CLIENT_VERSIONS), install_streams(), install_registry_clients(), sep="\n")
        case ["run", tool, *rest]:
            command = java(TOOLS.get(tool, tool), *rest)
            os.execvp(command[0], command)
        case _:
            sys.exit(__doc__)
