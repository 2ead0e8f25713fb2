#!/usr/bin/env python3
"""Runs an example in an empty directory; it must end with status 0 and print what its source says behind `// Output:`.

Usage: check_output.py PROGRAM SOURCE
"""
import difflib
import subprocess
import sys
import tempfile
from pathlib import Path


def promised(source):
    lines = source.read_text().splitlines()
    return [line.removeprefix("//").removeprefix(" ") for line in lines[lines.index("// Output:") + 1:]]


def main():
    program, source = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    with tempfile.TemporaryDirectory(prefix="millrace-example.") as directory:
        ended = subprocess.run([program], cwd=directory, text=True, timeout=60, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE)
    printed, expected = ended.stdout.splitlines(), promised(source)
    print("\n".join(difflib.unified_diff(expected, printed, f"what {source.name} says", "what it printed", lineterm="")))
    return 0 if ended.returncode == 0 and printed == expected else f"status {ended.returncode}"


if __name__ == "__main__":
    sys.exit(main())
