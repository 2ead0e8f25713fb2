// Exposition: Prometheus' text format, version 0.0.4.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "obs/histogram.h"

namespace millrace::metrics {

enum class MetricType : uint8_t { counter, gauge, histogram };

/// One line of docs/metrics.md.
struct Metric {
  std::string_view name;
  MetricType type;
  /// Of each sample, in their order, with ", " between; empty where there is one sample.
  std::string_view labels;
  std::string_view help;
};

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

inline constexpr std::string_view kExpositionType = "text/plain; version=0.0.4; charset=utf-8";

/// Grows with what is told. Labels are UTF-8, as Prometheus demands: of one that is not, say a
/// group's name that a client made up, the bytes stand as \xNN. A metric is begun once and has all
/// its samples before the next begins.
class Exposition {
 public:
  void begin(const Metric& metric);
  void sample(const Labels& labels, std::integral auto value) {
    begin_line("", labels);
    end_line(std::to_string(value));
  }
  void sample(const Labels& labels, double value);
  void sample(const Labels& labels, const obs::HistogramCounts& counts);

  /// One metric of one sample.
  template <class T>
  void tell(const Metric& metric, T value) {
    begin(metric);
    sample({}, value);
  }

  const std::string& text() const { return text_; }

 private:
  void begin_line(std::string_view suffix, const Labels& labels, std::string_view bucket_end = {});
  void end_line(std::string_view value);
  void add_label(std::string_view name, std::string_view value);

  std::string text_;
  std::string_view name_;
};

/// "0.0025", as few digits as tell the number; "+Inf", "-Inf", "NaN".
std::string number_text(double number);

}  // namespace millrace::metrics
