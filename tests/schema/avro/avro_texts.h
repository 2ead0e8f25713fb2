// Short ways to write Avro in tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "schema/avro/avro.h"

namespace millrace::schema::avro {

/// A record R with these fields, each a JSON object.
inline std::string record_of(std::string_view fields) {
  return std::string(R"({"type":"record","name":"R","fields":[)").append(fields).append("]}");
}

/// A record R with one field f: its type and whatever attributes come behind.
inline std::string field_of(std::string_view type_and_more) {
  return record_of(std::string(R"({"name":"f","type":)").append(type_and_more).append("}"));
}

inline std::shared_ptr<const Schema> parsed(std::string text,
                                            std::vector<Dependency> dependencies = {}) {
  auto schema = parse({.text = text, .dependencies = std::move(dependencies)});
  EXPECT_TRUE(schema) << text << "\n" << schema.error().message();
  return schema ? *schema : nullptr;
}

/// What is wrong with the text; empty, with a failed expectation, where nothing is.
inline std::string refusal(std::string text, std::vector<Dependency> dependencies = {}) {
  const auto schema = parse({.text = text, .dependencies = std::move(dependencies)});
  EXPECT_FALSE(schema) << text << " was taken";
  if (schema) return "";
  EXPECT_TRUE(schema.error().is(ErrorCode::invalid_request));
  return schema.error().message();
}

}  // namespace millrace::schema::avro
