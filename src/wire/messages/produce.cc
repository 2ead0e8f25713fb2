#include "wire/messages/produce.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::ProduceRequest);
MILL_WIRE_MESSAGE(millrace::wire::ProduceResponse);
