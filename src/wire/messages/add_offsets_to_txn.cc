#include "wire/messages/add_offsets_to_txn.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::AddOffsetsToTxnRequest);
MILL_WIRE_MESSAGE(millrace::wire::AddOffsetsToTxnResponse);
