// Compatibility verdicts from a file: an array in tests/data/compatibility, an object a case:
//
//   {"name": "A field without default is added",        unique, a sentence
//    "old": "{\"type\": ...}", "new": {"type": ...},     a text, or the JSON that is the text
//    "older": [...],                                     versions before old, for *_TRANSITIVE
//    "references": [{"name": ..., "schema": ...}],       what the schemas refer to, in order;
//    optional "level": "BACKWARD",                                and FORWARD, FULL, each with
//    _TRANSITIVE "compatible": false,                                what the documented rule says
//    "why": "Avro specification, Schema Resolution: ..."}
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "json/text.h"
#include "project_files.h"
#include "schema/schema.h"

namespace millrace::schema {

struct CompatibilityCase {
  std::string name;
  /// The versions that the newest one is compared with, the oldest first.
  std::vector<std::string> old_texts;
  std::string new_text;
  std::vector<Dependency> references;
  std::string level;
  bool compatible = false;
  std::string why;
};

/// A format's own parse: schema::parse needs all formats.
using ParseSchema = Result<std::shared_ptr<const Schema>> (*)(const Source&);

inline std::string text_of(const json::Value& schema) {
  return schema.string() ? *schema.string() : json::write(schema);
}

/// Null where the case lacks the member.
inline const json::Value& member_of(const json::Object& object, std::string_view name) {
  static const json::Value kNone;
  const json::Value* value = object.find(name);
  return value ? *value : kNone;
}

inline CompatibilityCase compatibility_case(const json::Object& object) {
  CompatibilityCase made;
  made.name = object.text("name").value_or("");
  if (const auto* older = member_of(object, "older").array()) {
    for (const json::Value& schema : *older) made.old_texts.push_back(text_of(schema));
  }
  made.old_texts.push_back(text_of(member_of(object, "old")));
  made.new_text = text_of(member_of(object, "new"));
  if (const auto* references = member_of(object, "references").array()) {
    for (const json::Value& reference : *references) {
      made.references.push_back({text_of(member_of(*reference.object(), "name")),
                                 text_of(member_of(*reference.object(), "schema"))});
    }
  }
  made.level = object.text("level").value_or("");
  const bool* compatible = member_of(object, "compatible").boolean();
  EXPECT_NE(compatible, nullptr) << made.name << ": no verdict";
  made.compatible = compatible && *compatible;
  made.why = object.text("why").value_or("");
  return made;
}

/// `file` is a name in tests/data/compatibility.
inline std::vector<CompatibilityCase> read_compatibility_cases(const std::string& file) {
  std::ifstream stream(project_file("tests/data/compatibility/" + file), std::ios::binary);
  const auto document = json::parse(std::string(std::istreambuf_iterator<char>(stream), {}));
  std::vector<CompatibilityCase> cases;
  EXPECT_TRUE(document) << file << ": " << document.error().message();
  if (!document) return cases;
  for (const json::Value& value : *document->array()) {
    cases.push_back(compatibility_case(*value.object()));
  }
  return cases;
}

/// One line a reason; empty where `reader` reads all that was written with `writer`.
inline std::string misfit_lines(const Schema& reader, const Schema& writer) {
  std::string lines;
  for (const Incompatibility& misfit : reader.misfits(writer)) {
    lines += "  " + misfit.rule + " at " + misfit.path + ": " + misfit.message + "\n";
  }
  return lines;
}

/// Why the newest schema breaks the case's level; empty where it does not.
inline std::string violations(const CompatibilityCase& one, ParseSchema parse) {
  const auto parsed = [&](const std::string& text) {
    auto schema = parse({.text = text, .dependencies = one.references});
    EXPECT_TRUE(schema) << one.name << ": " << schema.error().message() << "\n  " << text;
    return schema ? *schema : nullptr;
  };
  const bool backward = one.level.starts_with("BACKWARD") || one.level.starts_with("FULL");
  const bool forward = one.level.starts_with("FORWARD") || one.level.starts_with("FULL");
  const auto newest = parsed(one.new_text);
  std::string lines;
  for (const std::string& text : one.old_texts) {
    const auto old = parsed(text);
    if (!newest || !old) continue;
    if (backward) lines += misfit_lines(*newest, *old);
    if (forward) lines += misfit_lines(*old, *newest);
  }
  return lines;
}

inline void expect_well_formed(const CompatibilityCase& one) {
  static const std::set<std::string, std::less<>> kLevels = {"BACKWARD", "BACKWARD_TRANSITIVE",
                                                             "FORWARD",  "FORWARD_TRANSITIVE",
                                                             "FULL",     "FULL_TRANSITIVE"};
  EXPECT_FALSE(one.name.empty());
  EXPECT_TRUE(kLevels.contains(one.level)) << one.name << ": level " << one.level;
  EXPECT_FALSE(one.why.empty()) << one.name << ": who says so?";
  EXPECT_TRUE(one.old_texts.size() == 1 || one.level.ends_with("_TRANSITIVE"))
      << one.name << ": older versions count at a transitive level alone";
}

/// Every case of the file has the verdict that the file gives; there are at least `count_min`.
inline void expect_documented_verdicts(const std::string& file, ParseSchema parse,
                                       size_t count_min) {
  const std::vector<CompatibilityCase> cases = read_compatibility_cases(file);
  EXPECT_GE(cases.size(), count_min);
  std::set<std::string> names;
  for (const CompatibilityCase& one : cases) {
    expect_well_formed(one);
    EXPECT_TRUE(names.insert(one.name).second) << one.name << ": there twice";
    const std::string lines = violations(one, parse);
    EXPECT_EQ(lines.empty(), one.compatible)
        << one.name << " (" << one.level << ")\n  " << one.why << "\n"
        << lines;
  }
}

}  // namespace millrace::schema
