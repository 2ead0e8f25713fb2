#include "coordinator/append_error.h"

namespace millrace::coordinator {

ErrorCode append_error(const Error& error) {
  switch (error.kafka_code().value_or(ErrorCode::kafka_storage_error)) {
    case ErrorCode::unknown_topic_or_partition:
    case ErrorCode::not_enough_replicas:
    case ErrorCode::request_timed_out: return ErrorCode::coordinator_not_available;
    case ErrorCode::not_leader_or_follower:
    case ErrorCode::kafka_storage_error: return ErrorCode::not_coordinator;
    case ErrorCode::message_too_large:
    case ErrorCode::record_list_too_large: return ErrorCode::unknown_server_error;
    default: return *error.kafka_code();
  }
}

}  // namespace millrace::coordinator
