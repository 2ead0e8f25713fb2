// Whether the options of a client can be meant.
#pragma once

#include "millrace/options.h"

namespace millrace::client {

/// invalid_argument: the field, its value and the range.
Result<void> check(const ClientOptions& options);

}  // namespace millrace::client
