// Encoder: the visitor that writes a message, or counts what it would write.
//
// Included only by codec_definitions.h and tests.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/assert.h"
#include "base/uuid.h"
#include "millrace/error_code.h"
#include "wire/described.h"
#include "wire/message_builder.h"
#include "wire/values.h"

namespace millrace::wire {

/// Kafka's clients refuse a text that is longer, whatever its length field could hold.
inline constexpr size_t kTextBytesMax = 32767;

/// Counts bytes instead of writing them; same interface as BuilderSink and WriterSink.
class SizeSink {
 public:
  template <WireInteger T>
  void integer(T) {
    size_ += sizeof(T);
  }
  void uvarint(uint64_t value) { size_ += uvarint_size(value); }
  void bytes(ByteView view) { size_ += view.size(); }
  void records(ByteView view) { size_ += view.size(); }
  void chunks(const io::Chunks& chunks) { size_ += io::size_of(chunks); }
  size_t size() const { return size_; }

 private:
  size_t size_ = 0;
};

/// Writes to plain bytes.
class WriterSink {
 public:
  explicit WriterSink(ByteWriter& out) : out_(out) {}

  template <WireInteger T>
  void integer(T value) {
    out_.write<T>(value);
  }
  void uvarint(uint64_t value) { out_.uvarint(value); }
  void bytes(ByteView view) { out_.bytes(view); }
  void records(ByteView view) { out_.bytes(view); }
  void chunks(const io::Chunks& chunks) {
    for (const io::Chunk& chunk : chunks) {
      const auto* held = std::get_if<SharedBytes>(&chunk);
      MILL_ASSERT(held != nullptr, "a file range cannot be written into memory");
      out_.bytes(held->view());
    }
  }

 private:
  ByteWriter& out_;
};

/// Writes to a message builder, which takes record sets by reference.
class BuilderSink : public WriterSink {
 public:
  explicit BuilderSink(MessageBuilder& out) : WriterSink(out.writer()), builder_(out) {}
  void records(ByteView view) { builder_.append({SharedBytes(nullptr, view)}); }
  void chunks(const io::Chunks& chunks) { builder_.append(chunks); }

 private:
  MessageBuilder& builder_;
};

template <class Sink>
class Encoder {
 public:
  Encoder(Sink& sink, int16_t version, bool flexible)
      : sink_(sink), version_(version), flexible_(flexible) {}

  template <Described T>
  void put_struct(const T& value) {
    check_described<T>();
    T::describe([&](std::string_view, auto member, Field field = {}) {
      if (field.is_in(version_) && !field.is_tagged()) put_field(value.*member, field);
    });
    if (flexible_) put_tagged(value);
  }

 private:
  // Tagged fields are sent only where they differ from their default.
  template <Described T>
  void put_tagged(const T& value) {
    [[maybe_unused]] static const T kDefaults{};  // unused where nothing is tagged
    const auto is_sent = [&](auto member, Field field) {
      return field.is_tagged() && field.is_in(version_) && !(value.*member == kDefaults.*member);
    };
    size_t count = 0;
    T::describe([&](std::string_view, auto member, Field field = {}) {
      if (is_sent(member, field)) ++count;
    });
    sink_.uvarint(count);
    if (count == 0) return;
    T::describe([&](std::string_view, auto member, Field field = {}) {
      if (!is_sent(member, field)) return;
      SizeSink size;
      Encoder<SizeSink>(size, version_, flexible_).put_field(value.*member, field);
      sink_.uvarint(static_cast<uint64_t>(field.tag));
      sink_.uvarint(size.size());
      put_field(value.*member, field);
    });
  }

  template <class>
  friend class Encoder;

  template <class T>
  void put_field(const T& value, Field) {
    put(value);
  }

  template <class T>
  void put_field(const std::optional<T>& value, Field field) {
    if (value) {
      put(*value);
    } else if (!field.may_be_null(version_)) {
      put(T{});
    } else {
      put_null(static_cast<const T*>(nullptr));
    }
  }

  // A struct that may be null says in a byte of its own whether it is there.
  template <Described T>
  void put_field(const std::optional<T>& value, Field field) {
    if (!field.may_be_null(version_)) return put(value.value_or(T{}));
    put<int8_t>(value ? 1 : -1);
    if (value) put(*value);
  }

  template <WireInteger T>
  void put(T value) {
    sink_.template integer<T>(value);
  }
  void put(bool value) { sink_.template integer<int8_t>(value ? 1 : 0); }
  void put(ErrorCode value) { sink_.template integer<int16_t>(static_cast<int16_t>(value)); }
  void put(const Uuid& value) { sink_.bytes(value.bytes); }
  void put(const std::string& value) {
    const ByteView text = as_bytes(value).first(std::min(value.size(), kTextBytesMax));
    put_length<int16_t>(text.size());
    sink_.bytes(text);
  }
  void put(const Bytes& value) {
    put_length<int32_t>(value.size());
    sink_.bytes(value);
  }
  void put(const RecordsView& value) {
    put_length<int32_t>(value.bytes.size());
    sink_.records(value.bytes);
  }
  void put(const FetchRecords& value) {
    put_length<int32_t>(io::size_of(value.chunks));
    sink_.chunks(value.chunks);
  }
  template <class T>
  void put(const std::vector<T>& values) {
    put_length<int32_t>(values.size());
    for (const T& value : values) put(value);
  }
  template <Described T>
  void put(const T& value) {
    put_struct(value);
  }

  void put_null(const std::string*) { put_no_value<int16_t>(); }
  template <class T>
  void put_null(const T*) {
    put_no_value<int32_t>();
  }

  // Compact lengths are one more than the count, so that zero can say null.
  template <WireInteger Fixed>
  void put_length(size_t count) {
    if (flexible_) {
      sink_.uvarint(count + 1);
    } else {
      sink_.template integer<Fixed>(static_cast<Fixed>(count));
    }
  }
  template <WireInteger Fixed>
  void put_no_value() {
    if (flexible_) {
      sink_.uvarint(0);
    } else {
      sink_.template integer<Fixed>(-1);
    }
  }

  Sink& sink_;
  int16_t version_;
  bool flexible_;
};

}  // namespace millrace::wire
