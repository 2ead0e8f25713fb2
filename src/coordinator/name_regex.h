// Topics and transactional ids by regular expression, in the syntax of RE2, which Kafka's RE2J
// shares.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "millrace/result.h"

namespace millrace::coordinator {

/// `invalid_regular_expression` with Kafka's sentence.
Result<void> check_regex(const std::string& regex);
/// Those of `names` that the whole expression matches, in time linear in their length. None for an
/// expression that is not one.
std::set<std::string> matching_names(const std::string& regex,
                                     const std::vector<std::string>& names);

}  // namespace millrace::coordinator
