// What clients are told where a coordinator's log did not take a record.
#pragma once

#include "millrace/error_code.h"
#include "millrace/result.h"

namespace millrace::coordinator {

/// An error of the log as Kafka's coordinators tell it to clients, who retry where that may help.
ErrorCode append_error(const Error& error);

}  // namespace millrace::coordinator
