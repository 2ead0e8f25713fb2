#include "registry/subject.h"

#include <algorithm>

#include "base/text.h"
#include "base/utf8.h"

namespace millrace::registry {

Subject Subject::parse(std::string_view text) {
  if (text.starts_with(":.")) {
    const size_t end = text.find(':', 1);
    const std::string_view context = text.substr(1, end == text.npos ? text.npos : end - 1);
    const std::string_view name = end == text.npos ? std::string_view() : text.substr(end + 1);
    return {std::string(context), std::string(name)};
  }
  return {std::string(kDefaultContext), std::string(text)};
}

std::string Subject::to_string() const {
  if (context_ == kDefaultContext) return name_;
  return cat(':', context_, ':', name_);
}

std::string qualify(std::string_view subject, std::string_view parent) {
  if (subject.starts_with(":.")) return Subject::parse(subject).to_string();
  return Subject(Subject::parse(parent).context(), std::string(subject)).to_string();
}

std::string context_subject(std::string_view subject) {
  return Subject(Subject::parse(subject).context(), "").to_string();
}

bool is_valid_subject(std::string_view text) {
  const Subject subject = Subject::parse(text);
  if (subject.name().empty() || subject.name() == "__GLOBAL" || subject.name() == "__EMPTY") {
    return false;
  }
  return is_printable(text);
}

bool is_printable(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return is_utf8(text) && std::ranges::none_of(text, is_control);
}

}  // namespace millrace::registry
