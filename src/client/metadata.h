// What answers of Metadata and FindCoordinator mean, for all who ask.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/address.h"
#include "millrace/admin.h"
#include "wire/messages/metadata.h"

namespace millrace::client {

/// What to do about a topic that is not there.
enum class MissingTopic : uint8_t { refuse, create };

/// By id, from 0 without gaps.
std::vector<PartitionDescription> partitions_of(const wire::MetadataResponse::Topic& topic);

/// Where a broker says that one is; `malformed` for a port that there is not.
Result<Address> address_of(std::string host, int32_t port);

}  // namespace millrace::client
