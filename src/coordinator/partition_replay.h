// Reading a partition of an internal topic from its beginning to its end.
#pragma once

#include <functional>

#include "broker/partition.h"
#include "millrace/result.h"
#include "record/batch_view.h"

namespace millrace::broker {
class Broker;
}  // namespace millrace::broker

namespace millrace::coordinator {

/// Gives every batch, oldest first, to `batch`, and stops at the first error. kafka_storage_error
/// where the partition is not there, corrupt_message where it cannot be read to its end.
Result<void> replay_partition(broker::Broker& broker, const broker::TopicPartition& name,
                              const std::function<Result<void>(const record::BatchView&)>& batch);

}  // namespace millrace::coordinator
