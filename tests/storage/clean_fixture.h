// A compacted log, verbs to fill and clean it, and what its readers see.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "record/control_record.h"
#include "storage/log_fixture.h"

namespace millrace::storage {

struct KeyValue {
  std::string key;
  /// Nothing: a tombstone.
  std::optional<std::string> value;
};

struct SeenRecord {
  int64_t offset = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
  int64_t timestamp = 0;

  bool operator==(const SeenRecord&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const SeenRecord& record) {
    return out << record.offset << ':' << record.key.value_or("null") << '='
               << record.value.value_or("null") << '@' << record.timestamp;
  }
};

struct PutSpec {
  ProducerId producer = kNoProducerId;
  int16_t epoch = 0;
  bool is_transactional = false;
  record::Codec codec = record::Codec::none;
  record::TimestampType timestamp_type = record::TimestampType::create_time;
};

class CleanTest : public LogTest {
 protected:
  CleanTest();

  /// One batch; an idempotent producer's sequence goes on by itself.
  Result<AppendedInfo> put(const std::vector<KeyValue>& records, const PutSpec& spec = {});
  /// The same batch once more, as a producer that got no answer sends it.
  Result<AppendedInfo> put_again(const std::vector<KeyValue>& records, const PutSpec& spec);
  Result<AppendedInfo> end(ProducerId producer, record::MarkerType type, int16_t epoch = 0);
  /// So that everything before can be cleaned.
  void seal();
  /// One round with what the last one left; the outcome's error fails the test.
  CleanOutcome clean(CleanSpec spec = {});
  Result<CleanOutcome> try_clean(CleanSpec spec = {});
  Cleanable cleanable() const;

  /// What a client sees that reads everything, or committed records only.
  std::vector<SeenRecord> seen() const;
  std::vector<SeenRecord> seen_committed() const;
  /// "key=value" of those, latest of each key last.
  std::vector<std::string> texts() const;
  static std::vector<std::string> texts_of(const std::vector<SeenRecord>& records);
  /// The batches of the log as they stand in its files.
  std::vector<Bytes> batches() const;
  /// Lookups agree with a walk through the log.
  void check_indexes() const;

  std::map<ProducerId, int32_t> sequences;
  Offset cleaned_up_to;

 private:
  Bytes batch_of(const std::vector<KeyValue>& records, const PutSpec& spec, int32_t sequence) const;
};

}  // namespace millrace::storage
