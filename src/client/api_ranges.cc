#include "client/api_ranges.h"

#include <algorithm>

#include "base/text.h"
#include "client/error.h"

namespace millrace::client {

ApiRanges::ApiRanges(const wire::ApiVersionsResponse& response) {
  for (const auto& api : response.api_keys) {
    ranges_[api.api_key] = {.min = api.min_version, .max = api.max_version};
  }
  for (const auto& feature : response.finalized_features) {
    finalized_[feature.name] = feature.max_version_level;
  }
}

int16_t ApiRanges::finalized(std::string_view feature) const {
  const auto found = finalized_.find(feature);
  return found == finalized_.end() ? int16_t{0} : found->second;
}

std::optional<VersionRange> ApiRanges::find(int16_t api_key) const {
  const auto found = ranges_.find(api_key);
  if (found == ranges_.end()) return std::nullopt;
  return found->second;
}

Result<int16_t> ApiRanges::choose(int16_t api_key, VersionRange ours) const {
  const auto theirs = find(api_key);
  if (!theirs) {
    return client_error(ClientErrc::unsupported,
                        cat("the broker does not serve requests of API key ", api_key));
  }
  const int16_t version = std::min(ours.max, theirs->max);
  if (version < ours.min || version < theirs->min) {
    return client_error(
        ClientErrc::unsupported,
        cat("API key ", api_key, ": the broker serves versions ", theirs->min, " to ", theirs->max,
            ", this program speaks ", ours.min, " to ", ours.max));
  }
  return version;
}

}  // namespace millrace::client
