// A Response as libmicrohttpd wants it.
#pragma once

#include <microhttpd.h>

#include "http/message.h"

namespace millrace::http {

/// Hands `response` to the connection, whose callback must be running; the body is not copied.
/// False where the connection does not take it.
bool queue_reply(MHD_Connection* connection, Response response);

}  // namespace millrace::http
