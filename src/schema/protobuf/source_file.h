// One file of a schema as it was registered: .proto text, or base64 of a FileDescriptorProto.
#pragma once

#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.pb.h>

#include <memory>
#include <string>
#include <string_view>

#include "millrace/result.h"

namespace millrace::schema::protobuf {

/// Not yet linked: the names in it may mean anything. Stays where it was made, since the locations
/// point into the descriptor.
struct SourceFile {
  google::protobuf::FileDescriptorProto descriptor;
  /// Where the parts of the descriptor stand in the text; empty for base64.
  google::protobuf::compiler::SourceLocationTable locations;
  /// Columns by which the first line was moved to the right before it was parsed.
  int first_line_shift = 0;

  /// "line 3, column 7: message" for libprotobuf's numbers, which count from 0; the message alone
  /// where it knows no line (-1).
  std::string at_position(int line, int column, std::string_view message) const;
};

/// `name` is what others import it by. Text and base64 are told apart by their characters: no
/// .proto file does without a semicolon or a brace. Errors (invalid_request): the first one, with
/// line and column where it is text; editions; what limits.h excludes.
Result<std::unique_ptr<const SourceFile>> read_source_file(const std::string& name,
                                                           std::string_view text);

}  // namespace millrace::schema::protobuf
