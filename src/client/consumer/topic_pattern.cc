#include "client/consumer/topic_pattern.h"

#include <re2/re2.h>

#include "base/text.h"

namespace millrace::client {

Result<TopicPattern> TopicPattern::compile(const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_shared<const re2::RE2>(pattern, options);
  if (compiled->ok()) return TopicPattern(std::move(compiled));
  return kafka_error(ErrorCode::invalid_regular_expression,
                     cat("'", pattern, "' is not a valid regular expression: ", compiled->error()));
}

bool TopicPattern::matches(const std::string& topic) const {
  return re2::RE2::FullMatch(topic, *compiled_);
}

}  // namespace millrace::client
