#include "embed/listeners.h"

#include "base/text.h"

namespace millrace::embed {

namespace {

constexpr std::string_view kPlaintext = "PLAINTEXT://";

}  // namespace

Result<std::vector<net::Endpoint>> parse_listeners(std::string_view key, std::string_view value) {
  std::vector<net::Endpoint> endpoints;
  for (const std::string_view raw : split(value, ',')) {
    const std::string_view item = trim(raw);
    if (item.empty()) continue;
    if (!item.starts_with(kPlaintext)) {
      return kafka_error(ErrorCode::invalid_config,
                         cat(key, ": \"", item,
                             "\" is not PLAINTEXT://HOST:PORT, which is the only "
                             "protocol served"));
    }
    auto endpoint = net::Endpoint::parse(item.substr(kPlaintext.size()));
    if (!endpoint) return std::move(endpoint).error().with_context(key);
    endpoints.push_back(*std::move(endpoint));
  }
  return endpoints;
}

std::string format_listeners(std::span<const net::Endpoint> endpoints) {
  std::string text;
  for (const net::Endpoint& endpoint : endpoints) {
    text += cat(text.empty() ? "" : ",", kPlaintext, endpoint.to_string());
  }
  return text;
}

}  // namespace millrace::embed
