#include "wire/messages/list_offsets.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::ListOffsetsRequest);
MILL_WIRE_MESSAGE(millrace::wire::ListOffsetsResponse);
