// Keys and values of `__transaction_state`, byte for byte as Apache Kafka writes them
// (docs/formats/transaction_state.md).
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "coordinator/transactions/transaction.h"
#include "millrace/result.h"

namespace millrace::coordinator {

Bytes encode_transaction_key(std::string_view transactional_id);
/// Written as version 1.
Bytes encode_transaction_value(const Transaction& transaction);

/// The transactional id; nothing for a key of another kind. corrupt_message where it is malformed.
Result<std::optional<std::string>> decode_transaction_key(ByteView key);
/// Versions 0 and 1; unsupported_version for others, corrupt_message for what is malformed.
Result<Transaction> decode_transaction_value(std::string transactional_id, ByteView value);

}  // namespace millrace::coordinator
