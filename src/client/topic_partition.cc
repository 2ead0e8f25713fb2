#include "client/topic_partition.h"

namespace millrace {

std::string to_string(const TopicPartition& partition) {
  return partition.topic + '-' + std::to_string(partition.partition);
}

}  // namespace millrace
