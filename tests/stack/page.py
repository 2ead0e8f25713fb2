"""The blocks of docs/data-stack.md."""
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "data-stack.md"
EXAMPLE = ROOT / "examples" / "data-stack"


def blocks():
    """(language, text) of each fenced block, in order."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text(), re.S | re.M)


def commands():
    """(what a reader types, lines to find in its output) of each block of commands."""
    steps = []
    for language, text in blocks():
        if language == "sh":
            steps.append((text, []))
        elif language == "text":
            steps[-1] = (steps[-1][0], text.splitlines())
    return steps


def missing_lines(expected, output):
    """Expected lines that the output does not have in this order; … stands for anything."""
    left = iter(output.splitlines())
    patterns = {line: re.compile(".*".join(map(re.escape, line.split("…")))) for line in expected}
    return [line for line in expected if not any(patterns[line].fullmatch(found.rstrip()) for found in left)]
