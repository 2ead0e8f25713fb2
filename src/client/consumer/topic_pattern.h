// TopicPattern: the topics that a consumer subscribes to by a regular expression.
#pragma once

#include <memory>
#include <string>

#include "millrace/result.h"

namespace re2 {
class RE2;
}

namespace millrace::client {

/// A value; copies share what was compiled. RE2 syntax, which Kafka's brokers share (RE2J).
class TopicPattern {
 public:
  /// `invalid_regular_expression`, as a broker answers it.
  static Result<TopicPattern> compile(const std::string& pattern);

  /// The whole name counts.
  bool matches(const std::string& topic) const;

 private:
  explicit TopicPattern(std::shared_ptr<const re2::RE2> compiled)
      : compiled_(std::move(compiled)) {}

  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace millrace::client
