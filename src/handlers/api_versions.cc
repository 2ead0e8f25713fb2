#include "handlers/api_versions.h"

#include <algorithm>
#include <string_view>

#include "handlers/api_table.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// KIP-511: letters, digits, '.' and '-', with a letter or digit at both ends.
bool is_software_token(std::string_view text) {
  return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::ranges::all_of(text,
                             [](char c) { return is_alphanumeric(c) || c == '.' || c == '-'; });
}

// Kafka's feature levels, at which clients change their ways; each only once all its APIs are
// served.
struct Feature {
  std::string_view name;
  int16_t level;
};
constexpr Feature kFeatures[] = {
    {"group.version", 1},        // the consumer protocol (KIP-848)
    {"transaction.version", 2},  // a new epoch with each transaction (KIP-890)
};
// They were finalized once and for all.
constexpr int64_t kFeaturesEpoch = 1;

void add_features(wire::ApiVersionsResponse& response, int16_t version) {
  // Clients that ask with version 3 take no range that begins at 0.
  constexpr int16_t kFirstWithRangesFromZero = 4;
  response.finalized_features_epoch = kFeaturesEpoch;
  for (const Feature& feature : kFeatures) {
    const std::string name(feature.name);
    response.finalized_features.push_back(
        {.name = name, .max_version_level = feature.level, .min_version_level = feature.level});
    if (version < kFirstWithRangesFromZero) continue;
    response.supported_features.push_back(
        {.name = name, .min_version = 0, .max_version = feature.level});
  }
}

}  // namespace

wire::ApiVersionsResponse served_api_versions(ErrorCode error) {
  wire::ApiVersionsResponse response{.error_code = error};
  for (const Api& api : api_table()) {
    response.api_keys.push_back(
        {.api_key = api.key, .min_version = api.advertised_min, .max_version = api.version_max});
  }
  return response;
}

void handle(const ApiVersionsCall& call) {
  constexpr int16_t kFirstWithSoftwareName = 3;
  if (call.version() >= kFirstWithSoftwareName &&
      !(is_software_token(call.request.client_software_name) &&
        is_software_token(call.request.client_software_version))) {
    return call.respond({.error_code = ErrorCode::invalid_request});
  }
  auto response = served_api_versions(ErrorCode::none);
  add_features(response, call.version());
  call.respond(response);
}

}  // namespace millrace::handlers
