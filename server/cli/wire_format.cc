#include "cli/wire_format.h"

namespace millrace::server {
namespace {

constexpr size_t kPrefixBytes = 5;

}  // namespace

std::string frame_record(const FramedRecord& record) {
  std::string out;
  out.reserve(kPrefixBytes + record.payload.size());
  out += '\0';
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(record.id >> shift & 0xff);
  out += record.payload;
  return out;
}

std::optional<FramedRecord> parse_framed(std::string_view bytes) {
  if (bytes.size() < kPrefixBytes || bytes[0] != '\0') return std::nullopt;
  uint32_t id = 0;
  for (size_t i = 1; i < kPrefixBytes; ++i) id = id << 8 | static_cast<uint8_t>(bytes[i]);
  if (static_cast<int32_t>(id) < 1) return std::nullopt;
  return FramedRecord{.id = static_cast<int32_t>(id), .payload = bytes.substr(kPrefixBytes)};
}

}  // namespace millrace::server
