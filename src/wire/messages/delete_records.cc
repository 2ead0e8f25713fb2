#include "wire/messages/delete_records.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::DeleteRecordsRequest);
MILL_WIRE_MESSAGE(millrace::wire::DeleteRecordsResponse);
