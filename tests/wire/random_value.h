// RandomValue: the visitor that fills a message with values that its version can carry.
#pragma once

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "millrace/error_code.h"
#include "wire/described.h"
#include "wire/values.h"

namespace millrace::wire::testing {

using Random = std::mt19937_64;

/// Draws values that take part in every edge of the encoding: empty, null, one and two length
/// bytes, all bits of the integers. Bytes that record sets show are kept in `arena`.
class RandomValue {
 public:
  RandomValue(Random& random, int16_t version, std::vector<Bytes>& arena)
      : random_(random), version_(version), arena_(arena) {}

  template <Described T>
  void fill(T& value) {
    T::describe([&](std::string_view, auto member, Field field = {}) {
      if (field.is_in(version_)) fill_field(value.*member, field);
    });
  }

 private:
  bool one_in(uint64_t n) { return random_() % n == 0; }

  Bytes draw_bytes() {
    static constexpr size_t kSizes[] = {0, 1, 7, 7, 20, 126, 127, 128, 200};
    Bytes bytes(kSizes[random_() % std::size(kSizes)]);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random_());
    return bytes;
  }

  template <class T>
  void fill_field(T& value, Field) {
    fill(value);
  }
  template <class T>
  void fill_field(std::optional<T>& value, Field field) {
    value.reset();
    if (!field.may_be_null(version_) || !one_in(4)) fill(value.emplace());
  }

  template <WireInteger T>
  void fill(T& value) {
    value = static_cast<T>(random_() >> (one_in(2) ? 0 : 56));
  }
  void fill(bool& value) { value = one_in(2); }
  void fill(ErrorCode& value) { value = static_cast<ErrorCode>(static_cast<int16_t>(random_())); }
  void fill(Uuid& value) {
    for (auto& byte : value.bytes) byte = static_cast<std::byte>(random_());
  }
  void fill(std::string& value) { value = as_text(draw_bytes()); }
  void fill(Bytes& value) { value = draw_bytes(); }
  void fill(RecordsView& value) { value.bytes = arena_.emplace_back(draw_bytes()); }
  void fill(FetchRecords& value) {
    value.chunks.clear();
    Bytes bytes = draw_bytes();
    if (!bytes.empty()) value.chunks.emplace_back(SharedBytes(std::move(bytes)));
  }
  template <class T>
  void fill(std::vector<T>& values) {
    values.assign(random_() % 3, T{});
    for (T& value : values) fill(value);
  }

  Random& random_;
  int16_t version_;
  std::vector<Bytes>& arena_;
};

}  // namespace millrace::wire::testing
