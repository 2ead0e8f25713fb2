// A mixed workload out of a seed: topics come and go, producers of all kinds write, groups commit,
// transactions end one way or the other, logs are compacted while all this goes on, records are
// deleted, segments roll, the broker restarts.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "sim/machine.h"
#include "sim/promises.h"

namespace millrace::sim {

class Workload {
 public:
  Workload(io::FileSystem& disk, ManualClock& clock, uint64_t seed);

  /// Does one operation. What is promised is up to date at every call of the file system in it.
  void step();
  const Promises& promises() const { return promises_; }
  bool is_cleaning() const { return is_cleaning_; }

 private:
  struct Target {
    broker::TopicPtr topic;
    std::shared_ptr<broker::Partition> partition;
    PartitionKey key;
  };

  uint64_t below(uint64_t bound) { return random_() % bound; }
  Target any_partition();

  void use_topics(uint64_t dice);
  void create_topic();
  void delete_topic();
  void add_partition();
  void alter_retention();
  void produce();
  void produce_idempotent();
  void append(const Target& target, int16_t acks, ProducerState* producer);
  void transact();
  void write_in_transaction();
  void commit_in_transaction();
  std::vector<Record> new_records(const Target& target);
  /// Promises of a batch that is about to be appended, and then of one that was answered.
  void note_sent(const Target& target, const std::vector<Record>& records,
                 std::optional<size_t> transaction);
  void note_acknowledged(const Target& target, int64_t base_offset, size_t count);
  void commit();
  void delete_records();
  void shrink_internal_segments();
  void compact();
  void pass_time();
  void restart(bool cleanly);
  void start();

  io::FileSystem& disk_;
  ManualClock& clock_;
  std::mt19937_64 random_;
  Promises promises_;
  std::unique_ptr<Machine> machine_;
  std::map<PartitionKey, ProducerState> producers_;
  uint64_t values_made_ = 0;
  bool is_cleaning_ = false;
  TransactionalProducer transactional_{.transactional_id = "transactional"};
  /// Offsets that count if the transaction is committed.
  std::map<std::pair<std::string, PartitionKey>, int64_t> offsets_in_transaction_;
};

}  // namespace millrace::sim
