"""The stages of tests/run; see there. Each stage's talk goes to build/test-logs/, one line of it to stdout."""
import argparse
import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / "tests" / "peers"
STACK = ROOT / "tests" / "stack"
LOGS = ROOT / "build" / "test-logs"
JOBS = os.cpu_count() or 2
FUZZ_SECONDS = {"default": 60, "full": 600}  # all targets together
KILL_ROUNDS = {"default": 10, "full": 200}
REGISTRY_KILL_ROUNDS = {"default": 10, "full": 100}
# What the Python tests use.
BUILT_FIRST = ("millrace", "millrace_static", "millrace_shared", "tail_directory", "three_links_tests", "group_member")
INSTALLS = {"clients", "kafka", "go", "node", "stack-install"}  # stages
RUNNING = set()  # process groups, ended with this program


@dataclass
class Outcome:
    passed: int = 0
    failed: int = 0
    note: str = ""


class Failed(Exception):
    """The stage could not do its work at all; counts as one failure."""


def run(log, *command, limit=1800, env=None, may_fail=False):
    """Runs a command with its output added to `log`; ends its whole process group when the limit is over."""
    log.write(f"$ {' '.join(map(str, command))}\n")
    log.flush()
    child = subprocess.Popen([str(c) for c in command], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log,
                             stderr=subprocess.STDOUT, env={**os.environ, **(env or {})}, start_new_session=True)
    RUNNING.add(child.pid)
    try:
        status = child.wait(limit)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        raise Failed(f"not done within {limit} s: {command[0]}") from None
    finally:
        RUNNING.discard(child.pid)
    if status != 0 and not may_fail:
        raise Failed(f"status {status}: {' '.join(map(str, command))[:120]}")
    return status


# ---- Installs, in the background of the build ------------------------------------------------------------------------

class Background:
    """An install that runs beside the build; `result` waits for it."""

    def __init__(self, name, *command):
        self.name, self.error = name, None
        self.started = time.monotonic()
        self.thread = threading.Thread(target=self._work, args=command, daemon=True)
        self.thread.start()

    def _work(self, *command):
        try:
            with (LOGS / f"{self.name}.log").open("w") as log:
                run(log, *command, limit=900)
        except Failed as failed:
            self.error = str(failed)
        self.seconds = time.monotonic() - self.started

    def result(self):
        self.thread.join()
        if self.error:
            raise Failed(self.error)
        return Outcome(note="installed")


def venv_python():
    return subprocess.run([PEERS / "venv"], check=True, text=True, stdout=subprocess.PIPE).stdout.strip()


# ---- Stages ----------------------------------------------------------------------------------------------------------

def build(log, preset, *targets):
    run(log, "cmake", "--preset", preset)
    run(log, "cmake", "--build", "--preset", preset, "-j", JOBS, *(["--target", *targets] if targets else []))
    return Outcome(note=f"build/{preset}")


def ctest(log, preset, labels):
    """Counts single googletest cases; any other test program counts as one."""
    directory = ROOT / "build" / preset
    status = run(log, "ctest", "--test-dir", directory, "-L", labels, "-j", JOBS, "--output-on-failure", may_fail=True,
                 env={"ASAN_OPTIONS": "detect_stack_use_after_return=1", "TSAN_OPTIONS": "halt_on_error=1"})
    told = (directory / "Testing" / "Temporary" / "LastTest.log").read_text(errors="replace")
    passed = failed = 0
    for program in re.split(r"^\d+/\d+ Testing: ", told, flags=re.M)[1:]:
        good = sum(map(int, re.findall(r"^\[  PASSED  \] (\d+) test", program, re.M)))
        bad = sum(map(int, re.findall(r"^\[  FAILED  \] (\d+) test", program, re.M)))
        if not re.search(r"^Test Passed\.", program, re.M):
            bad = bad or 1
        elif not good:
            good = 1
        passed, failed = passed + good, failed + bad
    if status != 0 and not failed:
        failed = 1
    if not passed + failed:
        raise Failed(f"no test has a label of {labels}")
    return Outcome(passed, failed)


def pytest(log, options, preset, *arguments):
    """Every Python test against the program of one build."""
    command = [venv_python(), "-m", "pytest", "-c", "tests/pytest.ini", "-q", "-ra", "--tb=short", *arguments]
    if options.without_peers:
        command.append("--without-peers")
    if not options.full:
        command += ["-m", "not slow"]
    at = log.tell()
    status = run(log, *command, limit=3600, may_fail=True, env={"MILLRACE_BIN": str(ROOT / "build" / preset / "millrace")})
    told = Path(log.name).read_text(errors="replace")[at:]
    summary = re.compile(r"\d+ (passed|failed|errors?|skipped)\b.* in [\d.]+s")
    last = next((line for line in reversed(told.splitlines()) if summary.match(line)), "")

    def count(word):
        found = re.search(rf"(\d+) {word}", last)
        return int(found[1]) if found else 0

    outcome = Outcome(count("passed"), count("failed") + count("error"))
    if status != 0 and not outcome.failed:
        raise Failed(f"pytest ended with status {status}")
    if count("skipped"):
        outcome.note = f"{count('skipped')} skipped"
    return outcome


def kill_rounds(log, program, rounds, preset="dev"):
    at = log.tell()
    status = run(log, venv_python(), f"tests/integration/{program}", "--rounds", rounds, limit=60 + 60 * rounds,
                 may_fail=True, env={"MILLRACE_BIN": str(ROOT / "build" / preset / "millrace")})
    last = Path(log.name).read_text(errors="replace")[at:].strip().splitlines()[-1]
    found = re.fullmatch(r"(\d+) rounds passed, (\d+) failed(.*)", last)
    if not found:
        raise Failed(f"ended with status {status}: {last[:120]}")
    return Outcome(int(found[1]), int(found[2]), "rounds" + found[3])


def counted(log, *command):
    """A program whose last line is `N passed, N failed`."""
    at = log.tell()
    status = run(log, sys.executable, *command, limit=3 * 3600, may_fail=True,
                 env={"MILLRACE_BIN": str(ROOT / "build" / "dev" / "millrace")})
    last = (Path(log.name).read_text(errors="replace")[at:].strip().splitlines() or [""])[-1]
    found = re.fullmatch(r"(\d+) passed, (\d+) failed", last)
    if not found:
        raise Failed(f"ended with status {status}: {last[:120]}")
    return Outcome(int(found[1]), int(found[2]))


def install_stack(log):
    run(log, STACK / "install", limit=3600)
    return Outcome(note="installed")


def stack_plan():
    """The data stack alone: one thing after the other, since Spark takes the machine."""
    return Plan(
        first=[("build", lambda log: build(log, "dev", "millrace")),
               ("stack-install", install_stack)],
        lanes=[],
        last=[("proofs", lambda log: counted(log, STACK / "run_proofs.py")),
              ("proofs-kills", lambda log: counted(log, STACK / "run_proofs.py", "--kills")),
              ("tutorial", lambda log: counted(log, STACK / "follow_tutorial.py"))])


def fuzz(log, seconds):
    """Each fuzz target for its share of the seconds, from the kept corpus; a crash leaves its input in build/fuzz/found-*."""
    build(log, "fuzz", "fuzzers")
    targets = sorted((ROOT / "build" / "fuzz" / "fuzzers").glob("*_fuzz"))
    if not targets:
        raise Failed("no fuzz target was built")
    seconds = max(1, seconds // len(targets))
    passed = failed = 0
    for target in targets:
        corpus = ROOT / "build" / "fuzz" / "corpus" / target.name
        corpus.mkdir(parents=True, exist_ok=True)
        status = run(log, target, corpus, f"-max_total_time={seconds}", "-max_len=65536", "-rss_limit_mb=2048", "-timeout=10",
                     f"-artifact_prefix={ROOT}/build/fuzz/found-{target.name}-", "-print_final_stats=1", may_fail=True,
                     limit=seconds + 120)
        passed, failed = passed + (status == 0), failed + (status != 0)
    return Outcome(passed, failed, f"targets, {seconds} s each")


@dataclass
class Plan:
    """Lists of stages, a stage being its name and a function of its log."""
    first: list
    lanes: list  # lists that run beside each other: compilers use the cores while clients wait for brokers
    last: list

    def names(self):
        return [name for stages in (self.first, *self.lanes, self.last) for name, _ in stages]

    def only(self, wanted):
        def chosen(stages):
            return [(name, stage) for name, stage in stages if name in wanted]
        return Plan(chosen(self.first), [chosen(lane) for lane in self.lanes], chosen(self.last))


def plan(options):
    """What the options ask for."""
    whole = stack_plan() if options.stack else default_plan(options)
    if options.deps_only:
        return whole.only({"installs", *INSTALLS})
    if options.only:
        if unknown := set(options.only) - set(whole.names()):
            sys.exit(f"no such stage: {', '.join(sorted(unknown))}; there are {', '.join(whole.names())}")
        return whole.only({*options.only, *(["installs"] if set(options.only) & INSTALLS else [])})
    return whole


def default_plan(options):
    size = "full" if options.full else "default"
    installs = {"clients": [PEERS / "venv"]}
    if not options.without_peers:
        installs["kafka"] = [sys.executable, PEERS / "kafka_peer.py", "install"]
        for clients in ("go", "node"):
            installs[clients] = [sys.executable, PEERS / f"{clients}_peer.py", "install"]
    background = {}

    def begin_installs(log):
        for name, command in installs.items():
            background[name] = Background(name, *command)
        return Outcome(note="begun beside the build")

    whole = Plan(
        first=[("installs", begin_installs), ("build", lambda log: build(log, "dev", *BUILT_FIRST))],
        lanes=[[("tests", lambda log: build(log, "dev")),
                ("unit", lambda log: ctest(log, "dev", "unit|tidy|sim")),
                ("fuzz", lambda log: fuzz(log, FUZZ_SECONDS[size]))],
               [*((name, lambda log, name=name: background[name].result()) for name in installs),
                ("python", lambda log: pytest(log, options, "dev")),
                ("kill", lambda log: kill_rounds(log, "kill_rounds.py", KILL_ROUNDS[size])),
                ("registry-kill", lambda log: kill_rounds(log, "registry_rounds.py", REGISTRY_KILL_ROUNDS[size]))]],
        last=[])
    if options.full:
        for preset in ("asan", "tsan", "clang"):
            whole.last += [(f"{preset}-build", lambda log, p=preset: build(log, p)),
                           (f"{preset}-unit", lambda log, p=preset: ctest(log, p, "unit|sim")),
                           (f"{preset}-python", lambda log, p=preset: pytest(log, options, p))]
    return whole


class Runner:
    """Runs stages, tells each one's end in a line, and sums up."""

    def __init__(self):
        self.total = Outcome()
        self.telling = threading.Lock()

    def run(self, stages):
        """Answers whether all of them could do their work; a failed build or install leaves nothing to go on with."""
        for name, stage in stages:
            start = time.monotonic()
            path = LOGS / f"{name}.log"
            broken = False
            with path.open("a" if name in ("clients", "kafka", "go", "node") else "w") as log:
                try:
                    outcome = stage(log)
                except Failed as failed:
                    outcome, broken = Outcome(0, 1, str(failed)), True
            with self.telling:
                self.total.passed += outcome.passed
                self.total.failed += outcome.failed
                tell(name, outcome, time.monotonic() - start, path)
            if broken:
                return False
        return True

    def run_beside(self, lanes):
        threads = [threading.Thread(target=self.run, args=[lane], daemon=True) for lane in lanes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def tell(name, outcome, seconds, path):
    counts = f"{outcome.passed} passed, {outcome.failed} failed" if outcome.passed + outcome.failed else "done"
    print(f"{'FAIL' if outcome.failed else 'ok':4} {name:12} {seconds:6.0f} s  {counts}"
          f"{'  ' + outcome.note if outcome.note else ''}", flush=True)
    if outcome.failed:
        print("".join(f"     | {line}\n" for line in path.read_text(errors="replace").splitlines()[-60:]),
              f"     the whole of it: {path.relative_to(ROOT)}", sep="", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--stack", action="store_true")
    parser.add_argument("--deps-only", action="store_true")
    parser.add_argument("--only", action="append", metavar="STAGE")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    stages = plan(options)
    if options.list:
        print("\n".join(stages.names()))
        return 0

    LOGS.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    runner = Runner()
    if runner.run(stages.first):
        runner.run_beside(stages.lanes)
        runner.run(stages.last)
    print(f"in {time.monotonic() - begun:.0f} s")
    print(f"{runner.total.passed} passed, {runner.total.failed} failed")
    return 1 if runner.total.failed else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main())
    finally:
        for group in list(RUNNING):
            os.killpg(group, signal.SIGKILL)
