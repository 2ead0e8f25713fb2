#include "wire/messages/list_partition_reassignments.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::ListPartitionReassignmentsRequest);
MILL_WIRE_MESSAGE(millrace::wire::ListPartitionReassignmentsResponse);
