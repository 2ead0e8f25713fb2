// ReferenceEncoder: the encoding written a second time, straight from the protocol guide and into
// one buffer, which also notes where every length stands.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "millrace/error_code.h"
#include "wire/described.h"
#include "wire/values.h"

namespace millrace::wire::testing {

/// A length, a count or a size inside encoded bytes.
struct LengthField {
  enum class Form { fixed16, fixed32, compact };
  size_t at = 0;
  Form form = Form::compact;
  /// The value that says null is allowed here.
  bool may_be_null = false;
  /// Compact lengths hold one more than they mean; counts and sizes of tags do not.
  bool counts_from_one = false;
};

class ReferenceEncoder {
 public:
  ReferenceEncoder(int16_t version, bool flexible) : version_(version), flexible_(flexible) {}

  template <Described T>
  void put(const T& value) {
    T::describe([&](std::string_view, auto member, Field field = {}) {
      if (field.is_in(version_) && !field.is_tagged()) put_field(value.*member, field);
    });
    if (!flexible_) return;
    // Fields in tags are called in rising order of their tags, as they must be sent.
    std::vector<std::pair<int32_t, ReferenceEncoder>> tagged;
    const T defaults{};
    T::describe([&](std::string_view, auto member, Field field = {}) {
      if (!field.is_tagged() || !field.is_in(version_)) return;
      if (value.*member == defaults.*member) return;
      ReferenceEncoder inside(version_, flexible_);
      inside.put_field(value.*member, field);
      tagged.emplace_back(field.tag, std::move(inside));
    });
    note(LengthField::Form::compact);
    out_.uvarint(tagged.size());
    for (auto& [tag, inside] : tagged) {
      out_.uvarint(static_cast<uint64_t>(tag));
      note(LengthField::Form::compact);
      out_.uvarint(inside.out_.size());
      for (LengthField length : inside.lengths_) {
        length.at += out_.size();
        lengths_.push_back(length);
      }
      out_.bytes(inside.out_.view());
    }
  }

  Bytes take_bytes() { return out_.take(); }
  const std::vector<LengthField>& lengths() const { return lengths_; }

 private:
  template <class T>
  void put_field(const T& value, Field) {
    put(value);
  }
  void put_field(const FetchRecords& value, Field) {
    null_allowed_ = true;
    put(value);
  }
  template <class T>
  void put_field(const std::optional<T>& value, Field field) {
    null_allowed_ = field.may_be_null(version_);
    if (value) {
      put(*value);
    } else if (flexible_) {
      put_compact(0);
    } else if constexpr (std::is_same_v<T, std::string>) {
      put_fixed<int16_t>(-1);
    } else {
      put_fixed<int32_t>(-1);
    }
  }

  template <Described T>
  void put_field(const std::optional<T>& value, Field field) {
    if (field.may_be_null(version_)) out_.write<int8_t>(value ? 1 : -1);
    if (value) put(*value);
  }

  template <WireInteger T>
  void put(T value) {
    out_.write<T>(value);
  }
  void put(bool value) { out_.write<int8_t>(value); }
  void put(ErrorCode value) { out_.write<int16_t>(static_cast<int16_t>(value)); }
  void put(const Uuid& value) { out_.bytes(value.bytes); }
  void put(const std::string& value) {
    put_size<int16_t>(value.size());
    out_.text(value);
  }
  void put(const Bytes& value) { put_bytes(value); }
  void put(const RecordsView& value) { put_bytes(value.bytes); }
  void put(const FetchRecords& value) {
    put_bytes(value.chunks.empty() ? ByteView() : std::get<SharedBytes>(value.chunks[0]).view());
  }
  template <class T>
  void put(const std::vector<T>& values) {
    put_size<int32_t>(values.size());
    for (const T& value : values) put(value);
  }

  void put_bytes(ByteView bytes) {
    put_size<int32_t>(bytes.size());
    out_.bytes(bytes);
  }
  template <class Fixed>
  void put_size(size_t size) {
    if (flexible_) {
      put_compact(size + 1);
    } else {
      put_fixed<Fixed>(static_cast<Fixed>(size));
    }
  }
  void put_compact(size_t value) {
    note(LengthField::Form::compact);
    lengths_.back().counts_from_one = true;
    out_.uvarint(value);
  }
  template <class Fixed>
  void put_fixed(Fixed value) {
    note(sizeof(Fixed) == 2 ? LengthField::Form::fixed16 : LengthField::Form::fixed32);
    out_.write<Fixed>(value);
  }
  void note(LengthField::Form form) {
    lengths_.push_back(
        {.at = out_.size(), .form = form, .may_be_null = std::exchange(null_allowed_, false)});
  }

  int16_t version_;
  bool flexible_;
  bool null_allowed_ = false;
  ByteWriter out_;
  std::vector<LengthField> lengths_;
};

}  // namespace millrace::wire::testing
