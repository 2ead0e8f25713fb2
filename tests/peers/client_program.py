"""Client programs in other languages (go/, node/): told what to do in a line of JSON, they tell what they saw in lines.

    program.run("produce", bootstrap=..., topic=..., codecs=["none", "zstd"], values=[...])
                                       -> {"offsets": [[...], [...]]}; a partition for each codec, from the first on
    program.run("transactions", bootstrap=..., topic=..., id=..., transactions=[{"values": [...], "commit": True}])
    program.run("read", bootstrap=..., topic=..., count=10)       -> {"values": [...]} of the committed records
    program.run("copy", bootstrap=..., source=..., sink=..., group=..., id=..., protocol=..., count=10)
                                       -> {"copied": ..., "aborted": ...}; the first transaction is aborted and repeated
    program.run("create", bootstrap=..., topic=...)               and "describe", "delete"
    program.run("encode", registry=..., subject=..., schema=..., user={...})   and "decode", "administer", of "registry"
    with program.member(bootstrap=..., topic=..., group=..., protocol="range") as member: ...
"""
import json
import subprocess
import tempfile
import threading

from millrace import wait_for


class ClientProgram:
    def __init__(self, command, environment=None):
        self.command, self.environment = [str(c) for c in command], environment

    def run(self, operation, **request):
        """The last line it told."""
        done = subprocess.run(self.command, input=line_of(operation, request), env=self.environment, timeout=60,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert done.returncode == 0, f"{operation} ended with status {done.returncode}: {done.stderr[-3000:]}"
        return json.loads(done.stdout.splitlines()[-1])

    def member(self, **request):
        return Member(self.command, self.environment, line_of("member", request))


class Member:
    """A group member in a process of its own: `assigned` is what it has now, `records` what it read and committed."""

    def __init__(self, command, environment=None, request=""):
        self.assigned, self.records = [], []
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, env=environment, text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors)
        self.process.stdin.write(request)
        self.process.stdin.flush()
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self):
        for line in self.process.stdout:
            said = json.loads(line)
            self.assigned = said.get("assigned", self.assigned)
            self.records += [(r["partition"], r["offset"], r["value"]) for r in said.get("read", [])]

    def wait_for(self, condition, what):
        def holds():
            assert self.process.poll() is None, f"the member ended while waiting for {what}: {self.said_wrong()}"
            return condition()

        wait_for(holds, 40, what)

    def said_wrong(self):
        self.errors.seek(0)
        return self.errors.read()[-3000:].decode(errors="replace")

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        """Has it leave its group and end."""
        self.process.stdin.close()
        try:
            status = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.listener.join()
        assert failed or status == 0, f"the member ended with status {status}: {self.said_wrong()}"


def line_of(operation, request):
    return json.dumps({"operation": operation, **request}) + "\n"
