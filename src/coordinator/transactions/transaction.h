// Transaction: what the coordinator knows of one transactional id, and the rules by which it
// changes (KIP-98, KIP-360, KIP-890).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/strong.h"
#include "millrace/result.h"

namespace millrace::coordinator {

/// Numbers as `__transaction_state` holds them.
enum class TransactionState : int8_t {
  empty = 0,
  ongoing = 1,
  /// Decided and durable; markers are on their way.
  prepare_commit = 2,
  prepare_abort = 3,
  complete_commit = 4,
  complete_abort = 5,
  /// Forgotten after transactional.id.expiration.ms.
  dead = 6,
};

/// Kafka's name of the state: "Ongoing", "CompleteCommit", ...
std::string_view to_string(TransactionState state);
std::optional<TransactionState> parse_transaction_state(std::string_view name);

/// How a client speaks: version 2 gets a new epoch with each transaction and adds partitions by
/// writing to them.
enum class TransactionVersion : int16_t { v0 = 0, v1 = 1, v2 = 2 };

struct TransactionPartition {
  std::string topic;
  PartitionId partition;

  auto operator<=>(const TransactionPartition&) const = default;
};
using TransactionPartitions = std::set<TransactionPartition>;

/// An id and epoch as a client or the coordinator has them.
struct ProducerIdentity {
  ProducerId id = kNoProducerId;
  int16_t epoch = -1;

  bool operator==(const ProducerIdentity&) const = default;
};

/// Epochs up to here are given to clients; the one above is left for fencing the last of them.
inline constexpr int16_t kProducerEpochMax = INT16_MAX - 1;

/// A plain value. What is in the log is the whole of it but for `last_epoch`, which makes a retried
/// InitProducerId safe and is lost with the process, as in Kafka.
struct Transaction {
  std::string transactional_id;
  ProducerIdentity producer;
  /// Of the producer before its id changed; -1 else.
  ProducerId previous_producer_id = kNoProducerId;
  /// The id that a completed transaction leaves its producer with, where its epochs are used up.
  ProducerId next_producer_id = kNoProducerId;
  int16_t last_epoch = -1;
  int32_t timeout_ms = 0;
  TransactionState state = TransactionState::empty;
  TransactionPartitions partitions;
  /// When its first partition was added; -1 while there is none.
  int64_t start_ms = -1;
  int64_t last_update_ms = -1;
  TransactionVersion client_version = TransactionVersion::v0;

  bool is(TransactionState other) const { return state == other; }
  bool is_preparing() const {
    return is(TransactionState::prepare_commit) || is(TransactionState::prepare_abort);
  }
  bool is_complete() const {
    return is(TransactionState::complete_commit) || is(TransactionState::complete_abort);
  }
  bool has_used_up_epochs() const { return producer.epoch >= kProducerEpochMax; }
  /// A client of version 2 ended it: its epoch was raised with the decision.
  bool has_raised_epoch() const { return client_version >= TransactionVersion::v2; }

  bool operator==(const Transaction&) const = default;
};

}  // namespace millrace::coordinator
