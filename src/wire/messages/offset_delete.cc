#include "wire/messages/offset_delete.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::OffsetDeleteRequest);
MILL_WIRE_MESSAGE(millrace::wire::OffsetDeleteResponse);
