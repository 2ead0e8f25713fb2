// What the program's exit status means; scripts depend on it, so the numbers never change.
#pragma once

namespace millrace::server {

enum ExitCode : int {
  kExitOk = 0,             // done, or stopped cleanly by SIGTERM or SIGINT
  kExitFailure = 1,        // the work failed: broker unreachable, request refused, start impossible
  kExitUsage = 2,          // unknown command, flag or configuration key, or a value out of bounds
  kExitNotFound = 3,       // the topic, partition or group named on the command line does not exist
  kExitBadData = 4,        // `log verify` found damage, or input lines could not be understood
  kExitTimedOut = 5,       // `wait`: not yet when its time was over
  kExitGone = 6,           // `wait`: what it waited for was deleted meanwhile
  kExitInterrupted = 130,  // stopped by SIGINT before the work was done
};

}  // namespace millrace::server
