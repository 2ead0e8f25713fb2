// Verbs for the tests of the broker: a broker on a disk that fails and loses power on demand, with
// a clock turned by hand.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/timers.h"
#include "broker/broker.h"
#include "broker/catalog.h"
#include "broker/fetch.h"
#include "broker/partition.h"
#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "millrace/clock.h"
#include "record/batch_builder.h"

namespace millrace::broker {

/// An idempotent producer's part of a batch.
struct Sequence {
  ProducerId producer = kNoProducerId;
  int16_t epoch = -1;
  int32_t first = -1;
};

/// A batch of records with these values, all with key "key".
Bytes batch_of(const std::vector<std::string>& values, int64_t timestamp,
               const Sequence& sequence = {});
/// The values of all records in the batches of `bytes`.
std::vector<std::string> values_in(ByteView bytes);
/// Everything from the log start to the high watermark.
std::vector<std::string> read_all(const Partition& partition);

struct Produce {
  std::vector<std::string> values = {"value"};
  int16_t acks = -1;
  Sequence sequence = {};
  /// Nothing: now.
  std::optional<int64_t> timestamp = std::nullopt;
};

/// A whole broker. Syncs run inside the append, so that everything is answered when a call returns.
class BrokerTest : public ::testing::Test {
 protected:
  static constexpr const char* kDir = "data";

  void SetUp() override { start(); }

  void start(ConfigValues config = {});
  void restart(ConfigValues config = {});
  /// The process dies: the page cache stays.
  void crash(ConfigValues config = {});
  /// The disk as the power left it becomes this broker's disk.
  void lose_power(uint64_t seed);
  /// A second broker's answer to what the power would leave now; this one goes on.
  std::vector<std::string> values_after_power_loss(uint64_t seed, const std::string& topic);

  Broker& broker() { return *broker_; }
  Catalog& catalog() { return broker_->catalog(); }
  TopicPtr create(const std::string& name, const ConfigValues& configs = {},
                  int32_t partitions = 1);
  Partition& partition(const std::string& topic, int32_t number = 0);
  ProduceOutcome produce(const std::string& topic, const Produce& what = {}, int32_t number = 0);
  void pass(Milliseconds time);
  ErrorCode alter(const std::string& topic, const std::string& key,
                  std::optional<std::string> value);

  std::unique_ptr<io::FaultyFileSystem> fs_ = std::make_unique<io::FaultyFileSystem>();
  ManualClock clock_;
  Timers timers_;
  std::unique_ptr<Broker> broker_;
};

/// A broker in memory with the system's clock and two threads that sync.
class ThreadedBrokerTest : public ::testing::Test {
 protected:
  void SetUp() override;

  io::MemoryFileSystem fs_;
  SystemClock clock_;
  Timers timers_;
  std::unique_ptr<Broker> broker_;
};

/// Kafka's code of a failed result; none where it succeeded.
template <class T>
ErrorCode code_of(const Result<T>& result) {
  return result ? ErrorCode::none
                : result.error().kafka_code().value_or(ErrorCode::unknown_server_error);
}

}  // namespace millrace::broker
