#include "coordinator/group_id.h"

#include <cstdint>

namespace millrace::coordinator {

namespace {

/// One code point from the front of `text`; malformed bytes count as U+FFFD each.
uint32_t next_code_point(std::string_view& text) {
  const auto lead = static_cast<uint8_t>(text.front());
  const size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  uint32_t code = size == 1 ? lead : lead & (0x7fU >> size);
  bool well_formed = lead < 0x80 || (lead >= 0xc2 && lead < 0xf5 && text.size() >= size);
  for (size_t i = 1; well_formed && i < size; ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    well_formed = (byte & 0xc0) == 0x80;
    code = (code << 6) | (byte & 0x3f);
  }
  text.remove_prefix(well_formed ? size : 1);
  return well_formed ? code : 0xfffd;
}

}  // namespace

int32_t java_string_hash(std::string_view text) {
  uint32_t hash = 0;
  while (!text.empty()) {
    const uint32_t code = next_code_point(text);
    if (code >= 0x10000) {
      hash = hash * 31 + (0xd800 + ((code - 0x10000) >> 10));
      hash = hash * 31 + (0xdc00 + ((code - 0x10000) & 0x3ff));
    } else {
      hash = hash * 31 + code;
    }
  }
  return static_cast<int32_t>(hash);
}

PartitionId partition_of_group(std::string_view group_id, int32_t count) {
  const int32_t hash = java_string_hash(group_id);
  const int32_t positive = hash == INT32_MIN ? 0 : (hash < 0 ? -hash : hash);
  return PartitionId(positive % count);
}

}  // namespace millrace::coordinator
