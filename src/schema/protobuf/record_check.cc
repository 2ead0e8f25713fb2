#include "schema/protobuf/record_check.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/common.h>
#include <google/protobuf/wire_format_lite.h>

#include <unordered_map>

#include "schema/protobuf/limits.h"

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;
using WireFormat = pb::internal::WireFormatLite;

/// Of a DynamicMessage; what a field holds itself is less than twice its bytes.
constexpr uint64_t kMessageSize = 64;
constexpr uint64_t kFieldSize = 24;
constexpr uint64_t kMapSize = 160;

/// Walks over a message and those within it.
class RecordCheck {
 public:
  RecordCheck(pb::io::CodedInputStream& in, uint64_t size_max) : in_(in), size_max_(size_max) {}

  /// Empty where there is none.
  std::string_view flaw() const { return flaw_; }

  /// Reads up to the limit of the stream, or as far as the bytes make sense.
  void check(const pb::Descriptor& message, int depth) {
    size_ += size_of(message);
    if (size_ > size_max_) flaw_ = "it would take too much memory";
    while (flaw_.empty()) {
      const uint32_t tag = in_.ReadTag();
      if (tag == 0 || !check_field(message, tag, depth)) return;
    }
  }

 private:
  /// False at bytes that are no message.
  bool check_field(const pb::Descriptor& message, uint32_t tag, int depth) {
    const auto* field = message.FindFieldByNumber(WireFormat::GetTagFieldNumber(tag));
    const bool delimited = WireFormat::GetTagWireType(tag) == WireFormat::WIRETYPE_LENGTH_DELIMITED;
    if (!field || !delimited) return WireFormat::SkipField(&in_, tag);
    int size = 0;
    if (!in_.ReadVarintSizeAsInt(&size) || size > in_.BytesUntilLimit()) return false;
    if (field->type() == pb::FieldDescriptor::TYPE_STRING) return check_text(size);
    if (!field->message_type() || depth == kRecordDepthMax) return in_.Skip(size);
    const auto outer = in_.PushLimit(size);
    check(*field->message_type(), depth + 1);
    in_.Skip(in_.BytesUntilLimit());
    in_.PopLimit(outer);
    return true;
  }

  bool check_text(int size) {
    const void* text = nullptr;
    int there = 0;
    if (size == 0) return true;
    if (!in_.GetDirectBufferPointer(&text, &there) || there < size) return false;
    if (!pb::internal::IsStructurallyValidUTF8(static_cast<const char*>(text), size)) {
      flaw_ = "a text in it is not UTF-8";
    }
    return in_.Skip(size);
  }

  uint64_t size_of(const pb::Descriptor& message) {
    const auto [known, is_new] = sizes_.try_emplace(&message, kMessageSize);
    for (int i = 0; is_new && i < message.field_count(); ++i) {
      known->second += message.field(i)->is_map() ? kMapSize : kFieldSize;
    }
    return known->second;
  }

  pb::io::CodedInputStream& in_;
  uint64_t size_max_;
  uint64_t size_ = 0;
  std::string_view flaw_;
  std::unordered_map<const pb::Descriptor*, uint64_t> sizes_;
};

}  // namespace

std::string_view flaw_of(const pb::Descriptor& message, std::string_view bytes) {
  if (bytes.size() > kRecordSizeMax) return "it is too large";
  const auto size = static_cast<int>(bytes.size());
  pb::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()), size);
  in.PushLimit(size);
  RecordCheck check(in, expanded_size_max(bytes.size()));
  check.check(message, 0);
  return check.flaw();
}

}  // namespace millrace::schema::protobuf
