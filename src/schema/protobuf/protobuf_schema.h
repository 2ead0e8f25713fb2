// A Protobuf schema of the registry.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schema/protobuf/file_set.h"
#include "schema/schema.h"

namespace millrace::schema::protobuf {

/// The linked files and the text that the registry keeps.
class ProtobufSchema final : public Schema {
 public:
  ProtobufSchema(std::shared_ptr<const FileSet> files, std::string canonical)
      : files_(std::move(files)), canonical_(std::move(canonical)) {}

  Format format() const override { return Format::protobuf; }
  std::string canonical() const override { return canonical_; }
  std::string normalized() const override;
  /// "serialized": base64 of the FileDescriptorProto, which Confluent's Python deserializer asks
  /// for.
  std::string formatted(std::string_view format) const override;
  std::vector<Incompatibility> misfits(const Schema& writer) const override;

  const google::protobuf::FileDescriptor& file() const { return files_->root(); }

 private:
  std::shared_ptr<const FileSet> files_;
  std::string canonical_;
};

}  // namespace millrace::schema::protobuf
