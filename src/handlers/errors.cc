#include "handlers/errors.h"

namespace millrace::handlers {

ErrorCode to_wire(const Error& error) {
  if (const auto code = error.kafka_code()) return *code;
  if (error.code().category() == std::generic_category() ||
      error.code().category() == std::system_category()) {
    return ErrorCode::kafka_storage_error;
  }
  return ErrorCode::unknown_server_error;
}

}  // namespace millrace::handlers
