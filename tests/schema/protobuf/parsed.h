// Schemas for tests: parsed by the code under test, and by libprotobuf alone to compare with.
#pragma once

#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/strutil.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "schema/protobuf/protobuf.h"

namespace millrace::schema::protobuf {

inline std::shared_ptr<const Schema> parsed(const std::string& text,
                                            std::vector<Dependency> dependencies = {}) {
  auto schema = parse({.text = text, .dependencies = std::move(dependencies)});
  EXPECT_TRUE(schema) << schema.error().message() << "\n" << text;
  return schema ? *schema : nullptr;
}

/// Why the text is no schema; empty where it is one.
inline std::string refusal(const std::string& text, std::vector<Dependency> dependencies = {}) {
  auto schema = parse({.text = text, .dependencies = std::move(dependencies)});
  if (schema) return {};
  EXPECT_TRUE(schema.error().is(ErrorCode::invalid_request));
  return schema.error().message();
}

inline std::string canonical(const std::string& text, std::vector<Dependency> dependencies = {}) {
  const auto schema = parsed(text, std::move(dependencies));
  return schema ? schema->canonical() : "";
}

inline std::string normalized(const std::string& text, std::vector<Dependency> dependencies = {}) {
  const auto schema = parsed(text, std::move(dependencies));
  return schema ? schema->normalized() : "";
}

inline testing::AssertionResult contains(const std::string& text, std::string_view part) {
  if (text.find(part) != text.npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "no \"" << part << "\" in\n" << text;
}

inline testing::AssertionResult begins_with(const std::string& text, std::string_view part) {
  if (text.starts_with(part)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "no \"" << part << "\" at the begin of\n" << text;
}

inline std::string base64(const std::string& bytes) {
  std::string text;
  google::protobuf::Base64Escape(bytes, &text);
  return text;
}

/// A file as protoc reads it: linked, with its options interpreted.
inline google::protobuf::FileDescriptorProto compiled(
    const std::string& text, const std::vector<Dependency>& dependencies = {}) {
  namespace pb = google::protobuf;
  class Failures : public pb::io::ErrorCollector, public pb::DescriptorPool::ErrorCollector {
    void AddError(int line, int, const std::string& what) override {
      ADD_FAILURE() << "line " << line + 1 << ": " << what;
    }
    void AddError(const std::string& file, const std::string& element, const pb::Message*,
                  ErrorLocation, const std::string& what) override {
      ADD_FAILURE() << file << " " << element << ": " << what;
    }
  } failures;
  pb::DescriptorPool pool(pb::DescriptorPool::generated_pool());
  pb::FileDescriptorProto linked;
  std::vector<Dependency> files = dependencies;
  files.push_back({.name = "test.proto", .text = text});
  for (const Dependency& file : files) {
    pb::io::ArrayInputStream input(file.text.data(), static_cast<int>(file.text.size()));
    pb::io::Tokenizer tokens(&input, &failures);
    pb::compiler::Parser parser;
    parser.RecordErrorsTo(&failures);
    pb::FileDescriptorProto proto;
    parser.Parse(&tokens, &proto);
    proto.clear_source_code_info();
    proto.set_name(file.name);
    linked.Clear();
    if (const auto* built = pool.BuildFileCollectingErrors(proto, &failures))
      built->CopyTo(&linked);
  }
  return linked;
}

/// What a serializer registers for it.
inline std::string base64_of(const std::string& text,
                             const std::vector<Dependency>& dependencies = {}) {
  return base64(compiled(text, dependencies).SerializeAsString());
}

}  // namespace millrace::schema::protobuf
