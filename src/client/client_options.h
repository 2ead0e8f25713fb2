// Whether the options of a client can be meant.
#pragma once

#include "millrace/options.h"

namespace millrace::client {

/// As many requests of an idempotent producer may be under way: brokers remember as many batches.
inline constexpr int32_t kInFlightOfIdempotent = 5;

/// invalid_argument: the field, its value and the range.
Result<void> check(const ClientOptions& options);
Result<void> check(const millrace::ProducerOptions& options);
Result<void> check(const millrace::ConsumerOptions& options);

}  // namespace millrace::client
