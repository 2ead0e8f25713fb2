// One line of JSON about a run, with what the run cost in CPU and memory.
#pragma once

#include <cstdint>
#include <string>

#include "histogram.h"
#include "options.h"

namespace load {

int64_t now_ns();

/// Begins measuring when made, ends when printed.
class Report {
 public:
  explicit Report(const Options& options);

  void add(const char* name, double value, int digits = 0);
  void add(const char* name, const std::string& text);
  /// p50, p99, p999 and max in microseconds.
  void add(const char* name, const Histogram& histogram);
  void print();

 private:
  struct Usage {
    double machine_cpu_s = 0;
    double own_cpu_s = 0;
    double broker_cpu_s = 0;
    double broker_resident_mib = 0;
    double broker_peak_mib = 0;
  };
  Usage usage() const;
  void raw(const char* name, const std::string& json);

  int64_t broker_pid_;
  std::string line_;
  int64_t start_ns_;
  Usage before_;
};

}  // namespace load
