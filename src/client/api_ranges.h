// Which versions of which request a broker serves, and which features its cluster has, as it told
// in ApiVersions.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/result.h"
#include "wire/described.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/fetch.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/produce.h"

namespace millrace::client {

/// The last version in which this client speaks a request. It names topics by name, which some
/// requests end at some version.
template <wire::Message Request>
inline constexpr int16_t kLastSpoken = Request::kVersionMax;
template <>
inline constexpr int16_t kLastSpoken<wire::ProduceRequest> = 12;
template <>
inline constexpr int16_t kLastSpoken<wire::FetchRequest> = 12;
template <>
inline constexpr int16_t kLastSpoken<wire::OffsetCommitRequest> = 9;
template <>
inline constexpr int16_t kLastSpoken<wire::OffsetFetchRequest> = 9;

struct VersionRange {
  int16_t min = 0;
  int16_t max = 0;
};

template <wire::Message Request>
inline constexpr VersionRange kSpoken = {.min = Request::kVersionMin, .max = kLastSpoken<Request>};

class ApiRanges {
 public:
  ApiRanges() = default;
  explicit ApiRanges(const wire::ApiVersionsResponse& response);

  /// Nothing where the broker does not serve the request at all.
  std::optional<VersionRange> find(int16_t api_key) const;

  /// The highest version that both sides speak; `unsupported` where there is none.
  Result<int16_t> choose(int16_t api_key, VersionRange ours) const;
  template <wire::Message Request>
  Result<int16_t> version_of() const {
    return choose(Request::kApiKey, kSpoken<Request>);
  }

  /// The level of a feature that the whole cluster works at (KIP-584); 0 where nothing is said.
  int16_t finalized(std::string_view feature) const;

 private:
  std::map<int16_t, VersionRange> ranges_;
  std::map<std::string, int16_t, std::less<>> finalized_;
};

}  // namespace millrace::client
