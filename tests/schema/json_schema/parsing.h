// Schemas of tests, parsed.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "schema/json_schema/json_schema.h"

namespace millrace::schema::json_schema {

/// Null, and a failed test, where the text is no schema.
inline std::shared_ptr<const Schema> parsed(const std::string& text,
                                            std::vector<Dependency> dependencies = {}) {
  auto schema = parse({.text = text, .dependencies = std::move(dependencies)});
  EXPECT_TRUE(schema) << text << "\n" << schema.error().message();
  return schema ? *schema : nullptr;
}

/// Empty, and a failed test, where the text is a schema.
inline std::string parse_error(const std::string& text, std::vector<Dependency> dependencies = {}) {
  const auto schema = parse({.text = text, .dependencies = std::move(dependencies)});
  EXPECT_FALSE(schema) << text;
  if (schema) return {};
  EXPECT_EQ(schema.error().kafka_code(), ErrorCode::invalid_request);
  return schema.error().message();
}

/// "RULE #/place" of each misfit, in their order.
inline std::vector<std::string> misfits(const std::string& writer, const std::string& reader) {
  std::vector<std::string> lines;
  const auto written = parsed(writer);
  const auto read = parsed(reader);
  if (written == nullptr || read == nullptr) return lines;
  for (const Incompatibility& misfit : read->misfits(*written)) {
    EXPECT_FALSE(misfit.message.empty());
    lines.push_back(misfit.rule + " " + misfit.path);
  }
  return lines;
}

}  // namespace millrace::schema::json_schema
