#include "wire/messages/write_txn_markers.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::WriteTxnMarkersRequest);
MILL_WIRE_MESSAGE(millrace::wire::WriteTxnMarkersResponse);
