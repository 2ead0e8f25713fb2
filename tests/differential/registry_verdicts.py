#!/usr/bin/env python3
"""Plays the documented compatibility verdicts through a Millrace and an Apicurio Registry, and prints what differs.

    registry_verdicts.py                    starts both
    registry_verdicts.py --only protobuf    one format
    registry_verdicts.py --theirs URL       beside another registry with Confluent's REST API

Ends with status 0 if Millrace says what is documented in every case; what Apicurio says is for docs/registry.md.
"""
import argparse
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "peers"))

from apicurio_peer import ApicurioNode  # noqa: E402
from millrace import Millrace  # noqa: E402
from verdicts import FORMATS, Judge, Refused, cases  # noqa: E402


def said(judge, case):
    """What a registry says, in a word or with what it refused; and its reasons."""
    try:
        compatible, reasons = judge.verdict(case)
    except Refused as refused:
        return str(refused), []
    return "compatible" if compatible else "incompatible", reasons


def started(node, stack):
    stack.callback(node.stop)
    return node.start().registry_url


def compare(ours, theirs, formats):
    """Prints the differences; returns how many cases Millrace got wrong."""
    count, wrong = Counter(), Counter()
    for case in cases():
        if case.format not in formats:
            continue
        count[case.format] += 1
        documented = "compatible" if case.compatible else "incompatible"
        verdicts = {name: said(judge, case) for name, judge in (("Millrace", ours), ("Apicurio", theirs))}
        differing = {name: verdict for name, verdict in verdicts.items() if verdict[0] != documented}
        if not differing:
            continue
        print(f"{case.format}: {case.name}, {case.level}: {documented} by {case.why}")
        for name, (verdict, reasons) in differing.items():
            wrong[case.format, name] += 1
            print("".join(f"  {name}: {line}\n" for line in (verdict, *reasons)), end="")
    for format in count:
        print(f"{format}: {count[format]} cases, {wrong[format, 'Millrace']} differences of Millrace, "
              f"{wrong[format, 'Apicurio']} of Apicurio")
    return sum(number for (_, name), number in wrong.items() if name == "Millrace")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=FORMATS, action="append")
    parser.add_argument("--theirs", help="URL of a running registry instead of an Apicurio started here")
    options = parser.parse_args()
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours = started(Millrace(directory / "millrace", registry="127.0.0.1:0"), stack)
        theirs = options.theirs or started(ApicurioNode(directory / "apicurio"), stack)
        failed = compare(Judge(ours), Judge(theirs, names_draft=True), options.only or FORMATS)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
