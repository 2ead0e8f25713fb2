#include "wire/messages/txn_offset_commit.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::TxnOffsetCommitRequest);
MILL_WIRE_MESSAGE(millrace::wire::TxnOffsetCommitResponse);
