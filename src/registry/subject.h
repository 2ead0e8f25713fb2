// Subjects and the contexts they live in.
#pragma once

#include <string>
#include <string_view>

namespace millrace::registry {

/// The context of plain subjects.
inline constexpr std::string_view kDefaultContext = ".";

/// ":.context:name" is the subject `name` of a context of its own; without colons a subject is of
/// the default context. ":.context:" with no name stands for the whole context. One subject has one
/// spelling: ":.:name" is "name".
class Subject {
 public:
  static Subject parse(std::string_view text);
  Subject(std::string context, std::string name)
      : context_(std::move(context)), name_(std::move(name)) {}

  /// Begins with a dot.
  const std::string& context() const { return context_; }
  const std::string& name() const { return name_; }
  bool is_context() const { return name_.empty() && context_ != kDefaultContext; }
  /// As keys and answers have it.
  std::string to_string() const;

 private:
  std::string context_;
  std::string name_;
};

/// `subject` in its one spelling, in the context of `parent` where it names none of its own.
std::string qualify(std::string_view subject, std::string_view parent);
/// The subject that stands for its context: "" for the default one, ":.context:" for others.
std::string context_subject(std::string_view subject);

/// UTF-8 without control characters: what a record of _schemas can name.
bool is_printable(std::string_view text);
/// Not empty, and printable; the registry's own words for configuration of everything are no
/// subjects.
bool is_valid_subject(std::string_view text);

}  // namespace millrace::registry
