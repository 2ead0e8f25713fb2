// DiskFaults: what a test ordered to go wrong with a broker's files, on whatever file system.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "io/file_system.h"
#include "millrace/faults.h"

namespace millrace::io {

/// Safe from any thread.
class DiskFaults {
 public:
  void add(testing::DiskFault fault);
  void clear();
  int64_t met() const;

  /// The error of a call that is met: one that writes, that syncs, or that makes a file or
  /// directory. `call` names it in the error.
  Result<void> on_write(std::string_view call, std::string_view path);
  Result<void> on_sync(std::string_view call, std::string_view path);
  Result<void> on_making(std::string_view call, std::string_view path);

 private:
  using Kind = testing::DiskFault::Kind;
  /// Whether an order of this kind is met, which counts.
  bool meets(Kind kind, std::string_view path);

  mutable Mutex mutex_{LockRank::filesystem};
  std::vector<testing::DiskFault> orders_ MILL_GUARDED_BY(mutex_);
  int64_t met_ MILL_GUARDED_BY(mutex_) = 0;
};

/// `inner`, whose calls fail as ordered; those that are not met go through unchanged.
std::unique_ptr<FileSystem> with_faults(std::unique_ptr<FileSystem> inner,
                                        std::shared_ptr<DiskFaults> faults);

}  // namespace millrace::io
