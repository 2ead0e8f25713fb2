// What can go wrong between this client and a broker, beside what the broker itself answers.
#pragma once

#include <string>
#include <system_error>

#include "millrace/result.h"

namespace millrace::client {

/// The client's own error domain; a broker's refusals are Kafka's codes (ErrorCode) instead.
enum class ClientErrc {
  /// Not HOST:PORT, or a name that does not resolve.
  bad_address = 1,
  /// Nothing accepts connections there.
  unreachable,
  /// No answer before the deadline.
  timed_out,
  /// The peer closed the connection, or the network did.
  disconnected,
  /// Client and broker share no version of a request.
  unsupported,
  /// Bytes that are no Kafka response, or not the one that was asked for.
  malformed,
  /// A signal asked the program to stop.
  interrupted,
};

/// The std::error_category behind ClientErrc; its name is "client".
const std::error_category& client_category();
std::error_code make_error_code(ClientErrc code);

inline Error client_error(ClientErrc code, std::string message) {
  return {make_error_code(code), std::move(message)};
}

/// True where a new connection or fresh metadata may help: a retriable answer of the broker, or a
/// lost connection. Never true for `interrupted`.
bool worth_retrying(const Error& error);

/// Success for `ErrorCode::none`; otherwise an Error that says what was tried (`doing`), what the
/// broker answered (its own words where it sent any), in one line.
Result<void> check_code(ErrorCode code, std::string_view doing, std::string_view broker_words = {});

}  // namespace millrace::client

template <>
struct std::is_error_code_enum<millrace::client::ClientErrc> : std::true_type {};
