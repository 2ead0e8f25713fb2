// One record inside a batch, as views into the batch's (decompressed) bytes.
#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/strong.h"

namespace millrace::record {

/// A record's header: the key is never null, the value may be.
struct HeaderView {
  std::string_view key;
  std::optional<ByteView> value;
};

/// A record's headers in order, decoded while iterating. The bytes were checked when the record was
/// read.
class HeaderRange {
 public:
  class Iterator {
   public:
    using value_type = HeaderView;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    Iterator(ByteView rest, int32_t left);
    const HeaderView& operator*() const { return current_; }
    const HeaderView* operator->() const { return &current_; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& it, std::default_sentinel_t) { return it.left_ == 0; }

   private:
    void decode();

    ByteView rest_;
    int32_t left_ = 0;
    HeaderView current_;
  };

  HeaderRange() = default;
  HeaderRange(ByteView bytes, int32_t count) : bytes_(bytes), count_(count) {}
  Iterator begin() const { return {bytes_, count_}; }
  std::default_sentinel_t end() const { return {}; }
  int32_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  /// As they stand in the record, behind their number.
  ByteView encoded() const { return bytes_; }

 private:
  ByteView bytes_;
  int32_t count_ = 0;
};

/// Valid until the reader that gave it moves on. A null key or value is nullopt; an empty one is an
/// empty view.
struct RecordView {
  Offset offset;
  int32_t offset_delta = 0;
  /// Milliseconds; of a LogAppendTime batch the batch's max timestamp.
  int64_t timestamp = 0;
  std::optional<ByteView> key;
  std::optional<ByteView> value;
  HeaderRange headers;
  /// Bytes of the record as encoded, its length field included.
  size_t encoded_size = 0;
};

}  // namespace millrace::record
