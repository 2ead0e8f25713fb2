#include "wire/messages/elect_leaders.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::ElectLeadersRequest);
MILL_WIRE_MESSAGE(millrace::wire::ElectLeadersResponse);
