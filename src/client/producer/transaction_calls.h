// The requests of a transactional producer (KIP-98, KIP-890).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/consumer/membership.h"
#include "client/gateway.h"
#include "client/producer/sequencing.h"
#include "millrace/producer.h"

namespace millrace::client {

/// Under what a transactional producer's batches and requests go.
struct TransactionalIdentity {
  ProducerIdentity producer;
  /// KIP-890's version 2: partitions and groups belong to the transaction as soon as something is
  /// written to them, and each transaction has an epoch of its own.
  bool is_version_2 = false;
};

/// Used inside the driver only. Each call is repeated until it is answered for good or the deadline
/// is near, on links where requests keep their order.
class TransactionCalls {
 public:
  TransactionCalls(std::shared_ptr<Gateway> gateway, std::string id, Milliseconds timeout)
      : gateway_(std::move(gateway)), id_(std::move(id)), timeout_(timeout) {}

  const std::string& id() const { return id_; }

  /// Ends what the id left open, and raises the epoch. `current` is what this producer had before:
  /// who has been fenced meanwhile does not fence others.
  Task<Result<TransactionalIdentity>> init(ProducerIdentity current, SteadyTime deadline) const;
  /// Version 1 only: these belong to the transaction from now on.
  Task<Result<void>> add_partitions(ProducerIdentity producer,
                                    std::vector<TopicPartition> partitions,
                                    SteadyTime deadline) const;
  /// Version 1 only: the group's offsets may follow.
  Task<Result<void>> add_group(ProducerIdentity producer, std::string group,
                               SteadyTime deadline) const;
  Task<Result<void>> commit_offsets(TransactionalIdentity identity, GroupIdentity group,
                                    Offsets offsets, SteadyTime deadline) const;
  /// Answers who the producer is from now on.
  Task<Result<ProducerIdentity>> end(TransactionalIdentity identity, bool commits,
                                     SteadyTime deadline) const;

 private:
  Task<Result<TransactionalIdentity>> init_once(ProducerIdentity current,
                                                SteadyTime deadline) const;

  const std::shared_ptr<Gateway> gateway_;
  const std::string id_;
  const Milliseconds timeout_;
};

}  // namespace millrace::client
