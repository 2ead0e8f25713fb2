// FaultKit: what goes wrong with one broker because a test ordered it.
#pragma once

#include <memory>
#include <utility>

#include "handlers/faults/request_faults.h"
#include "io/disk_faults.h"

namespace millrace::embed {

/// Thread-safe; may outlive its broker.
struct FaultKit {
  FaultKit(std::shared_ptr<Timers> timers, std::shared_ptr<const Clock> clock)
      : requests(std::move(timers), std::move(clock)) {}

  handlers::RequestFaults requests;
  const std::shared_ptr<io::DiskFaults> disk = std::make_shared<io::DiskFaults>();
};

}  // namespace millrace::embed
