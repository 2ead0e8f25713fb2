#include "record/record_view.h"

#include "record/varint.h"

namespace millrace::record {

HeaderRange::Iterator::Iterator(ByteView rest, int32_t left) : rest_(rest), left_(left) {
  if (left_ > 0) decode();
}

HeaderRange::Iterator& HeaderRange::Iterator::operator++() {
  if (--left_ > 0) decode();
  return *this;
}

void HeaderRange::Iterator::decode() {
  Cursor cursor{rest_.data(), rest_.data() + rest_.size()};
  current_.key = as_text(cursor.take(cursor.varint32()));
  const int32_t value_size = cursor.varint32();
  current_.value = std::nullopt;
  if (value_size >= 0) current_.value = cursor.take(value_size);
  if (cursor.failed) {  // Bytes that no RecordReader checked.
    left_ = 0;
    return;
  }
  rest_ = {cursor.at, cursor.end};
}

}  // namespace millrace::record
