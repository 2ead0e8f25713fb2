// A partition log on a disk that can fail and lose power, and verbs to try it with.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "io/faulty_file_system.h"
#include "millrace/clock.h"
#include "storage/log_directory.h"
#include "storage/partition_log.h"

namespace millrace::storage {

inline constexpr int64_t kNow = -2;

/// One batch of a client; the defaults are a producer without idempotence.
struct BatchSpec {
  std::vector<std::string> values = {"x"};
  int64_t timestamp = kNow;
  ProducerId producer = kNoProducerId;
  int16_t epoch = -1;
  int32_t sequence = -1;
  bool is_transactional = false;
  /// Brought along by the batch that begins a transaction.
  VerificationGuard guard = kNoVerification;
};

Bytes make_batch(const BatchSpec& spec, int64_t now_ms);

/// Errors as their Kafka code, success as none.
template <class T>
ErrorCode code_of(const Result<T>& result) {
  return result ? ErrorCode::none
                : result.error().kafka_code().value_or(ErrorCode::unknown_server_error);
}

class LogTest : public ::testing::Test {
 protected:
  LogTest();
  ~LogTest() override;

  /// Opens the directory and the partition, which is made where there is none.
  void start();
  /// A clean end.
  void stop();
  /// The process dies: what it wrote stays, nothing is finished.
  void kill();
  /// The process dies and so does the power.
  void lose_power(uint64_t seed);
  void restart() {
    stop();
    start();
  }
  void restart_after_kill() {
    kill();
    start();
  }

  Result<AppendedInfo> append(const BatchSpec& spec = {});
  /// `count` batches of one record each, valued by number from `first`.
  void append_numbers(int count, int first = 0);
  static std::vector<std::string> numbers(int count, int first = 0);
  /// Values of all records from `from` on, read as a client would, in pieces of `bytes_max`.
  std::vector<std::string> values(int64_t from = 0, int64_t bytes_max = 1 << 20) const;
  std::vector<int64_t> offsets(int64_t from = 0) const;

  std::string path_of(int64_t base, const std::string& suffix) const;
  bool exists(const std::string& path) const;
  Bytes contents(const std::string& path) const;
  void overwrite(const std::string& path, ByteView bytes);
  void flip_byte(const std::string& path, int64_t at);
  void cut_file(const std::string& path, int64_t size);
  std::vector<std::string> files_ending(const std::string& suffix) const;
  /// What the last start found about the partition.
  const PartitionRecovery& recovery() const;

  std::unique_ptr<io::FaultyFileSystem> fs;
  ManualClock clock;
  LogConfig config;
  TopicPartition name{"orders", PartitionId(0)};
  Uuid topic_id = Uuid::random();
  std::unique_ptr<LogDirectory> directory;
  std::shared_ptr<PartitionLog> log;

 private:
  template <class Fn>
  void read_all(int64_t from, int64_t bytes_max, Fn fn) const;
};

}  // namespace millrace::storage
