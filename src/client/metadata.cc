#include "client/metadata.h"

#include <algorithm>

#include "base/text.h"
#include "client/error.h"

namespace millrace::client {

std::vector<PartitionDescription> partitions_of(const wire::MetadataResponse::Topic& topic) {
  std::vector<PartitionDescription> partitions;
  for (const auto& partition : topic.partitions) {
    partitions.push_back({.id = partition.partition_index,
                          .leader = partition.leader_id,
                          .leader_epoch = partition.leader_epoch,
                          .replicas = partition.replica_nodes,
                          .in_sync = partition.isr_nodes});
  }
  std::ranges::sort(partitions, {}, &PartitionDescription::id);
  return partitions;
}

Result<Address> address_of(std::string host, int32_t port) {
  if (port < 1 || port > UINT16_MAX) {
    return client_error(ClientErrc::malformed, cat("a broker names port ", port));
  }
  return Address{.host = std::move(host), .port = static_cast<uint16_t>(port)};
}

}  // namespace millrace::client
