#include "wire/messages/find_coordinator.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::FindCoordinatorRequest);
MILL_WIRE_MESSAGE(millrace::wire::FindCoordinatorResponse);
