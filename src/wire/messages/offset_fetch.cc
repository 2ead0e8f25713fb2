#include "wire/messages/offset_fetch.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::OffsetFetchRequest);
MILL_WIRE_MESSAGE(millrace::wire::OffsetFetchResponse);
