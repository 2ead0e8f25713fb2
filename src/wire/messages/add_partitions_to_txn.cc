#include "wire/messages/add_partitions_to_txn.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::AddPartitionsToTxnRequest);
MILL_WIRE_MESSAGE(millrace::wire::AddPartitionsToTxnResponse);
