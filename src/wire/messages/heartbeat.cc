#include "wire/messages/heartbeat.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::HeartbeatRequest);
MILL_WIRE_MESSAGE(millrace::wire::HeartbeatResponse);
