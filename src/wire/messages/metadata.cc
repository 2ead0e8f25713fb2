#include "wire/messages/metadata.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::MetadataRequest);
MILL_WIRE_MESSAGE(millrace::wire::MetadataResponse);
