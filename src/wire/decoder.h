// Decoder: the visitor that reads a message from bytes that nobody vouches for.
//
// A malformed value makes the ByteReader fail, after which every read answers zero, so the visitor
// runs to its end without looking at each step; loops ask after every element. Included only by
// codec_definitions.h and tests.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/uuid.h"
#include "millrace/error_code.h"
#include "wire/described.h"
#include "wire/encoder.h"
#include "wire/values.h"

namespace millrace::wire {

class Decoder {
 public:
  Decoder(ByteReader& in, int16_t version, bool flexible, std::shared_ptr<const void> owner)
      : in_(in), version_(version), flexible_(flexible), owner_(std::move(owner)) {}

  template <Described T>
  void get_struct(T& value) {
    check_described<T>();
    T::describe([&](std::string_view, auto member, Field field = {}) {
      if (field.is_in(version_) && !field.is_tagged()) get_field(value.*member, field);
    });
    if (flexible_) get_tagged(value);
  }

 private:
  // An array takes room for this many elements at once, and for more only as they arrive.
  static constexpr size_t kElementsReservedMax = 64;

  template <Described T>
  void get_tagged(T& value) {
    const uint32_t count = in_.uvarint32();
    for (uint32_t i = 0; i < count && in_.ok(); ++i) {
      const uint32_t tag = in_.uvarint32();
      const ByteView content = in_.bytes(in_.uvarint32());
      if (!in_.ok()) return;
      T::describe([&](std::string_view, auto member, Field field = {}) {
        if (!field.is_tagged() || static_cast<uint32_t>(field.tag) != tag) return;
        if (!field.is_in(version_)) return;
        ByteReader inside(content);
        Decoder(inside, version_, flexible_, owner_).get_field(value.*member, field);
        if (!inside.ok() || !inside.at_end()) in_.fail();
      });
    }
  }

  template <class T>
  void get_field(T& value, Field) {
    if (!get(value)) in_.fail();
  }
  // Where a version has no null, a null is malformed.
  template <class T>
  void get_field(std::optional<T>& value, Field field) {
    if (!get(value.emplace())) {
      value.reset();
      if (!field.may_be_null(version_)) in_.fail();
    }
  }
  // A struct that may be null says in a byte of its own whether it is there.
  template <Described T>
  void get_field(std::optional<T>& value, Field field) {
    value.reset();
    if (field.may_be_null(version_) && in_.read<int8_t>() < 0) return;
    get(value.emplace());
  }
  // Kafka's brokers send empty record sets and its older clients accept null for them.
  void get_field(FetchRecords& value, Field) { get(value); }

  // Each get() answers false where the wire says null.
  template <WireInteger T>
  bool get(T& value) {
    value = in_.read<T>();
    return true;
  }
  bool get(bool& value) {
    value = in_.read<int8_t>() != 0;
    return true;
  }
  bool get(ErrorCode& value) {
    value = static_cast<ErrorCode>(in_.read<int16_t>());
    return true;
  }
  bool get(Uuid& value) {
    const ByteView bytes = in_.bytes(value.bytes.size());
    std::ranges::copy(bytes, value.bytes.begin());
    return true;
  }
  bool get(std::string& value) {
    const std::optional<size_t> size = length<int16_t>();
    if (!size) return false;
    if (*size > kTextBytesMax) in_.fail();
    value = as_text(in_.bytes(*size));
    return true;
  }
  bool get(Bytes& value) {
    const std::optional<size_t> size = length<int32_t>();
    if (!size) return false;
    value = copy_of(in_.bytes(*size));
    return true;
  }
  bool get(RecordsView& value) {
    const std::optional<size_t> size = length<int32_t>();
    if (!size) return false;
    value.bytes = in_.bytes(*size);
    return true;
  }
  bool get(FetchRecords& value) {
    const std::optional<size_t> size = length<int32_t>();
    if (!size) return false;
    const ByteView bytes = in_.bytes(*size);
    if (!bytes.empty()) value.chunks.emplace_back(SharedBytes(owner_, bytes));
    return true;
  }
  template <class T>
  bool get(std::vector<T>& values) {
    const std::optional<size_t> count = length<int32_t>();
    if (!count) return false;
    // Every element takes at least one byte.
    if (*count > in_.remaining()) in_.fail();
    if (!in_.ok()) return true;
    values.reserve(std::min(*count, kElementsReservedMax));
    for (size_t i = 0; i < *count && in_.ok(); ++i) {
      if (!get(values.emplace_back())) in_.fail();
    }
    return true;
  }
  template <Described T>
  bool get(T& value) {
    get_struct(value);
    return true;
  }

  // Nothing where the length says null; fails for other negative lengths.
  template <WireInteger Fixed>
  std::optional<size_t> length() {
    if (flexible_) {
      const uint32_t count_plus_one = in_.uvarint32();
      if (!in_.ok()) return 0;
      if (count_plus_one == 0) return std::nullopt;
      return count_plus_one - 1;
    }
    const Fixed count = in_.read<Fixed>();
    // Kafka takes every negative length for null.
    if (count < 0) return std::nullopt;
    return static_cast<size_t>(count);
  }

  ByteReader& in_;
  int16_t version_;
  bool flexible_;
  std::shared_ptr<const void> owner_;
};

}  // namespace millrace::wire
