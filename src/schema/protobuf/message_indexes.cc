#include "schema/protobuf/message_indexes.h"

#include <google/protobuf/descriptor.pb.h>

#include <vector>

#include "base/bytes.h"
#include "base/text.h"
#include "schema/protobuf/limits.h"

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;

Error corrupt(std::string message) {
  return kafka_error(ErrorCode::corrupt_message, std::move(message));
}

/// Null where `outer` (the file itself where null) has no such message.
const pb::Descriptor* inner_message(const pb::FileDescriptor& file, const pb::Descriptor* outer,
                                    int32_t index) {
  const int count = outer ? outer->nested_type_count() : file.message_type_count();
  if (index < 0 || index >= count) return nullptr;
  const pb::Descriptor* inner = outer ? outer->nested_type(index) : file.message_type(index);
  return inner->options().map_entry() ? nullptr : inner;
}

}  // namespace

std::string message_indexes(const pb::Descriptor& message) {
  std::vector<int> innermost_first;
  for (const pb::Descriptor* at = &message; at; at = at->containing_type()) {
    innermost_first.push_back(at->index());
  }
  ByteWriter out;
  if (innermost_first == std::vector<int>{0}) {
    out.varint(0);
  } else {
    out.varint(static_cast<int64_t>(innermost_first.size()));
    for (size_t i = innermost_first.size(); i > 0; --i) out.varint(innermost_first[i - 1]);
  }
  return std::string(as_text(out.view()));
}

Result<const pb::Descriptor*> take_message(std::string_view& bytes,
                                           const pb::FileDescriptor& file) {
  ByteReader in(as_bytes(bytes));
  const int32_t count = in.varint32();
  if (!in.ok()) return corrupt("the message indexes end early");
  if (count < 0 || count > static_cast<int32_t>(kMessageNestingMax)) {
    return corrupt(cat("a record has ", count, " message indexes, at most ", kMessageNestingMax,
                       " make sense"));
  }
  const pb::Descriptor* message = count == 0 ? inner_message(file, nullptr, 0) : nullptr;
  for (int32_t i = 0; i < count; ++i) {
    const int32_t index = in.varint32();
    if (!in.ok()) return corrupt("the message indexes end early");
    message = inner_message(file, message, index);
    if (!message)
      return corrupt(cat("message index ", index, " leads to no message of the schema"));
  }
  if (!message) return corrupt("the schema declares no message");
  bytes.remove_prefix(in.consumed());
  return message;
}

}  // namespace millrace::schema::protobuf
