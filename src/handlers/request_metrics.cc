#include "handlers/request_metrics.h"

#include "handlers/api_table.h"

namespace millrace::handlers {

RequestMetrics::RequestMetrics() : by_row_(api_table().size()) {}

obs::CallStats& RequestMetrics::of(const Api& api) {
  return by_row_[static_cast<size_t>(&api - api_table().data())];
}

void RequestMetrics::add_error(const Api& api, ErrorCode code) {
  const std::lock_guard lock(mutex_);
  ++errors_[{api.key, code}];
}

std::vector<RequestMetrics::OfApi> RequestMetrics::asked() const {
  std::vector<OfApi> asked;
  for (size_t row = 0; row < by_row_.size(); ++row) {
    auto counts = by_row_[row].counts();
    if (counts.durations.count() > 0) asked.push_back({api_table()[row].name, counts});
  }
  return asked;
}

std::vector<RequestMetrics::ErrorCount> RequestMetrics::errors() const {
  std::vector<ErrorCount> errors;
  const std::lock_guard lock(mutex_);
  for (const auto& [what, count] : errors_) {
    errors.push_back({.api = find_api(what.first)->name, .code = what.second, .count = count});
  }
  return errors;
}

void RequestMeter::end(size_t response_bytes) const {
  if (metrics_ == nullptr) return;
  metrics_->of(*api_).record(clock_->steady_now() - began_, bytes_in_,
                             static_cast<int64_t>(response_bytes));
}

}  // namespace millrace::handlers
