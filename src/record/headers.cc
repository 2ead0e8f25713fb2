// Headers, of the public records.
#include "base/bytes.h"
#include "millrace/record.h"
#include "record/varint.h"

namespace millrace {

Headers::Iterator::Iterator(std::string_view rest, int32_t left) : rest_(rest), left_(left) {
  if (left_ > 0) decode();
}

Headers::Iterator& Headers::Iterator::operator++() {
  if (--left_ > 0) decode();
  return *this;
}

void Headers::Iterator::decode() {
  const ByteView bytes = as_bytes(rest_);
  record::Cursor cursor{bytes.data(), bytes.data() + bytes.size()};
  current_.key = as_text(cursor.take(cursor.varint32()));
  const int32_t value_size = cursor.varint32();
  current_.value = std::nullopt;
  if (value_size >= 0) current_.value = as_text(cursor.take(value_size));
  if (cursor.failed) {  // Bytes that no RecordReader checked.
    left_ = 0;
    return;
  }
  rest_ = as_text({cursor.at, cursor.end});
}

std::optional<std::string_view> Headers::last(std::string_view key) const {
  std::optional<std::string_view> found;
  for (const Header& header : *this) {
    if (header.key == key) found = header.value;
  }
  return found;
}

}  // namespace millrace
