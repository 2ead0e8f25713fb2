#include "wire/messages/fetch.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::FetchRequest);
MILL_WIRE_MESSAGE(millrace::wire::FetchResponse);
