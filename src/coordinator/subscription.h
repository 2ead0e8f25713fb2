// What a consumer tells its group's leader, as far as the coordinator looks at it.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "base/bytes.h"

namespace millrace::coordinator {

/// The protocol type of consumers; members of other types carry metadata of their own.
inline constexpr const char* kConsumerProtocolType = "consumer";

/// Adds the topics of a consumer's subscription to `topics`. Every version starts with what is read
/// here: version i16, topics as an array of strings, the assignor's own data as nullable bytes.
/// False where the bytes are not that.
bool add_subscribed_topics(ByteView metadata, std::set<std::string>& topics);

}  // namespace millrace::coordinator
