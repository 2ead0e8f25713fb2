// Making and judging the errors of millrace/client_error.h.
#pragma once

#include <string>
#include <string_view>

#include "millrace/client_error.h"
#include "millrace/result.h"

namespace millrace::client {

inline Error client_error(ClientErrc code, std::string message) {
  return {make_error_code(code), std::move(message)};
}

/// `closed`, of a handle that nothing is behind in this process: `what` says which one.
Error not_at_home(std::string_view what);

/// True where a new connection or fresh metadata may help: a retriable answer of the broker, or a
/// lost connection. Never true for `interrupted`.
bool worth_retrying(const Error& error);

/// malformed: an answer that lacks what was asked for, "topic 'a'".
Error nothing_about(std::string_view what);

/// Success for `ErrorCode::none`; otherwise an Error that says what was tried (`doing`), what the
/// broker answered (its own words where it sent any), in one line.
Result<void> check_code(ErrorCode code, std::string_view doing, std::string_view broker_words = {});

}  // namespace millrace::client
