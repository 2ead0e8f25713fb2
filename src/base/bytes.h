// Bytes: views, growing buffers, and big-endian reading and writing with every length checked.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace millrace {

/// A view of bytes that somebody else owns.
using ByteView = std::span<const std::byte>;
/// Bytes that this variable owns.
using Bytes = std::vector<std::byte>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes copy_of(ByteView bytes) { return Bytes(bytes.begin(), bytes.end()); }
inline bool equal_bytes(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

/// Bytes together with what keeps them alive: cheap to copy, safe to keep.
class SharedBytes {
 public:
  SharedBytes() = default;
  /// A view into memory that `owner` keeps alive.
  SharedBytes(std::shared_ptr<const void> owner, ByteView view)
      : owner_(std::move(owner)), view_(view) {}
  /// Takes the buffer over.
  explicit SharedBytes(Bytes bytes) {
    auto held = std::make_shared<const Bytes>(std::move(bytes));
    view_ = *held;
    owner_ = std::move(held);
  }

  ByteView view() const { return view_; }
  size_t size() const { return view_.size(); }
  bool empty() const { return view_.empty(); }
  /// A part that shares ownership; the range must lie within this one.
  SharedBytes slice(size_t from, size_t count) const {
    return {owner_, view_.subspan(from, count)};
  }

 private:
  std::shared_ptr<const void> owner_;
  ByteView view_;
};

template <class T>
concept WireInteger = std::integral<T> && !std::same_as<T, bool>;

/// Reads one big-endian integer from memory that is known to be long enough.
template <WireInteger T>
T load_be(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  if constexpr (sizeof(T) == 2)
    return static_cast<T>(__builtin_bswap16(static_cast<uint16_t>(value)));
  if constexpr (sizeof(T) == 4)
    return static_cast<T>(__builtin_bswap32(static_cast<uint32_t>(value)));
  if constexpr (sizeof(T) == 8)
    return static_cast<T>(__builtin_bswap64(static_cast<uint64_t>(value)));
  return value;
}

/// Writes one big-endian integer to memory that is known to be long enough.
template <WireInteger T>
void store_be(std::byte* to, T value) {
  value = load_be<T>(reinterpret_cast<const std::byte*>(&value));
  std::memcpy(to, &value, sizeof value);
}

/// Maps small negative numbers to small varints (protobuf's ZigZag, which Kafka's records use).
constexpr uint64_t zigzag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
constexpr int64_t unzigzag(uint64_t value) {
  return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
}

/// Reads from the front of a view. Never reads past the end: the first read that does not fit makes
/// the reader fail, and from then on every read answers zero or empty. Callers check `ok()` once,
/// at the end or before they allocate.
class ByteReader {
 public:
  explicit ByteReader(ByteView view) : rest_(view), size_(view.size()) {}

  bool ok() const { return ok_; }
  /// Marks the input as malformed.
  void fail() {
    ok_ = false;
    rest_ = {};
  }
  size_t remaining() const { return rest_.size(); }
  /// Bytes read so far; meaningless after a failure.
  size_t consumed() const { return size_ - rest_.size(); }
  bool at_end() const { return rest_.empty(); }

  template <WireInteger T>
  T read() {
    if (rest_.size() < sizeof(T)) {
      fail();
      return 0;
    }
    const T value = load_be<T>(rest_.data());
    rest_ = rest_.subspan(sizeof(T));
    return value;
  }

  /// The next `count` bytes; fails when fewer remain. A count beyond the end is never allocated
  /// for.
  ByteView bytes(size_t count) {
    if (rest_.size() < count) {
      fail();
      return {};
    }
    const ByteView taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  ByteView rest() { return bytes(rest_.size()); }

  /// Unsigned LEB128 of at most 5 bytes that fits 32 bits.
  uint32_t uvarint32() {
    const uint64_t value = uvarint(5);
    if (value > UINT32_MAX) fail();
    return ok_ ? static_cast<uint32_t>(value) : 0;
  }
  /// Unsigned LEB128 of at most 10 bytes.
  uint64_t uvarint64() { return uvarint(10); }
  /// ZigZag varint, as in Kafka's records.
  int32_t varint32() { return static_cast<int32_t>(unzigzag(uvarint32())); }
  int64_t varint64() { return unzigzag(uvarint64()); }

 private:
  uint64_t uvarint(size_t bytes_max) {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes_max; ++i) {
      if (i >= rest_.size()) break;
      const auto byte = static_cast<uint64_t>(rest_[i]);
      value |= (byte & 0x7f) << (7 * i);
      if ((byte & 0x80) == 0) {
        rest_ = rest_.subspan(i + 1);
        return value;
      }
    }
    fail();
    return 0;
  }

  ByteView rest_;
  size_t size_;
  bool ok_ = true;
};

/// Appends big-endian values to a buffer of its own.
class ByteWriter {
 public:
  ByteWriter() = default;
  explicit ByteWriter(size_t capacity) { buffer_.reserve(capacity); }

  template <WireInteger T>
  void write(std::type_identity_t<T> value) {
    const size_t at = buffer_.size();
    buffer_.resize(at + sizeof(T));
    store_be<T>(buffer_.data() + at, value);
  }
  void bytes(ByteView view) { buffer_.insert(buffer_.end(), view.begin(), view.end()); }
  void text(std::string_view text) { bytes(as_bytes(text)); }

  void uvarint(uint64_t value) {
    while (value >= 0x80) {
      buffer_.push_back(static_cast<std::byte>(value | 0x80));
      value >>= 7;
    }
    buffer_.push_back(static_cast<std::byte>(value));
  }
  void varint(int64_t value) { uvarint(zigzag(value)); }

  /// Overwrites an integer written earlier; the range must exist.
  template <WireInteger T>
  void patch(size_t at, std::type_identity_t<T> value) {
    store_be<T>(buffer_.data() + at, value);
  }

  size_t size() const { return buffer_.size(); }
  ByteView view() const { return buffer_; }
  Bytes take() { return std::move(buffer_); }
  void clear() { buffer_.clear(); }

 private:
  Bytes buffer_;
};

/// Bytes of `value` as an unsigned varint.
constexpr size_t uvarint_size(uint64_t value) {
  return value == 0 ? 1 : (static_cast<size_t>(std::bit_width(value)) + 6) / 7;
}
constexpr size_t varint_size(int64_t value) { return uvarint_size(zigzag(value)); }

}  // namespace millrace
