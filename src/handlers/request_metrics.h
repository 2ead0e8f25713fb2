// RequestMetrics: what networked clients asked, and how it went.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/clock.h"
#include "millrace/error_code.h"
#include "obs/call_stats.h"
#include "wire/error_codes.h"

namespace millrace::handlers {

struct Api;

/// Counts by API, of requests that were answered, and errors besides. Requests of in-process
/// clients are no frames and are not counted. Safe from any thread.
class RequestMetrics {
 public:
  struct OfApi {
    std::string_view name;
    obs::CallCounts counts;
  };
  struct ErrorCount {
    std::string_view api;
    ErrorCode code;
    int64_t count = 0;
  };

  RequestMetrics();
  RequestMetrics(const RequestMetrics&) = delete;
  RequestMetrics& operator=(const RequestMetrics&) = delete;

  obs::CallStats& of(const Api& api);
  /// Errors are rare: they cost a lock.
  void add_error(const Api& api, ErrorCode code);

  /// Those that were asked at least once, by rising key.
  std::vector<OfApi> asked() const;
  std::vector<ErrorCount> errors() const;

 private:
  /// By the rows of api_table.
  std::vector<obs::CallStats> by_row_;
  /// Nothing is called while it is held.
  mutable std::mutex mutex_;
  std::map<std::pair<int16_t, ErrorCode>, int64_t> errors_;
};

/// One request under way. Without metrics it counts nothing.
class RequestMeter {
 public:
  RequestMeter() = default;
  /// `clock` and `metrics` outlive the request.
  RequestMeter(RequestMetrics& metrics, const Api& api, const Clock& clock, size_t request_bytes)
      : metrics_(&metrics),
        api_(&api),
        clock_(&clock),
        bytes_in_(static_cast<int64_t>(request_bytes)),
        began_(clock.steady_now()) {}

  /// Each error in it counts, one of a partition as one of the whole.
  template <class Response>
  void add_errors(const Response& response) const {
    if (metrics_ == nullptr) return;
    wire::for_each_error(response, [this](ErrorCode code) { metrics_->add_error(*api_, code); });
  }
  void end(size_t response_bytes) const;

 private:
  RequestMetrics* metrics_ = nullptr;
  const Api* api_ = nullptr;
  const Clock* clock_ = nullptr;
  int64_t bytes_in_ = 0;
  SteadyTime began_{};
};

}  // namespace millrace::handlers
