#include "wire/messages/create_topics.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::CreateTopicsRequest);
MILL_WIRE_MESSAGE(millrace::wire::CreateTopicsResponse);
