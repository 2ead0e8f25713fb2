// LayoutVisitor: what a message is on the wire in one version, as one line of text.
//
// For instance "{name:string=, partitions:[{index:int32=0}], #1 rack:string?=null}": the fields in
// their order with type, '?' where null is allowed, default value, and '#' before a tag.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "base/uuid.h"
#include "millrace/error_code.h"
#include "wire/described.h"
#include "wire/values.h"

namespace millrace::wire::testing {

class LayoutVisitor {
 public:
  explicit LayoutVisitor(int16_t version) : version_(version) {}

  template <Described T>
  std::string of() {
    std::string text = "{";
    const T defaults{};
    T::describe([&](std::string_view name, auto member, Field field = {}) {
      if (!field.is_in(version_)) return;
      if (text.size() > 1) text += ", ";
      if (field.is_tagged()) text += cat("#", field.tag, " ");
      text += name;
      text += ':';
      text += field_type(defaults.*member, field);
    });
    return text + '}';
  }

 private:
  template <class T>
  std::string field_type(const T& value, Field) {
    return type(value);
  }
  template <class T>
  std::string field_type(const std::optional<T>& value, Field field) {
    if (!field.may_be_null(version_)) return type(T{});
    std::string text = type(T{}, "?");
    // The default of a nullable field is seen only by other code, except in a tag.
    if (field.is_tagged()) text += value ? "set" : "null";
    return text;
  }

  template <WireInteger T>
  std::string type(T value, std::string_view = "") {
    return cat("int", sizeof(T) * 8, "=", static_cast<int64_t>(value));
  }
  std::string type(bool value, std::string_view = "") { return value ? "bool=1" : "bool=0"; }
  std::string type(ErrorCode value, std::string_view = "") {
    return type(static_cast<int16_t>(value));
  }
  std::string type(const Uuid&, std::string_view = "") { return "uuid"; }
  std::string type(const std::string& value, std::string_view null = "") {
    return null.empty() ? cat("string=", value) : "string?=";
  }
  std::string type(const Bytes&, std::string_view null = "") { return cat("bytes", null, "="); }
  std::string type(const RecordsView&, std::string_view = "") { return "records?="; }
  std::string type(const FetchRecords&, std::string_view = "") { return "records?="; }
  template <class T>
  std::string type(const std::vector<T>&, std::string_view null = "") {
    return cat("[", type(T{}), "]", null, "=");
  }
  template <Described T>
  std::string type(const T&, std::string_view null = "") {
    return cat(of<T>(), null);
  }

  int16_t version_;
};

}  // namespace millrace::wire::testing
