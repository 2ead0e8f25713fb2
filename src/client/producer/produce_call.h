// One Produce request: made of batches, and what its answer says of each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/gateway.h"
#include "client/producer/batch.h"
#include "wire/messages/produce.h"

namespace millrace::client {

struct ProduceTerms {
  int16_t acks = -1;
  Milliseconds timeout{0};
  /// Brokers know zstd from version 7 on.
  bool is_zstd = false;
  /// Set for records of a transaction.
  std::optional<std::string> transactional_id;
  bool is_transaction_version_2 = false;
};

/// Answers about one batch: where it is, or why not.
using BatchAnswer = Result<DeliveryState::Written>;

/// Sends sealed batches, at most one a partition, all in one request, before it suspends. Answers
/// for each batch in order; an Error as a whole where there was no answer. At the deadline the link
/// is closed, as by exchange().
Task<Result<std::vector<BatchAnswer>>> produce(Gateway& gateway, LinkPtr link, ProduceTerms terms,
                                               std::vector<BatchPtr> batches, SteadyTime deadline);

}  // namespace millrace::client
