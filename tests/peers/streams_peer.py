"""Kafka Streams and Kafka Connect as child processes: a word count of our own, and a distributed worker."""
import json
import re
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import kafka_peer
from millrace import wait_for

# Peers come back to a broker that was away as soon as it is there, and a group notices a killed member after 6 s, the
# least that a broker allows by default.
QUICK = {"reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 200, "retry.backoff.ms": 50,
         "retry.backoff.max.ms": 200}
QUICK_MEMBER = {"session.timeout.ms": 6000, "heartbeat.interval.ms": 500}


class JavaProgram:
    """A program in a JVM of its own; what it says on stdout is kept in `talk`, what it logs in `log`."""

    def __init__(self, directory, name):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.talk, self.log = self.directory / f"{name}.talk", self.directory / f"{name}.log"
        self.config = self.directory / f"{name}.properties"
        self.process = None

    def run(self, settings, *arguments, level="WARN", target="SYSTEM_ERR"):
        self.config.write_text("".join(f"{k}={v}\n" for k, v in settings.items()))
        with self.talk.open("w") as talk, self.log.open("a") as log:
            self.process = subprocess.Popen(
                kafka_peer.java(*kafka_peer.QUICK_START, *map(str, arguments), heap="256m", level=level, target=target,
                                more_libs=[kafka_peer.install_streams()]),
                stdin=subprocess.DEVNULL, stdout=talk, stderr=log, start_new_session=True)
        return self

    def said(self, pattern):
        """All that the running process said so, as tuples of the pattern's groups."""
        return re.findall(pattern, self.talk.read_text(errors="replace"), re.M)

    def wait_until_said(self, pattern, limit=60):
        def said():
            self.check()
            return self.said(pattern)

        return wait_for(said, limit, f"{self.name} says {pattern}")

    def check(self):
        assert self.process.poll() is None, self.end_told()

    def last_words(self):
        return f"{self.talk.read_text(errors='replace')[-2000:]}\n{self.log.read_text(errors='replace')[-4000:]}"

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self, limit=60):
        """A clean stop by SIGTERM."""
        self.check()
        self.process.terminate()
        status = self.process.wait(limit)
        assert status in (0, 128 + signal.SIGTERM), self.end_told()

    def end_told(self):
        return f"{self.name} ended with status {self.process.returncode}: {self.last_words()}"


class WordCount(JavaProgram):
    """One instance of the application in WordCount.java; `state` is its state directory."""

    def __init__(self, bootstrap, directory, application, source, target, number=0, **settings):
        super().__init__(directory, f"count-{number}")
        self.source, self.target = source, target
        self.state = self.directory / f"state-{number}"
        self.settings = {
            "bootstrap.servers": bootstrap, "application.id": application, "client.id": self.name,
            "state.dir": self.state, "processing.guarantee": "exactly_once_v2", "num.stream.threads": 1,
            "replication.factor": 1, "auto.offset.reset": "earliest", "commit.interval.ms": 100, **QUICK,
            **{f"main.consumer.{k}": v for k, v in QUICK_MEMBER.items()}, **settings}

    def start(self):
        return self.run(self.settings, kafka_peer.HERE / "WordCount.java", self.config, self.source, self.target)

    def wait_until_running(self):
        return self.wait_until_said(r"^state (RUNNING)$")

    def restored(self):
        """Records that each partition of the store was restored from."""
        return {int(partition): int(count) for partition, count in self.said(r"^restored (\d+) (\d+)$")}


class ConnectWorker(JavaProgram):
    """One distributed Connect worker, spoken to by its REST interface."""

    def __init__(self, bootstrap, directory, group, **settings):
        super().__init__(directory, "worker")
        self.url = None
        stores = {}
        for store in ("config", "offset", "status"):
            stores |= {f"{store}.storage.topic": f"{group}-{store}", f"{store}.storage.replication.factor": 1}
        self.settings = {
            "bootstrap.servers": bootstrap, "group.id": group, "listeners": "http://127.0.0.1:0",
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            "value.converter": "org.apache.kafka.connect.storage.StringConverter",
            "plugin.discovery": "service_load", "offset.flush.interval.ms": 200, "scheduled.rebalance.max.delay.ms": 0,
            "offset.storage.partitions": 3, "status.storage.partitions": 2,
            **stores, **QUICK, **QUICK_MEMBER, **settings}

    def start(self):
        self.run(self.settings, "org.apache.kafka.connect.cli.ConnectDistributed", self.config,
                 level="INFO", target="SYSTEM_OUT")
        self.url = self.wait_until_said(r"REST server listening at (http://127\.0\.0\.1:\d+)/")[0]
        self.wait_until_said(r"REST resources initialized")
        self.wait_until_said(r"Finished starting connectors and tasks")
        return self

    def ask(self, method, path, body=None):
        """(status, answer) of one request."""
        request = urllib.request.Request(self.url + path, method=method, headers={"Content-Type": "application/json"},
                                         data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read() or b"null")

    def get(self, path):
        status, answer = self.ask("GET", path)
        assert status == 200, (path, status, answer)
        return answer
