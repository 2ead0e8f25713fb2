#!/usr/bin/env python3
"""Rounds of kill -9 while schemas are registered: an acknowledged id stands for its schema, and no id for two.

    registry_rounds.py [--rounds 100] [--seed N]

Writers register schemas of their own, and some that others register too, while deletions make ids free; each round ends
with SIGKILL at a random moment. After the restart every acknowledged id is asked for. The last line is
`N rounds passed, N failed`.
"""
import argparse
import http.client
import json
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "peers")]

from millrace import Millrace  # noqa: E402

WRITERS = 4
SHARED_EVERY = 5  # of a writer's schemas, one in so many is registered by all writers
DELETED_EVERY = 7


class Violation(Exception):
    pass


def ask(address, method, path, body=None):
    """(status, answer); raises OSError or HTTPException where the broker is gone."""
    host, port = address.split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=20)
    try:
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, {"Content-Type": "application/json"} if body else {})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


class Ledger:
    """What was acknowledged: ids of schemas, and schemas that were deleted for good."""

    def __init__(self):
        self.lock = threading.Lock()
        self.ids = {}
        self.deleted = set()  # schemas whose deletion was asked for, acknowledged or not

    def acknowledge(self, schema, schema_id):
        with self.lock:
            known = self.ids.setdefault(schema, schema_id)
            if known != schema_id and schema not in self.deleted:
                raise Violation(f"{schema} has the ids {known} and {schema_id}")

    def check(self, address):
        owners = {}
        for schema, schema_id in self.ids.items():
            if owners.setdefault(schema_id, schema) != schema:
                raise Violation(f"id {schema_id} was given to {schema} and to {owners[schema_id]}")
            status, answer = ask(address, "GET", f"/schemas/ids/{schema_id}")
            if status == 404 and schema in self.deleted:
                continue
            if status != 200 or answer["schema"] != schema:
                raise Violation(f"id {schema_id} of {schema} answers {status} {answer}")


class Writer(threading.Thread):
    def __init__(self, address, ledger, name, seed):
        super().__init__(daemon=True)
        self.address, self.ledger, self.name, self.random = address, ledger, name, random.Random(seed)
        self.violation = None

    def run(self):
        try:
            self.write()
        except Violation as violation:
            self.violation = violation
        except (OSError, http.client.HTTPException, ValueError):
            pass  # killed

    def write(self):
        count = 0
        while True:
            count += 1
            shared = count % SHARED_EVERY == 0
            name = f"Shared{count}_{self.name.split('_')[1]}" if shared else f"W{self.name}_{count}"
            schema = json.dumps({"type": "enum", "name": name, "symbols": ["A"]}, separators=(",", ":"))
            status, answer = ask(self.address, "POST", f"/subjects/{self.name}-{count}/versions", {"schema": schema})
            if status != 200:
                raise Violation(f"registration answers {status} {answer}")
            self.ledger.acknowledge(schema, answer["id"])
            if count % DELETED_EVERY == 0 and not shared:
                self.ledger.deleted.add(schema)
                ask(self.address, "DELETE", f"/subjects/{self.name}-{count}")
                ask(self.address, "DELETE", f"/subjects/{self.name}-{count}?permanent=true")


def play(rounds, seed):
    chance = random.Random(seed)
    failed = 0
    with tempfile.TemporaryDirectory() as directory:
        broker = Millrace(directory, registry="127.0.0.1:0").start()
        ledger = Ledger()
        for number in range(1, rounds + 1):
            writers = [Writer(broker.registry, ledger, f"{w}_{number}", chance.random()) for w in range(WRITERS)]
            for writer in writers:
                writer.start()
            time.sleep(chance.uniform(0.05, 0.6))  # the moment of the kill is what the round is about
            broker.kill()
            for writer in writers:
                writer.join(30)
            broker.start()
            try:
                for writer in writers:
                    if writer.violation:
                        raise writer.violation
                ledger.check(broker.registry)
            except Violation as violation:
                failed += 1
                print(f"round {number}: {violation}", flush=True)
        broker.kill()
    print(f"{len(ledger.ids)} schemas acknowledged, {len(ledger.deleted)} of them deleted")
    return rounds - failed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    passed, failed = play(options.rounds, options.seed)
    print(f"{passed} rounds passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
