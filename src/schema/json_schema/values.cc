// The values that keywords ask for.
#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "schema/json_schema/reader.h"

namespace millrace::schema::json_schema {

Error Reader::error(std::string_view what) const {
  const std::string_view document = scope_ == nullptr ? std::string_view() : scope_->document;
  return kafka_error(ErrorCode::invalid_request,
                     cat(document, "#", place_.text(), ": ", what, "."));
}

Result<const json::Object*> Reader::object(const json::Value& value) const {
  if (value.object() == nullptr) return error(cat("must be an object, not ", value.kind()));
  return value.object();
}

Result<const json::Array*> Reader::array(const json::Value& value) const {
  if (value.array() == nullptr) return error(cat("must be an array, not ", value.kind()));
  return value.array();
}

Result<std::string_view> Reader::text(const json::Value& value) const {
  if (value.string() == nullptr) return error(cat("must be a string, not ", value.kind()));
  return std::string_view(*value.string());
}

Result<bool> Reader::boolean(const json::Value& value) const {
  if (value.boolean() == nullptr) return error(cat("must be a boolean, not ", value.kind()));
  return *value.boolean();
}

Result<Decimal> Reader::number(const json::Value& value) const {
  if (value.number() == nullptr) return error(cat("must be a number, not ", value.kind()));
  return Decimal(*value.number());
}

Result<uint64_t> Reader::count(const json::Value& value) const {
  MILL_TRY(const Decimal number, this->number(value));
  const auto count = number.to_count();
  if (!count) return error("must be a whole number that is not negative");
  return *count;
}

Result<std::vector<std::string_view>> Reader::texts(const json::Value& value) const {
  MILL_TRY(const json::Array* list, array(value));
  std::vector<std::string_view> all;
  for (const json::Value& element : *list) {
    MILL_TRY(const std::string_view one, text(element));
    all.push_back(one);
  }
  std::ranges::sort(all);
  return all;
}

Result<const Pattern*> Reader::pattern(std::string_view text) {
  if (const auto known = patterns_.find(text); known != patterns_.end()) return known->second;
  const Pattern& pattern = model_.patterns.emplace_back(std::string(text));
  pattern_size_ += pattern.size();
  if (pattern_size_ > kPatternSizeMax) return error("the patterns together are too large");
  patterns_.emplace(text, &pattern);
  return &pattern;
}

}  // namespace millrace::schema::json_schema
