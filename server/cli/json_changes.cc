#include "cli/json_changes.h"

#include <optional>
#include <string_view>

#include "base/text.h"
#include "json/text.h"

namespace millrace::server {
namespace {

constexpr size_t kShownBytesMax = 200;

std::string shown(const json::Value& value) {
  std::string text = json::write(value);
  if (text.size() <= kShownBytesMax) return text;
  size_t end = kShownBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

std::optional<std::string_view> name_of(const json::Value& element) {
  if (element.string() != nullptr) return *element.string();
  if (element.object() != nullptr) return element.object()->text("name");
  return std::nullopt;
}

/// Elements by their names; nothing where some have none, or one twice.
std::optional<json::Object> named(const json::Array& array) {
  json::Object out;
  for (const json::Value& element : array) {
    const auto name = name_of(element);
    if (!name || out.contains(*name)) return std::nullopt;
    out.set(std::string(*name), element);
  }
  return out;
}

json::Object numbered(const json::Array& array) {
  json::Object out;
  for (const json::Value& element : array) out.set(cat(out.size()), element);
  return out;
}

/// As deep as the documents are, which json::parse bounds.
class Comparison {
 public:
  void compare(const std::string& path, const json::Value& before, const json::Value& after) {
    if (before == after) return;
    if (before.object() != nullptr && after.object() != nullptr) {
      return compare_members(path, *before.object(), *after.object());
    }
    if (before.array() != nullptr && after.array() != nullptr) {
      return compare_arrays(path, *before.array(), *after.array());
    }
    add("changed ", path, cat(": ", shown(before), " to ", shown(after)));
  }

  std::vector<std::string> take() && { return std::move(lines_); }

 private:
  void compare_members(const std::string& path, const json::Object& before,
                       const json::Object& after) {
    for (const auto& [name, value] : before) {
      const std::string at = cat(path, '/', name);
      if (const json::Value* now = after.find(name)) {
        compare(at, value, *now);
      } else {
        add("removed ", at, ": " + shown(value));
      }
    }
    for (const auto& [name, value] : after) {
      if (!before.contains(name)) add("added ", cat(path, '/', name), ": " + shown(value));
    }
  }

  void compare_arrays(const std::string& path, const json::Array& before,
                      const json::Array& after) {
    const auto old_names = named(before);
    const auto new_names = named(after);
    if (!old_names || !new_names) {
      return compare_members(path, numbered(before), numbered(after));
    }
    compare_members(path, *old_names, *new_names);
    if (common_names(*old_names, *new_names) != common_names(*new_names, *old_names)) {
      add("reordered ", path, "");
    }
  }

  static std::vector<std::string_view> common_names(const json::Object& of,
                                                    const json::Object& with) {
    std::vector<std::string_view> names;
    for (const auto& [name, value] : of) {
      if (with.contains(name)) names.push_back(name);
    }
    return names;
  }

  void add(std::string_view what, const std::string& path, std::string_view how) {
    lines_.push_back(cat(what, path.empty() ? "/" : path, how));
  }

  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> json_changes(const json::Value& before, const json::Value& after) {
  Comparison comparison;
  comparison.compare("", before, after);
  return std::move(comparison).take();
}

}  // namespace millrace::server
