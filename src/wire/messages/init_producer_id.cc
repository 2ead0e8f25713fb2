#include "wire/messages/init_producer_id.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::InitProducerIdRequest);
MILL_WIRE_MESSAGE(millrace::wire::InitProducerIdResponse);
