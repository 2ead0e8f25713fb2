#include "client/error.h"

#include "base/text.h"

namespace millrace {
namespace {

class ClientCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "client"; }
  std::string message(int value) const override {
    switch (static_cast<ClientErrc>(value)) {
      case ClientErrc::bad_address: return "bad address";
      case ClientErrc::unreachable: return "unreachable";
      case ClientErrc::timed_out: return "timed out";
      case ClientErrc::disconnected: return "disconnected";
      case ClientErrc::unsupported: return "unsupported";
      case ClientErrc::malformed: return "malformed response";
      case ClientErrc::interrupted: return "interrupted";
      case ClientErrc::closed: return "closed";
      case ClientErrc::invalid_argument: return "invalid argument";
      case ClientErrc::wrong_state: return "wrong state";
      case ClientErrc::buffer_full: return "buffer full";
      case ClientErrc::not_allowed: return "not allowed";
    }
    return "unknown";
  }
};

}  // namespace

const std::error_category& client_category() {
  static const ClientCategory category;
  return category;
}

std::error_code make_error_code(ClientErrc code) {
  return {static_cast<int>(code), client_category()};
}

}  // namespace millrace

namespace millrace::client {

Error not_at_home(std::string_view what) {
  return client_error(ClientErrc::closed,
                      cat(what, " was moved from, or made by the parent of this process"));
}

bool worth_retrying(const Error& error) {
  return error.retriable() || error.is(ClientErrc::disconnected) ||
         error.is(ClientErrc::timed_out) || error.is(ClientErrc::unreachable);
}

Error nothing_about(std::string_view what) {
  return client_error(ClientErrc::malformed, cat("the broker said nothing about ", what));
}

Result<void> check_code(ErrorCode code, std::string_view doing, std::string_view broker_words) {
  if (code == ErrorCode::none) return {};
  return kafka_error(code,
                     cat(doing, ": ", broker_words.empty() ? error_text(code) : broker_words));
}

}  // namespace millrace::client
