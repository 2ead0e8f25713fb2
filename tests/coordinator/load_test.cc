// What a restart brings back.
#include <gtest/gtest.h>

#include "harness.h"
#include "record/batch_builder.h"

namespace millrace::coordinator {
namespace {

class LoadTest : public CoordinatorTest {
 protected:
  static Bytes offset_batch(int64_t offset, const record::BatchOptions& options = {}) {
    OffsetValue value;
    value.offset = Offset(offset);
    value.commit_timestamp_ms = 1'700'000'000'000;
    record::BatchBuilder builder(options);
    const Bytes key = encode_key(OffsetKey{"g", "orders", PartitionId(0)});
    const Bytes encoded = encode_value(value);
    builder.add({.timestamp = 0, .key = key, .value = encoded});
    return *builder.build();
  }
  static Bytes transactional_batch(int64_t offset, int64_t producer = 7) {
    return offset_batch(offset, {.is_transactional = true,
                                 .producer_id = ProducerId(producer),
                                 .producer_epoch = 0,
                                 .base_sequence = 0});
  }
  static Bytes marker(bool is_commit, int64_t producer = 7) {
    record::BatchBuilder builder({.is_transactional = true,
                                  .is_control = true,
                                  .producer_id = ProducerId(producer),
                                  .producer_epoch = 0});
    ByteWriter key;
    key.write<int16_t>(0);
    key.write<int16_t>(is_commit ? 1 : 0);
    const Bytes key_bytes = key.take();
    ByteWriter value;
    value.write<int16_t>(0);
    value.write<int32_t>(0);
    const Bytes value_bytes = value.take();
    builder.add({.timestamp = 0, .key = key_bytes, .value = value_bytes});
    return *builder.build();
  }
  static Bytes raw_batch(const Bytes& key, const Bytes& value) {
    record::BatchBuilder builder;
    builder.add({.timestamp = 0, .key = key, .value = value});
    return *builder.build();
  }
};

TEST_F(LoadTest, MembersGenerationAndAssignmentsSurvive) {
  const Formed formed = form_group({{}, {.instance = "two"}});
  commit(formed.who(0), {.offset = 5});
  const auto summary = restart();
  EXPECT_EQ(summary.group_count, 1);
  EXPECT_EQ(summary.offset_count, 1);
  EXPECT_EQ(state(), "Stable");
  EXPECT_EQ(heartbeat(formed.who(0)), ErrorCode::none);
  EXPECT_EQ(sync(formed.who(1))->assignment, bytes_of("for " + formed.ids[1]));
  EXPECT_EQ(fetched(), 5);
  EXPECT_EQ(groups->describe("g").members.size(), 2u);
}

TEST_F(LoadTest, SessionsBeginAnew) {
  const Formed formed = form_group({{}});
  pass(9'000);
  restart();
  pass(9'999);
  EXPECT_EQ(state(), "Stable");
  pass(1);
  EXPECT_EQ(state(), "Empty");
  EXPECT_EQ(heartbeat(formed.who(0)), ErrorCode::unknown_member_id);
}

TEST_F(LoadTest, AGroupCaughtInARebalanceIsBackInItsLastStoredGeneration) {
  const Formed formed = form_group({{}});
  join({});
  EXPECT_EQ(state(), "PreparingRebalance");
  restart();
  EXPECT_EQ(state(), "Stable");
  EXPECT_EQ(heartbeat(formed.who(0)), ErrorCode::none);
  EXPECT_EQ(member_count(), 1u);
}

TEST_F(LoadTest, RecordsOfUnknownKindsAreCountedAndLeftInTheLog) {
  ByteWriter key;
  key.write<int16_t>(3);
  key.text("a group of another protocol");
  log.put(home(), raw_batch(key.take(), bytes_of("its value")));
  log.put(home(), raw_batch(bytes_of("?"), bytes_of("not even a version")));
  log.put(home(), raw_batch(encode_key(GroupKey{"g"}), Bytes{std::byte{0}, std::byte{9}}));
  log.put(home(), offset_batch(5));
  const auto summary = restart();
  EXPECT_EQ(summary.record_count, 4);
  EXPECT_EQ(summary.unknown_record_count, 3);
  EXPECT_EQ(fetched(), 5);
  commit_standalone({.offset = 6});
  EXPECT_EQ(log.records(home()).size(), 5u) << "nothing is taken out";
}

TEST_F(LoadTest, OffsetsOfAnOpenTransactionAreNotSeenAndNotStable) {
  log.put(home(), offset_batch(5));
  log.put(home(), transactional_batch(9));
  restart();
  EXPECT_EQ(fetched(), 5);
  const auto stable = fetch_all("g", true);
  EXPECT_EQ(stable.topics.at(0).partitions.at(0).error, ErrorCode::unstable_offset_commit);
}

TEST_F(LoadTest, ACommitMarkerMakesOffsetsSeenAnAbortMarkerDropsThem) {
  log.put(home(), offset_batch(5));
  log.put(home(), transactional_batch(9, 7));
  log.put(home(), transactional_batch(11, 8));
  log.put(home(), marker(true, 7));
  log.put(home(), marker(false, 8));
  restart();
  EXPECT_EQ(fetched(), 9);
  EXPECT_EQ(fetch_all("g", true).topics.at(0).partitions.at(0).error, ErrorCode::none);
}

TEST_F(LoadTest, ALaterPlainCommitWinsOverATransactionThatEndsLater) {
  log.put(home(), transactional_batch(9));
  log.put(home(), offset_batch(20));
  log.put(home(), marker(true));
  restart();
  EXPECT_EQ(fetched(), 20);
}

TEST_F(LoadTest, AnUnreadablePartitionKeepsOnlyItsOwnGroupsBack) {
  commit_standalone({.offset = 1}, "g");
  commit_standalone({.offset = 2}, "h");
  ASSERT_NE(home("g"), home("h"));
  log.break_replay(home("g").value());
  restart();
  EXPECT_EQ(fetch_all("g").error, ErrorCode::coordinator_load_in_progress);
  EXPECT_EQ(join({})->error, ErrorCode::coordinator_load_in_progress);
  EXPECT_EQ(fetched("orders", 0, "h"), 2);
}

TEST_F(LoadTest, ACommitAboveTheRecoveredEndIsSetBackToIt) {
  start_commit({}, {{.partition = 0, .offset = 100, .metadata = "kept"},
                    {.partition = 1, .offset = 50},
                    {.partition = 2, .offset = 100}});
  log.set_recovered_end("orders", 0, 80);
  log.set_recovered_end("orders", 1, 50);
  restart();
  EXPECT_EQ(fetched("orders", 0), 80);
  EXPECT_EQ(fetch("orders", 0).metadata, "kept");
  EXPECT_EQ(fetched("orders", 1), 50);
  EXPECT_EQ(fetched("orders", 2), 100) << "its partition was closed cleanly";
}

TEST_F(LoadTest, WhatWasSetBackStaysSetBack) {
  start_commit({}, {{.offset = 100}});
  log.set_recovered_end("orders", 0, 80);
  restart();
  // The next start is a clean one; meanwhile others have filled the offsets again.
  log.set_recovered_end("orders", 0, 1'000);
  restart();
  EXPECT_EQ(fetched("orders", 0), 80);
}

TEST_F(LoadTest, CompressedRecordsAreReadBack) {
  config.offsets_codec = record::Codec::lz4;
  restart();
  const Formed formed = form_group({{}});
  commit(formed.who(0), {.offset = 5});
  restart();
  EXPECT_EQ(fetched(), 5);
  EXPECT_EQ(heartbeat(formed.who(0)), ErrorCode::none);
}

TEST_F(LoadTest, WithoutTheTopicThereIsNothingToLoad) {
  const auto summary = restart();
  EXPECT_EQ(summary.record_count, 0);
  EXPECT_EQ(log.partition_count(), 0);
  EXPECT_EQ(groups->find_coordinator("g"), ErrorCode::none);
  EXPECT_EQ(log.partition_count(), 4) << "asking for the coordinator creates the topic";
}

}  // namespace
}  // namespace millrace::coordinator
