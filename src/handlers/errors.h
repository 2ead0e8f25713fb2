// The one place where any layer's error becomes what the wire says.
#pragma once

#include "millrace/result.h"

namespace millrace::handlers {

/// Kafka's codes as they are; errors of the file system (errno) are kafka_storage_error; anything
/// else is unknown_server_error.
ErrorCode to_wire(const Error& error);

/// `none` for success, else to_wire of the error.
template <class T>
ErrorCode to_wire(const Result<T>& result) {
  return result ? ErrorCode::none : to_wire(result.error());
}

}  // namespace millrace::handlers
