// The error of a Protobuf schema that is none.
#pragma once

#include <string>
#include <utility>

#include "millrace/result.h"

namespace millrace::schema::protobuf {

inline Error invalid(std::string message) {
  return kafka_error(ErrorCode::invalid_request, std::move(message));
}

}  // namespace millrace::schema::protobuf
