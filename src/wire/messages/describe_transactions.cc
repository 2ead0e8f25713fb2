#include "wire/messages/describe_transactions.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::DescribeTransactionsRequest);
MILL_WIRE_MESSAGE(millrace::wire::DescribeTransactionsResponse);
