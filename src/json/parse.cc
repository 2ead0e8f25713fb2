// Parsing, by nlohmann's parser, which tells what comes and needs no recursion.
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/utf8.h"
#include "json/text.h"

namespace millrace::json {
namespace {

using Parser = nlohmann::json;

/// The library quotes what it read last, which may be the whole document, and no UTF-8.
constexpr size_t kSentenceSizeMax = 300;

/// "[json.exception.parse_error.101] parse error at line 1, ..." without the library's own number.
std::string sentence_of(const char* what) {
  std::string_view text(what);
  const size_t begin = text.find("] ");
  if (begin != text.npos) text.remove_prefix(begin + 2);
  if (!is_utf8(text)) text = text.substr(0, text.find("; last read"));
  if (text.size() <= kSentenceSizeMax) return std::string(text);
  size_t end = kSentenceSizeMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return cat(text.substr(0, end), "…");
}

/// Builds the tree from what the parser tells. The functions' names are the parser's.
class Builder {
 public:
  explicit Builder(size_t values_max) : values_max_(values_max) {}

  bool null() { return add(Value()); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(int64_t value) { return add(value); }
  bool number_unsigned(uint64_t value) { return add(value); }
  bool number_float(double, const std::string& text) { return add(Number{text}); }
  bool string(std::string& text) { return add(std::move(text)); }
  bool binary(std::vector<uint8_t>&) { return false; }  // not of JSON
  bool key(std::string& name) {
    open_.back().name = std::move(name);
    return true;
  }
  bool start_object(size_t) { return open(Object()); }
  bool start_array(size_t) { return open(Array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool parse_error(size_t, const std::string&, const Parser::exception& error) {
    error_ = sentence_of(error.what());
    return false;
  }

  Result<Value> finish() && {
    if (!error_.empty()) return kafka_error(ErrorCode::invalid_request, std::move(error_));
    return std::move(root_);
  }

 private:
  /// An array or object that goes on, and the name its next member will have.
  struct Open {
    Value value;
    std::string name;
  };

  bool open(Value value) {
    if (open_.size() == kDepthMax) {
      error_ = cat("nested deeper than ", kDepthMax, " levels");
      return false;
    }
    open_.push_back({.value = std::move(value), .name = {}});
    return true;
  }

  bool close() {
    Value value = std::move(open_.back().value);
    open_.pop_back();
    return add(std::move(value));
  }

  bool add(Value value) {
    if (++count_ > values_max_) {
      error_ = cat("more than ", values_max_, " values");
      return false;
    }
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Array* array = open_.back().value.array()) {
      array->push_back(std::move(value));
    } else {
      open_.back().value.object()->set(std::move(open_.back().name), std::move(value));
    }
    return true;
  }

  const size_t values_max_;
  size_t count_ = 0;
  std::vector<Open> open_;
  Value root_;
  std::string error_;
};

}  // namespace

Result<Value> parse(std::string_view text, size_t values_max) {
  Builder builder(values_max);
  Parser::sax_parse(text.begin(), text.end(), &builder);
  return std::move(builder).finish();
}

}  // namespace millrace::json
