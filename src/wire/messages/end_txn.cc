#include "wire/messages/end_txn.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::EndTxnRequest);
MILL_WIRE_MESSAGE(millrace::wire::EndTxnResponse);
