// The files of one schema, linked: each name leads to the one type it means.
#pragma once

#include <google/protobuf/descriptor.h>

#include <memory>

#include "millrace/result.h"
#include "schema/schema.h"

namespace millrace::schema::protobuf {

/// A schema's own file and all that it imports, in a pool of their own. Immutable; any thread may
/// read it.
class FileSet {
 public:
  /// Imports are looked for among the source's dependencies, then among the files that need no
  /// reference. A dependency that nothing imports is not read. Errors (invalid_request): the first
  /// one, with the import it stands in, line and column.
  static Result<std::unique_ptr<const FileSet>> link(const Source& source);

  /// The schema's own file.
  const google::protobuf::FileDescriptor& root() const { return *root_; }
  const google::protobuf::DescriptorPool& pool() const { return pool_; }

 private:
  friend class Linker;
  FileSet() = default;

  google::protobuf::DescriptorPool pool_;
  const google::protobuf::FileDescriptor* root_ = nullptr;
};

/// The file whose types the schema is about. As Confluent's registry has it, that is the imported
/// one where `root` declares nothing and does nothing but import one file publicly.
const google::protobuf::FileDescriptor& effective_file(
    const google::protobuf::FileDescriptor& root);

}  // namespace millrace::schema::protobuf
