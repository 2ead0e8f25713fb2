#include "wire/messages/list_transactions.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::ListTransactionsRequest);
MILL_WIRE_MESSAGE(millrace::wire::ListTransactionsResponse);
