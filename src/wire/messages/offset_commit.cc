#include "wire/messages/offset_commit.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::OffsetCommitRequest);
MILL_WIRE_MESSAGE(millrace::wire::OffsetCommitResponse);
