// Who may ask: names and passwords of HTTP's basic authentication (RFC 7617).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/result.h"

namespace millrace::registry::rest {

class Credentials {
 public:
  /// A line each: "name:password"; empty lines and those that begin with # say nothing.
  /// invalid_config: which line, or that there is none.
  static Result<Credentials> parse(std::string_view lines);

  /// True where a request with this Authorization may pass. The time it takes tells nothing about
  /// the password.
  bool allow(std::optional<std::string_view> authorization) const;

 private:
  std::map<std::string, std::string, std::less<>> passwords_;
};

}  // namespace millrace::registry::rest
