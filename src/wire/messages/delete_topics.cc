#include "wire/messages/delete_topics.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::DeleteTopicsRequest);
MILL_WIRE_MESSAGE(millrace::wire::DeleteTopicsResponse);
