// Regular expressions of schemas.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}  // namespace re2

namespace millrace::schema::json_schema {

/// Immutable; any thread may call. Matches in time linear in the text (RE2), so no pattern is
/// catastrophic. What RE2 has not (lookaround, back references) stays a text that is compared but
/// never matched: `is_opaque`.
class Pattern {
 public:
  explicit Pattern(std::string text);
  ~Pattern();
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  const std::string& text() const { return text_; }
  bool is_opaque() const { return compiled_ == nullptr; }
  /// Whether the pattern is found anywhere in `subject`; nothing where it is opaque.
  std::optional<bool> found_in(std::string_view subject) const;
  /// Instructions of the compiled pattern, 16 bytes each; 0 where it is opaque.
  size_t size() const;

 private:
  const std::string text_;
  std::unique_ptr<const re2::RE2> compiled_;
};

}  // namespace millrace::schema::json_schema
