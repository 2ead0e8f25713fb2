// Sets of partitions as sorted vectors.
#pragma once

#include <algorithm>
#include <iterator>
#include <vector>

#include "client/topic_partition.h"

namespace millrace::client {

/// Those of `of` that are not among `among`; both in order.
inline std::vector<TopicPartition> without(const std::vector<TopicPartition>& of,
                                           const std::vector<TopicPartition>& among) {
  std::vector<TopicPartition> rest;
  std::ranges::set_difference(of, among, std::back_inserter(rest));
  return rest;
}

}  // namespace millrace::client
