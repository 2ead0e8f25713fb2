#include "coordinator/name_regex.h"

#include <re2/re2.h>

#include "base/text.h"

namespace millrace::coordinator {

namespace {

re2::RE2::Options quiet() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  return options;
}

}  // namespace

Result<void> check_regex(const std::string& regex) {
  const re2::RE2 compiled(regex, quiet());
  if (compiled.ok()) return {};
  return kafka_error(ErrorCode::invalid_regular_expression,
                     cat("SubscribedTopicRegex `", regex,
                         "` is not a valid regular expression: ", compiled.error(), "."));
}

std::set<std::string> matching_names(const std::string& regex,
                                     const std::vector<std::string>& names) {
  std::set<std::string> matched;
  const re2::RE2 compiled(regex, quiet());
  if (!compiled.ok()) return matched;
  for (const std::string& name : names) {
    if (re2::RE2::FullMatch(name, compiled)) matched.insert(name);
  }
  return matched;
}

}  // namespace millrace::coordinator
