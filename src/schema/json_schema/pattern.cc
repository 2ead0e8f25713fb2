#include "schema/json_schema/pattern.h"

#include <re2/re2.h>

namespace millrace::schema::json_schema {
namespace {

constexpr int64_t kCompiledBytesMax = 1 << 20;

bool all_hex(std::string_view digits) {
  return digits.find_first_not_of("0123456789abcdefABCDEF") == digits.npos;
}

/// ECMA 262 writes \u00e9 what RE2 writes \x{00e9}.
std::string in_re2_syntax(std::string_view pattern) {
  std::string text;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '\\' || i + 1 == pattern.size()) {
      text += pattern[i];
      continue;
    }
    const std::string_view digits = pattern.substr(i + 2, 4);
    if (pattern[i + 1] == 'u' && digits.size() == 4 && all_hex(digits)) {
      text.append("\\x{").append(digits).append("}");
      i += 5;
    } else {
      text += pattern[i];
      text += pattern[++i];
    }
  }
  return text;
}

}  // namespace

Pattern::Pattern(std::string text) : text_(std::move(text)) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kCompiledBytesMax);
  auto compiled = std::make_unique<const re2::RE2>(in_re2_syntax(text_), options);
  if (compiled->ok()) compiled_ = std::move(compiled);
}

Pattern::~Pattern() = default;

std::optional<bool> Pattern::found_in(std::string_view subject) const {
  if (is_opaque()) return std::nullopt;
  return re2::RE2::PartialMatch(re2::StringPiece(subject.data(), subject.size()), *compiled_);
}

size_t Pattern::size() const {
  return is_opaque() ? 0 : static_cast<size_t>(compiled_->ProgramSize());
}

}  // namespace millrace::schema::json_schema
