#include "client/client_options.h"

#include "base/try.h"
#include "client/option_keys.h"

namespace millrace {

namespace {

using client::duration;
using client::OptionKey;
using client::text;

std::span<const OptionKey<ClientOptions>> keys() {
  using O = ClientOptions;
  static const OptionKey<O> table[] = {
      {"bootstrap.servers", text(&O::bootstrap)},
      {"client.id", text(&O::client_id)},
      {"request.timeout.ms", duration(&O::request_timeout, 1)},
      {"default.api.timeout.ms", duration(&O::api_timeout, 1)},
      {"socket.connection.setup.timeout.ms", duration(&O::connect_timeout, 1)},
      {"retry.backoff.ms", duration(&O::retry_backoff, 0)},
      {"retry.backoff.max.ms", duration(&O::retry_backoff_max, 0)},
      {"metadata.max.age.ms", duration(&O::metadata_max_age, 1)},
  };
  return table;
}

}  // namespace

Result<void> ClientOptions::set(std::string_view key, std::string_view value) {
  return client::set_option(*this, keys(), key, value);
}

namespace client {

Result<void> check(const ClientOptions& options) {
  MILL_CHECK(check_range("request_timeout", options.request_timeout, 1));
  MILL_CHECK(check_range("api_timeout", options.api_timeout, 1));
  MILL_CHECK(check_range("connect_timeout", options.connect_timeout, 1));
  MILL_CHECK(check_range("retry_backoff", options.retry_backoff, 0));
  MILL_CHECK(check_range("retry_backoff_max", options.retry_backoff_max, 0));
  MILL_CHECK(check_range("metadata_max_age", options.metadata_max_age, 1));
  return {};
}

}  // namespace client

}  // namespace millrace
