#!/usr/bin/env python3
"""What a program can see of the code's rules; prints each breach as file:line: what, and fails if there is one.

    layers     a file includes only its own layer and those its CMake target links, directly or through another
    libraries  asio, spdlog and protobuf stay where the architecture puts them
    headers    every header has #pragma once, and something includes it
    coroutines no statement with co_await holds a brace list or a lambda with captures by value (g++ 12 destroys some
               temporaries of such statements twice), and none is the right side of && or || (g++ 12 loses frames there)
    words      nothing is left to do
    snippets   C++ on a page is a part of a program that the tests compile
    tests      a googletest that a page names is there
    format     clang-format would change nothing

Usage: tidy.py [CHECK...]; all of them without a name. CLANG_FORMAT names the program (default clang-format-19).
"""
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("include", "src", "server", "tests", "bench", "examples")


@cache
def files(*suffixes):
    return sorted(f for folder in CODE for f in (ROOT / folder).rglob("*") if f.suffix in suffixes and f.is_file())


@cache
def code_of(path):
    """The text with comments and literals blanked out, line breaks kept; includes keep their names."""
    text = path.read_text()
    token = re.compile(r'//[^\n]*|/\*.*?\*/|^#include[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S | re.M)

    def blank(match):
        found = match[0]
        if found.startswith("#include"):
            return found
        return re.sub(r"[^\n]", " ", found)

    return token.sub(blank, text)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def includes(path):
    """(line, name, is in quotes) of each include."""
    for number, line in enumerate(code_of(path).splitlines(), 1):
        if found := re.match(r'#include ([<"])([^>"]+)', line):
            yield number, found[2], found[1] == '"'


@cache
def layer_arrows():
    """For each layer of src/CMakeLists.txt all that it may include."""
    direct = {}
    for name, linked in re.findall(r"millrace_layer\((\w+) DEPS ([^)]*)\)", (ROOT / "src/CMakeLists.txt").read_text()):
        direct[name] = {d.removeprefix("millrace_") for d in linked.split() if d.startswith("millrace_")}
    allowed = {}

    def reach(name):
        if name not in allowed:
            allowed[name] = {name}
            for below in direct.get(name, ()):
                allowed[name] |= reach(below)
        return allowed[name]

    for name in direct:
        reach(name)
    return {name: allowed[name] & direct.keys() for name in direct}


def check_layers():
    arrows = layer_arrows()
    if "base" not in arrows:
        yield ROOT / "src/CMakeLists.txt", 1, "no layers found"
    for path in files(".h", ".cc"):
        parts = path.relative_to(ROOT).parts
        for line, name, quoted in includes(path):
            target = name.split("/")[0]
            if parts[0] == "include" and not name.startswith("millrace/") and quoted:
                yield path, line, f"a public header includes {name}"
            elif parts[0] == "src" and target in arrows and target not in arrows.get(parts[1], ()):
                yield path, line, f"layer {parts[1]} may not include {name}"
            elif parts[0] == "src" and target == "server":
                yield path, line, f"a layer includes the program's {name}"


LIBRARIES = {
    "asio": re.compile(r"^(src/(net|listen|client|http|embed)/|server/|bench/|tests/(net|listen|client|embed|server)/)"),
    "spdlog": re.compile(r"^src/base/log\.cc$"),
    "google/protobuf": re.compile(r"^(src/(broker|schema)|tests/schema)/"),
    "microhttpd": re.compile(r"^src/http/"),
    "curl": re.compile(r"^src/http/"),
    "nlohmann": re.compile(r"^src/json/"),
}


def check_libraries():
    for path in files(".h", ".cc"):
        for line, name, _ in includes(path):
            for library, where in LIBRARIES.items():
                is_it = name.startswith(library + "/") or name in (library + ".hpp", library + ".h")
                if library == "google/protobuf":
                    is_it = is_it or name.endswith(".pb.h")
                if is_it and not where.match(str(path.relative_to(ROOT))):
                    yield path, line, f"{library} does not belong here"


def check_headers():
    included = {name for path in files(".h", ".cc") for _, name, quoted in includes(path) if quoted}
    included |= {name for path in files(".h", ".cc") for _, name, _ in includes(path) if name.startswith("millrace/")}
    for path in files(".h"):
        if "#pragma once" not in path.read_text():
            yield path, 1, "no #pragma once"
        relative = path.relative_to(ROOT)
        names = {str(Path(*relative.parts[1:])), str(relative), path.name}
        if not names & included:
            yield path, 1, "nothing includes this header"


def awaited(text, start):
    """The rest of the statement behind co_await: to its semicolon, or to the parenthesis around it."""
    depth = 0
    for at in range(start, len(text)):
        if text[at] in "([{":
            depth += 1
        elif text[at] in ")]}":
            depth -= 1
            if depth < 0:
                return text[start:at]
        elif text[at] == ";" and depth == 0:
            return text[start:at]
    return text[start:]


def check_coroutines():
    for path in files(".h", ".cc"):
        text = code_of(path)
        for found in re.finditer(r"\bco_await\b", text):
            statement = awaited(text, found.end())
            captures = re.findall(r"(?:^|[\s(,])\[([^\]]*)\]\s*[({]", statement)
            if any(c.strip() not in ("", "&", "this", "&, this") and not re.fullmatch(r"(&\w+,? ?)+", c) for c in captures):
                yield path, line_of(text, found.start()), "a lambda with captures by value beside co_await"
            elif "{" in statement and not captures:
                yield path, line_of(text, found.start()), "a brace list beside co_await"
            elif re.search(r"(&&|\|\|)\s*$", text[:found.start()]):
                yield path, line_of(text, found.start()), "a co_await that may be skipped"


def check_words():
    for path in files(".h", ".cc", ".py", ".proto"):
        if path == Path(__file__).resolve():
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line):
                yield path, number, "left to do"


def lines_of(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def check_snippets():
    programs = [p for p in files(".cc") if p.relative_to(ROOT).parts[0] in ("examples", "tests")]
    compiled = ["\n".join(lines_of(path.read_text())) for path in programs]
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]):
        text = path.read_text()
        for found in re.finditer(r"```cpp\n(.*?)```", text, re.S):
            if not any("\n".join(lines_of(found[1])) in program for program in compiled):
                yield path, line_of(text, found.start()), "in no file of examples or tests"


def check_tests():
    tests = set()
    for path in files(".cc"):
        tests |= {".".join(names) for names in re.findall(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", path.read_text(), re.M)}
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]):
        text = path.read_text()
        for found in re.finditer(r"`([A-Z]\w+\.[A-Z]\w+)`", text):
            if found[1] not in tests:
                yield path, line_of(text, found.start()), f"there is no test {found[1]}"


def check_format():
    program = os.environ.get("CLANG_FORMAT", "clang-format-19")
    told = subprocess.run([program, "--dry-run", "-Werror", *files(".h", ".cc")], cwd=ROOT, text=True,
                          stderr=subprocess.PIPE)
    places = {}
    for name, line in re.findall(r"^(/[^:\n]+):(\d+):\d+: error:", told.stderr, re.M):
        places.setdefault(name, int(line))
    for name, line in places.items():
        yield Path(name), line, f"not as {program} -i writes it"
    if told.returncode != 0 and not places:
        yield ROOT / ".clang-format", 1, told.stderr.strip()[:200]


CHECKS = {name.removeprefix("check_"): check for name, check in globals().items() if name.startswith("check_")}


def main():
    chosen = sys.argv[1:] or list(CHECKS)
    unknown = set(chosen) - CHECKS.keys()
    if unknown:
        sys.exit(f"no such check: {', '.join(sorted(unknown))}; there are {', '.join(CHECKS)}")
    count = 0
    for name in chosen:
        for path, line, what in CHECKS[name]():
            print(f"{path.relative_to(ROOT)}:{line}: {what} [{name}]")
            count += 1
    print(f"{count} breaches in {len(files('.h', '.cc'))} files")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
