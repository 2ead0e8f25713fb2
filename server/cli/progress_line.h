// The text of a progress line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace millrace::server {

struct ProgressState {
  int64_t records = 0;
  uint64_t bytes = 0;
  std::optional<uint64_t> total_bytes;
  double seconds = 0;
};

/// "[=====>     ]  45%  1,234,567 records  120.5 MB  30.1 MB/s"; without a total no bar.
std::string progress_line(const ProgressState& state);

}  // namespace millrace::server
