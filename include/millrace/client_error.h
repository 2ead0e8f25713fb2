// What can go wrong between a client and a broker, beside what the broker itself answers.
#pragma once

#include <system_error>

namespace millrace {

/// The clients' own error domain. A broker's refusals are Kafka's codes (ErrorCode) instead.
enum class ClientErrc {
  /// Not HOST:PORT, or a name that does not resolve.
  bad_address = 1,
  /// Nothing accepts connections there.
  unreachable,
  /// No answer, or no end to the work, before the deadline. What was asked for may still happen.
  timed_out,
  /// The peer closed the connection, or the network did. Of a record: an attempt had no answer, or
  /// one that leaves open whether it was written, as after a failed sync; the message tells it.
  disconnected,
  /// Client and broker share no version of a request.
  unsupported,
  /// Bytes that are no Kafka response, or not the one that was asked for; often a listener that
  /// expects TLS.
  malformed,
  /// Somebody asked the waiting call to stop: wakeup(), or a signal where the program caught it.
  interrupted,
  /// The producer, consumer, client or broker is closed.
  closed,
  /// An option or argument that no call can succeed with. Says which, why, and the range.
  invalid_argument,
  /// The call does not fit what came before it: a second transaction, a consumer used by two
  /// threads, a wait inside a callback that would wait for itself.
  wrong_state,
  /// The producer's buffer is full and the caller asked not to wait, or waited long enough.
  buffer_full,
  /// The broker was opened without what the call needs: faults, a manual clock.
  not_allowed,
};

/// The std::error_category behind ClientErrc; its name is "client".
const std::error_category& client_category();

/// Lets a ClientErrc be used as a std::error_code.
std::error_code make_error_code(ClientErrc code);

}  // namespace millrace

template <>
struct std::is_error_code_enum<millrace::ClientErrc> : std::true_type {};
