#include "http/message.h"

#include <algorithm>
#include <ranges>

#include "base/words.h"
#include "http/target.h"

namespace millrace::http {

std::optional<std::string_view> Request::header(std::string_view name) const {
  const auto found = std::ranges::find_if(
      headers, [&](const auto& header) { return same_word(header.first, name); });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

size_t Request::count_headers(std::string_view name) const {
  return static_cast<size_t>(std::ranges::count_if(
      headers, [&](const auto& header) { return same_word(header.first, name); }));
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  for (const auto& [known, value] : std::views::reverse(query)) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> split_path(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  std::vector<std::string> parts;
  while (path.size() > 1) {
    path.remove_prefix(1);
    const size_t end = std::min(path.find('/'), path.size());
    auto part = percent_decoded(path.substr(0, end));
    if (!part) return std::nullopt;
    parts.push_back(*std::move(part));
    path.remove_prefix(end);
  }
  return parts;
}

}  // namespace millrace::http
