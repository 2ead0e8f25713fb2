#!/usr/bin/env python3
"""Each check of tidy.py finds the breach it is for, and nothing in code that keeps the rules."""
import tempfile
import unittest
from pathlib import Path

import tidy

LAYERS = "millrace_layer(base DEPS Threads::Threads)\nmillrace_layer(io DEPS millrace_base)\nmillrace_layer(net DEPS millrace_io)\n"


class Tidy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        root, tidy.ROOT = tidy.ROOT, Path(folder.name)
        self.addCleanup(setattr, tidy, "ROOT", root)
        self.write("src/CMakeLists.txt", LAYERS)
        self.write(".clang-format", "BasedOnStyle: Google\nColumnLimit: 100\n")

    def write(self, name, text):
        path = tidy.ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def found(self, check):
        for cached in (tidy.files, tidy.code_of, tidy.layer_arrows):
            cached.cache_clear()
        return [(str(path.relative_to(tidy.ROOT)), line) for path, line, _ in tidy.CHECKS[check]()]

    def test_layers_include_downward_only(self):
        self.write("src/net/a.cc", '#include "base/bytes.h"\n#include "io/file.h"\n#include "net/a.h"\n')
        self.assertEqual(self.found("layers"), [])
        self.write("src/io/b.cc", '#include "base/bytes.h"\n\n#include "net/a.h"\n')
        self.assertEqual(self.found("layers"), [("src/io/b.cc", 3)])

    def test_libraries_stay_where_they_belong(self):
        self.write("src/net/a.cc", "#include <asio/ip/tcp.hpp>\n")
        self.write("src/base/log.cc", "#include <spdlog/spdlog.h>\n")
        self.assertEqual(self.found("libraries"), [])
        self.write("src/io/b.cc", "#include <asio.hpp>\n#include <spdlog/spdlog.h>\n#include <google/protobuf/message.h>\n")
        self.assertEqual(self.found("libraries"), [("src/io/b.cc", line) for line in (1, 2, 3)])

    def test_headers_are_guarded_and_used(self):
        self.write("src/io/used.h", "#pragma once\n")
        self.write("src/io/used.cc", '#include "io/used.h"\n')
        self.assertEqual(self.found("headers"), [])
        self.write("src/io/dead.h", "#pragma once\n")
        self.write("src/io/used.h", "")
        self.assertEqual(self.found("headers"), [("src/io/dead.h", 1), ("src/io/used.h", 1)])

    def test_named_tests_are_there(self):
        self.write("tests/io/a_test.cc", "TEST_F(Files, AreRead) {}\nTEST(Names,\n     Differ) {}\n")
        self.write("docs/a.md", "`Files.AreRead`, `Names.Differ`, `io::File`, `a.B`\n")
        self.assertEqual(self.found("tests"), [])
        self.write("docs/b.md", "| row |\n| `Files.AreWritten` |\n")
        self.assertEqual(self.found("tests"), [("docs/b.md", 2)])

    def test_forms_beside_co_await(self):
        self.write("src/net/a.cc", """void f() {
  auto a = co_await g(std::move(options));
  if (co_await g(a)) { return; }
  auto b = co_await wait([&] { return a; });  // co_await g({1});
}
""")
        self.assertEqual(self.found("coroutines"), [])
        self.write("src/net/a.cc", """void f() {
  auto a = co_await g({.a = x});
  auto b = co_await g(Options{x});
  auto c = co_await wait([a] { return a; });
  auto d = co_await wait([=, &b](int) { return a; });
  while (open && co_await again()) co_await pause();
}
""")
        self.assertEqual(self.found("coroutines"), [("src/net/a.cc", line) for line in (2, 3, 4, 5, 6)])

    def test_words(self):
        self.write("src/io/a.cc", "int x;\n// TO" "DO: more\n")
        self.assertEqual(self.found("words"), [("src/io/a.cc", 2)])

    def test_snippets_are_compiled(self):
        self.write("examples/a.cc", "int main() {\n  if (x) {\n    y();\n  }\n}\n")
        self.write("README.md", "Text.\n\n```cpp\nif (x) {\n  y();\n}\n```\n")
        self.assertEqual(self.found("snippets"), [])
        self.write("docs/b.md", "```cpp\nif (x) {\n  z();\n}\n```\n")
        self.assertEqual(self.found("snippets"), [("docs/b.md", 1)])

    def test_format(self):
        self.write("src/io/a.cc", "int x;\n")
        self.assertEqual(self.found("format"), [])
        self.write("src/io/a.cc", "int   x;\n")
        self.assertEqual(self.found("format"), [("src/io/a.cc", 1)])


if __name__ == "__main__":
    unittest.main()
