#include "schema/json_schema/uri.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/text.h"

namespace millrace::schema::json_schema {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// With its colon; empty where there is none.
std::string_view scheme_of(std::string_view uri) {
  if (uri.empty() || !is_letter(uri[0])) return {};
  const auto end = std::ranges::find_if_not(
      uri, [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
  if (end == uri.end() || *end != ':') return {};
  return uri.substr(0, static_cast<size_t>(end - uri.begin()) + 1);
}

/// The length of scheme and "//authority".
size_t root_size(std::string_view uri) {
  const size_t scheme = scheme_of(uri).size();
  if (!uri.substr(scheme).starts_with("//")) return scheme;
  const size_t path = uri.find_first_of("/?", scheme + 2);
  return path == uri.npos ? uri.size() : path;
}

/// "/a/b/../c/./d" is "/a/c/d".
std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  const auto parts = split(path, '/');
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    if (parts[i] == "..") {
      if (kept.size() > 1) kept.pop_back();
    } else if (parts[i] != ".") {
      kept.push_back(parts[i]);
      continue;
    }
    if (last) kept.emplace_back();
  }
  std::string joined;
  for (size_t i = 0; i < kept.size(); ++i) {
    if (i > 0) joined += '/';
    joined += kept[i];
  }
  return joined;
}

std::string merged(std::string_view base, std::string_view reference) {
  const size_t root = root_size(base);
  const std::string_view path = base.substr(root, base.find('?', root) - root);
  const size_t query = std::min(reference.find('?'), reference.size());
  std::string joined;
  if (reference.starts_with('/')) {
    joined = reference.substr(0, query);
  } else {
    const size_t slash = path.rfind('/');
    joined = slash == path.npos ? std::string("/") : std::string(path.substr(0, slash + 1));
    joined += reference.substr(0, query);
  }
  return cat(base.substr(0, root), without_dots(joined), reference.substr(query));
}

std::string unescaped(std::string_view token) {
  std::string text;
  for (size_t i = 0; i < token.size(); ++i) {
    const bool escape = token[i] == '~' && i + 1 < token.size();
    if (escape && (token[i + 1] == '0' || token[i + 1] == '1')) {
      text += token[++i] == '0' ? '~' : '/';
    } else {
      text += token[i];
    }
  }
  return text;
}

const json::Value* element(const json::Array& array, std::string_view token) {
  size_t index = 0;
  const auto parsed = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool is_index = parsed.ec == std::errc() && parsed.ptr == token.data() + token.size();
  return is_index && index < array.size() ? &array[index] : nullptr;
}

}  // namespace

SplitUri split_uri(std::string_view uri) {
  const size_t hash = uri.find('#');
  if (hash == uri.npos) return {.document = uri, .fragment = {}};
  return {.document = uri.substr(0, hash), .fragment = uri.substr(hash + 1)};
}

std::string resolve_uri(std::string_view base, std::string_view reference) {
  if (!scheme_of(reference).empty()) return std::string(reference);
  const SplitUri parts = split_uri(reference);
  const std::string_view tail = reference.substr(parts.document.size());
  if (parts.document.empty()) return cat(base, tail);
  if (reference.starts_with("//")) return cat(scheme_of(base), reference);
  const bool hierarchical = base.substr(scheme_of(base).size()).starts_with('/');
  if (!hierarchical) return std::string(reference);
  return cat(merged(base, parts.document), tail);
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      const char* digits = text.data() + i + 1;
      if (std::from_chars(digits, digits + 2, code, 16).ptr == digits + 2) {
        decoded += static_cast<char>(code);
        i += 2;
        continue;
      }
    }
    decoded += text[i];
  }
  return decoded;
}

const json::Value* at_pointer(const json::Value& document, std::string_view pointer) {
  const json::Value* value = &document;
  while (value != nullptr && !pointer.empty()) {
    if (!pointer.starts_with('/')) return nullptr;
    pointer.remove_prefix(1);
    const std::string token = unescaped(pointer.substr(0, pointer.find('/')));
    pointer.remove_prefix(std::min(pointer.find('/'), pointer.size()));
    if (const json::Object* object = value->object()) {
      value = object->find(token);
    } else if (const json::Array* array = value->array()) {
      value = element(*array, token);
    } else {
      value = nullptr;
    }
  }
  return value;
}

}  // namespace millrace::schema::json_schema
