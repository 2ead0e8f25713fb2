#include "schema/protobuf/protobuf_schema.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/stubs/strutil.h>

#include "base/try.h"
#include "schema/protobuf/comparison.h"
#include "schema/protobuf/file_text.h"
#include "schema/protobuf/protobuf.h"

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;

/// A descriptor may say what no text can: a name with a leading digit, an infinite option. The
/// registry keeps texts, so it refuses what it could not read again.
Result<void> check_readable(const Source& source, const std::string& canonical) {
  const Source again = {.text = canonical, .dependencies = source.dependencies};
  auto files = FileSet::link(again);
  if (files) return {};
  return std::move(files).error().with_context("the registry's text of the schema");
}

}  // namespace

std::string ProtobufSchema::normalized() const {
  return file_text(files_->root(), Spelling::normalized);
}

std::string ProtobufSchema::formatted(std::string_view format) const {
  if (format != "serialized") return canonical_;
  pb::FileDescriptorProto proto;
  file().CopyTo(&proto);
  proto.set_name("default");
  std::string base64;
  pb::Base64Escape(proto.SerializeAsString(), &base64);
  return base64;
}

std::vector<Incompatibility> ProtobufSchema::misfits(const Schema& writer) const {
  return compare(file(), static_cast<const ProtobufSchema&>(writer).file());
}

Result<std::shared_ptr<const Schema>> parse(const Source& source) {
  MILL_TRY(std::shared_ptr<const FileSet> files, FileSet::link(source));
  std::string canonical = file_text(files->root(), Spelling::canonical);
  if (canonical != source.text) MILL_CHECK(check_readable(source, canonical));
  return std::shared_ptr<const Schema>(
      std::make_shared<ProtobufSchema>(std::move(files), std::move(canonical)));
}

}  // namespace millrace::schema::protobuf
