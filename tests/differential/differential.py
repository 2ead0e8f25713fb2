#!/usr/bin/env python3
"""Gives the same requests to Millrace and to Apache Kafka and compares their answers field by field.

    differential.py --requests 100000 --seed 7          generated programs of requests
    differential.py --seed 7 --program 42               one of them again; --shorten drops the steps it does not need
    differential.py --program 42 --show                 its requests before

Starts both brokers on ports of their own, unless --ours and --theirs name running ones. Ends with the requests asked
by API and version, and with status 0 if every served version was asked and no difference is unexplained.
"""

import argparse
import itertools
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import ExitStack
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), *(str(Path(__file__).parents[1] / d) for d in ("peers", "compat"))]

import kafka_messages  # noqa: E402
import kafka_peer  # noqa: E402
import recorded  # noqa: E402
from accepted import ACCEPTED  # noqa: E402
from generator import generate  # noqa: E402
from millrace import Millrace, wait_for  # noqa: E402
from play import Player, error_codes  # noqa: E402
from program import Program, Step  # noqa: E402
from sensible import SENSIBLE  # noqa: E402
from sides import Side  # noqa: E402

# What makes answers a matter of time is the same on both, and few partitions of coordinators are loaded soon.
SETTINGS = {
    "offsets.topic.num.partitions": "3",
    "transaction.state.log.num.partitions": "3",
    "group.initial.rebalance.delay.ms": "0",
    "group.consumer.heartbeat.interval.ms": "5000",
    "group.consumer.min.heartbeat.interval.ms": "5000",
    "group.consumer.assignment.interval.ms": "0",
    "offsets.retention.check.interval.ms": "86400000",  # empty groups without offsets end with it
}


class Coverage:
    """How often each API was asked in each version, and which errors it answered."""

    def __init__(self):
        self.asked, self.errors = Counter(), defaultdict(set)

    def add(self, step, answers):
        self.asked[step.api, step.version] += 1
        self.errors[step.api].update(error_codes(answers[1]))

    def missing(self, served):
        return [(api, v) for api, (low, high) in served.items() for v in range(low, high + 1) if not self.asked[api, v]]

    def table(self, served):
        for api, (low, high) in served.items():
            counts = " ".join(f"v{v}:{self.asked[api, v]}" for v in range(low, high + 1))
            yield f"{api:26} {len(self.errors[api]):3} error codes  {counts}"


def served_by(side):
    """{api: (least, greatest version)} of what a broker offers and can be generated."""
    names = {kafka_messages.definition(f"{api}Request")["apiKey"]: api for api in SENSIBLE}
    offered = side.ask("ApiVersions", 3, {"ClientSoftwareName": "differential", "ClientSoftwareVersion": "1.0"})[
        "ApiKeys"
    ]
    assert not (unknown := {k["ApiKey"] for k in offered} - names.keys()), f"no requests are generated for {unknown}"
    # Versions of Produce below 3 are offered for old clients and closed.
    return {names[k["ApiKey"]]: (3 if k["ApiKey"] == 0 else k["MinVersion"], k["MaxVersion"]) for k in offered}


def warm(side):
    """Waits until the coordinators of all groups and transactional ids answer."""
    for kind, api, body in (
        (0, "OffsetFetch", lambda key: {"Groups": [{"GroupId": key, "Topics": None}]}),
        (1, "InitProducerId", lambda key: {"TransactionalId": key, "TransactionTimeoutMs": 60000}),
    ):
        for key in (f"warm{i}" for i in range(24)):
            found = {"KeyType": kind, "CoordinatorKeys": [key]}
            wait_for(
                lambda: side.ask("FindCoordinator", 6, found)["Coordinators"][0]["ErrorCode"] == 0,
                60,
                "a coordinator",
                step=0.02,
            )
            wait_for(
                lambda: not any(error_codes(side.ask(api, 8 if kind == 0 else 4, body(key)))),
                60,
                f"{api} of {key}",
                step=0.02,
            )


def settings_of(node):
    node.properties = {**node.properties, **SETTINGS}
    return node


def players(stack, ours=None, theirs=None):
    """A player of two brokers, started where they are not given."""
    directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    started = int(time.time() * 1000)
    sides = []
    for name, bootstrap, make in (("millrace", ours, Millrace), ("kafka", theirs, kafka_peer.KafkaNode)):
        if not bootstrap:
            node = settings_of(make(directory / name))
            stack.callback(node.kill)
            bootstrap = node.start().bootstrap
        sides.append(Side(name, bootstrap, started))
        warm(sides[-1])
    player = Player(*sides, Coverage())
    player.unused_names = 0
    for side in sides:
        player.restore(side)
    return player


def shorten(player, program, signature):
    """The program without the steps that its difference does not need."""
    steps, attempt = program.steps, [0]

    def still(kept):
        attempt[0] += 1
        return any(f.signature() == signature for f in player.play(renamed(program, kept, attempt[0])))

    size = max(len(steps) // 2, 1)
    while True:
        at = 0
        while at < len(steps):
            rest = steps[:at] + steps[at + size :]
            if rest and still(rest):
                steps = rest
            else:
                at += size
        if size == 1:
            return Program(**{**vars(program), "steps": steps})
        size //= 2


def renamed(program, steps, attempt):
    """The same under other names, since what the last attempt left is still there."""
    old, new = program.prefix, f"{program.prefix[:-1]}-{attempt}."

    def change(value):
        if isinstance(value, str):
            return value.replace(old, new)
        if isinstance(value, dict):
            return {change(k): change(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(change(v) for v in value)
        if hasattr(value, "__dataclass_fields__"):
            return type(value)(**{f: change(getattr(value, f)) for f in value.__dataclass_fields__})
        return value

    return Program(
        program.title,
        new,
        [change(s) for s in steps],
        *(change(getattr(program, f)) for f in ("groups", "topics", "transactional_ids")),
    )


def report(finding, program):
    step = finding.step
    yield f"{finding.asked} at step {step.number} of {program.prefix} ({program.title}), {step.api} v{step.version}"
    yield from (f"    {d}" for d in finding.differences[:8])
    yield f"    request  {finding.step.body}"[:1500]
    yield f"    millrace {finding.ours}"[:1200]
    yield f"    kafka    {finding.theirs}"[:1200]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--seconds", type=float, help="stop after so long, whatever was asked")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program", type=int)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--shorten", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--ours")
    parser.add_argument("--theirs")
    options = parser.parse_args()
    with ExitStack() as stack:
        player = players(stack, options.ours, options.theirs)
        if options.ours or options.theirs:
            player.unused_names = int(time.time())
        began = time.monotonic()
        if options.show:
            program = generate(options.seed, options.program, served_by(player.ours))
            print(*(f"{s.number:3} {s.api} v{s.version} [{s.line}] {s.body}" for s in program.steps), sep="\n")
        numbers = None if options.program is None else [options.program]

        def tell(lines):
            print(*lines, sep="\n", flush=True)

        findings = play_recorded(player, tell) if numbers is None else Counter()
        findings += run(
            player, options.seed, options.requests, numbers, options.first, options.shorten, tell, options.seconds
        )
        print(*player.coverage.table(served_by(player.ours)), sep="\n")
        absent = missing(player) if numbers is None else []
        print(
            f"{sum(player.coverage.asked.values())} requests in {time.monotonic() - began:.0f} s,",
            f"versions not asked: {absent or 'none'}",
        )
        print("accepted differences, how often:", dict(used()))
        print("acceptances of no use in this run:", [one.row for one in ACCEPTED if not one.used] or "none")
        print(f"{sum(findings.values())} unexplained differences, {len(findings)} kinds")
        return 1 if findings or absent else 0


def used():
    counts = Counter()
    for one in ACCEPTED:
        counts[one.row] += one.used
    return counts


def missing(player):
    return player.coverage.missing(served_by(player.ours))


def play_recorded(player, tell=print):
    """How often each kind of difference was found in what real clients asked; each is told."""
    found = Counter()
    for program in recorded.programs():
        for finding in player.play(
            renamed(program, program.steps, player.unused_names) if player.unused_names else program
        ):
            found[finding.signature()] += 1
            tell(report(finding, program))
    return found


def run(player, seed, requests, numbers=None, first=0, shortest=False, tell=print, seconds=None):
    """Plays programs until there were so many requests or seconds, or those of these numbers; how often each kind of
    difference was found. Of each kind the first one is told."""
    served, found, began = served_by(player.ours), Counter(), time.monotonic()
    for number in numbers or itertools.count(first):
        program = generate(seed, number, served)
        if player.unused_names:
            program = renamed(program, program.steps, player.unused_names)
        for finding in player.play(program):
            signature = finding.signature()
            found[signature] += 1
            if found[signature] > 1:
                continue
            tell(report(finding, program))
            if shortest:
                tell(
                    [
                        "    shortest:",
                        *(
                            f"        {s.api} v{s.version} [{s.line}] {s.body}"
                            for s in shorten(player, program, signature).steps
                        ),
                    ]
                )
        if sum(player.coverage.asked.values()) >= requests or seconds and time.monotonic() - began > seconds:
            break
    return found


if __name__ == "__main__":
    sys.exit(main())
