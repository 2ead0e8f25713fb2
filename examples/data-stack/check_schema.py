#!/usr/bin/env python3
"""For CI: asks the registry whether a schema may follow the ones registered; status 1 and the reasons where it may not.

    check_schema.py user_events_avro-value schemas/user_event.avsc
"""
import json
import sys
import urllib.request
from pathlib import Path

from stack import REGISTRY

subject, path = sys.argv[1:]
question = urllib.request.Request(
    f"{REGISTRY}/compatibility/subjects/{subject}/versions/latest?verbose=true",
    data=json.dumps({"schema": Path(path).read_text()}).encode(),
    headers={"Content-Type": "application/vnd.schemaregistry.v1+json"})
with urllib.request.urlopen(question, timeout=20) as answer:
    verdict = json.load(answer)
if not verdict["is_compatible"]:
    sys.exit(f"{path} is not compatible:\n" + "\n".join(verdict["messages"]))
print(f"{path} is compatible")
