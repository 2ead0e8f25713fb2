#include "wire/messages/consumer_group_heartbeat.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::ConsumerGroupHeartbeatRequest);
MILL_WIRE_MESSAGE(millrace::wire::ConsumerGroupHeartbeatResponse);
