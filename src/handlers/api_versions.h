// The answer of ApiVersions, which a client may need before it can ask properly.
#pragma once

#include "wire/messages/api_versions.h"

namespace millrace::handlers {

/// Every API of the table with its versions.
wire::ApiVersionsResponse served_api_versions(ErrorCode error);

}  // namespace millrace::handlers
