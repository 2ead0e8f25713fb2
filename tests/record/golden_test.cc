// Batches that other implementations wrote: Apache Kafka's (tests/data/record/MakeBatches.java) and
// the Python clients' (make_batches.py), all of the same records.
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "project_files.h"
#include "record/batches.h"
#include "record/validator.h"

namespace millrace::record::testing {
namespace {

Bytes read_file(std::string_view name) {
  std::ifstream file(project_file(cat("tests/data/record/", name, ".bin")), std::ios::binary);
  EXPECT_TRUE(file) << name;
  const std::string text(std::istreambuf_iterator<char>(file), {});
  return copy_of(as_bytes(text));
}

TEST(Golden, EveryClientsBatchesAreReadAndAccepted) {
  for (const std::string_view writer : {"java", "kafka_python", "aiokafka"}) {
    for (const Codec codec : kEveryCodec) {
      SCOPED_TRACE(cat(writer, " ", codec_name(codec)));
      const Bytes bytes = read_file(cat(writer, "_", codec_name(codec)));
      const auto batch = BatchView::parse(bytes);
      ASSERT_TRUE(batch);
      EXPECT_EQ(batch->codec(), codec);
      EXPECT_TRUE(batch->crc_matches());
      EXPECT_EQ(records_of(bytes), some_records(20));
      ValidationOptions options;
      options.now_ms = 1'700'000'000'000;
      const Validation outcome = validate_batch(bytes, options);
      ASSERT_TRUE(std::holds_alternative<ValidatedBatch>(outcome));
      EXPECT_FALSE(std::get<ValidatedBatch>(outcome).rewritten);
    }
  }
}

TEST(Golden, BatchesOfManyBlocksAreRead) {
  for (const std::string_view name : {"java_snappy_blocks", "java_lz4_blocks"}) {
    EXPECT_EQ(records_of(read_file(name)), some_records(60, 400)) << name;
  }
}

TEST(Golden, SnappyWithoutFramingIsRead) {
  EXPECT_EQ(records_of(read_file("snappy_raw")), some_records(20));
}

TEST(Golden, WeWriteTheBytesThatKafkaWrites) {
  EXPECT_EQ(make_batch(some_records(20), {.leader_epoch = LeaderEpoch(5)}), read_file("java_none"));
  EXPECT_EQ(make_batch(some_records(20), {.is_transactional = true,
                                          .producer_id = ProducerId(4711),
                                          .producer_epoch = 3,
                                          .base_sequence = 2'147'483'640,
                                          .base_offset = Offset(100),
                                          .leader_epoch = LeaderEpoch(7)}),
            read_file("java_transactional"));
}

TEST(Golden, ATransactionalBatchWrapsItsSequence) {
  const Bytes bytes = read_file("java_transactional");
  const auto batch = BatchView::parse(bytes);
  EXPECT_TRUE(batch->is_transactional());
  EXPECT_EQ(batch->producer_id(), ProducerId(4711));
  EXPECT_EQ(batch->base_sequence(), 2'147'483'640);
  EXPECT_EQ(batch->last_sequence(), 11);
}

TEST(Golden, ALogAppendTimeBatchIsKnownAsSuch) {
  const Bytes bytes = read_file("java_log_append_time");
  const auto batch = BatchView::parse(bytes);
  EXPECT_EQ(batch->timestamp_type(), TimestampType::log_append_time);
  EXPECT_EQ(batch->base_offset(), Offset(42));
  for (const Record& record : records_of(bytes)) {
    EXPECT_EQ(record.timestamp, batch->max_timestamp());
  }
}

TEST(Golden, ACommitMarkerIsAControlBatch) {
  const Bytes bytes = read_file("java_commit_marker");
  const auto batch = BatchView::parse(bytes);
  EXPECT_TRUE(batch->is_control());
  EXPECT_TRUE(batch->is_transactional());
  EXPECT_EQ(batch->base_offset(), Offset(9));
  const auto records = records_of(bytes);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].key, std::string("\0\0\0\1", 4));
}

}  // namespace
}  // namespace millrace::record::testing
