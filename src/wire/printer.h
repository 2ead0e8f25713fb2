// Printer: the visitor that writes a message for people.
//
// Included only by codec_definitions.h.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "millrace/error_code.h"
#include "wire/described.h"
#include "wire/values.h"

namespace millrace::wire {

class Printer {
 public:
  Printer(std::ostream& out, int16_t version) : out_(out), version_(version) {}

  template <Described T>
  void print(const T& value) {
    check_described<T>();
    out_ << '{';
    bool first = true;
    T::describe([&](std::string_view name, auto member, Field field = {}) {
      if (!field.is_in(version_)) return;
      if (!first) out_ << ", ";
      first = false;
      out_ << name << '=';
      print(value.*member);
    });
    out_ << '}';
  }

 private:
  template <WireInteger T>
  void print(T value) {
    out_ << +value;
  }
  void print(bool value) { out_ << (value ? "true" : "false"); }
  void print(ErrorCode value) { out_ << error_name(value); }
  void print(const Uuid& value) { out_ << value.to_string(); }
  void print(const std::string& value) { out_ << '"' << value << '"'; }
  void print(const Bytes& value) { out_ << value.size() << " bytes"; }
  void print(const RecordsView& value) { out_ << value.bytes.size() << " bytes"; }
  void print(const FetchRecords& value) { out_ << io::size_of(value.chunks) << " bytes"; }
  template <class T>
  void print(const std::optional<T>& value) {
    if (value) {
      print(*value);
    } else {
      out_ << "null";
    }
  }
  template <class T>
  void print(const std::vector<T>& values) {
    out_ << '[';
    for (size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out_ << ", ";
      print(values[i]);
    }
    out_ << ']';
  }

  std::ostream& out_;
  int16_t version_;
};

}  // namespace millrace::wire
