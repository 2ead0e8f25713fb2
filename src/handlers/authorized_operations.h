// The bit sets by which answers tell what the asker may do (KIP-430).
#pragma once

#include <cstdint>
#include <string_view>

#include "handlers/call.h"

namespace millrace::handlers {

/// One bit for each ACL operation that the resource's type knows and the caller is allowed.
int32_t authorized_operations(const RequestContext& context, broker::ResourceType type,
                              std::string_view resource);

}  // namespace millrace::handlers
