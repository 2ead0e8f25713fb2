"""Kafka's DumpLogSegments on whole data directories."""
import re

WRONG = re.compile(r"Mismatches in|Found |isvalid: false|Exception|Error", re.I)
SUFFIXES = {".log": [["--deep-iteration", "--print-data-log"]], ".index": [["--index-sanity-check"], ["--verify-index-only"]],
            ".timeindex": [["--index-sanity-check"], ["--verify-index-only"]], ".snapshot": [[]], ".txnindex": [[]]}


def find_nothing_wrong(tools, data):
    """Fails at the first file that Kafka finds fault with; how many files of each kind there were, and how many
    lines of __consumer_offsets tell of commits with the metadata "so far"."""
    checked = {}
    for path in sorted(p for p in data.rglob("*") if p.is_file()):
        # Kafka's own metadata log is not what this is about.
        if path.suffix not in SUFFIXES or path.parent.name.startswith("__cluster_metadata"):
            continue
        flags = SUFFIXES[path.suffix]
        if path.parent.name.startswith("__consumer_offsets") and path.suffix == ".log":
            flags = [["--offsets-decoder", "--print-data-log"]]
        if path.parent.name.startswith("__transaction_state") and path.suffix == ".log":
            flags = [["--transaction-log-decoder", "--print-data-log"]]
        for each in flags:
            result = tools.run("dump-log", *each, "--files", path)
            assert result.status == 0, f"{path} {each}: {result}"
            said = "\n".join(line for line in (result.out + result.err).splitlines() if "payload:" not in line
                             or path.parent.name.startswith("__consumer_offsets"))
            assert not WRONG.search(said), f"{path} {each}: {WRONG.search(said)[0]}\n{result.out[-2000:]}\n{result.err[-2000:]}"
            checked[path.suffix] = checked.get(path.suffix, 0) + 1
            if "--offsets-decoder" in each:
                checked["committed"] = checked.get("committed", 0) + said.count("so far")
    return checked
