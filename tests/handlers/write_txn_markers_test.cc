#include "wire/messages/write_txn_markers.h"

#include "broker/partition.h"
#include "handlers/harness.h"

namespace millrace::handlers {
namespace {

using Request = wire::WriteTxnMarkersRequest;
using Response = wire::WriteTxnMarkersResponse;

class WriteTxnMarkers : public HandlersTest {
 protected:
  WriteTxnMarkers() { create("t"); }

  Response write(Request::Marker marker) {
    return ask<Response>(Request{.markers = {std::move(marker)}}, 2);
  }
  /// A marker for the partition 0 of `topic`; what that partition answers.
  ErrorCode end(int64_t producer_id, int16_t epoch, const std::string& topic = "t") {
    return write({.producer_id = producer_id,
                  .producer_epoch = epoch,
                  .topics = {{.name = topic, .partition_indexes = {0}}}})
        .markers.at(0)
        .topics.at(0)
        .partitions.at(0)
        .error_code;
  }
};

TEST_F(WriteTxnMarkers, AMarkerIsWritten) {
  EXPECT_EQ(end(7, 0), ErrorCode::none);
  EXPECT_EQ(catalog().find_partition("t", PartitionId(0))->high_watermark(), Offset(1));
}

TEST_F(WriteTxnMarkers, WhatIsNoProducerIsABadRequest) {
  EXPECT_EQ(end(-1, 0), ErrorCode::invalid_request);
  EXPECT_EQ(end(-2, 0), ErrorCode::invalid_request);
  EXPECT_EQ(end(7, -1), ErrorCode::invalid_request);
  EXPECT_EQ(end(-1, -1, "missing"), ErrorCode::unknown_topic_or_partition);
}

TEST_F(WriteTxnMarkers, AnEpochBelowAllIsAnOldOne) {
  EXPECT_EQ(end(7, -2), ErrorCode::invalid_producer_epoch);
  EXPECT_EQ(end(7, INT16_MIN), ErrorCode::invalid_producer_epoch);
}

TEST_F(WriteTxnMarkers, OnlyWhatHasPartitionsIsAnswered) {
  EXPECT_TRUE(write({.producer_id = 7}).markers.empty());
  EXPECT_TRUE(write({.producer_id = 7, .topics = {{.name = "t"}}}).markers.empty());
  const auto answer =
      write({.producer_id = 7, .topics = {{.name = "u"}, {.name = "t", .partition_indexes = {0}}}});
  ASSERT_EQ(answer.markers.at(0).topics.size(), 1U);
  EXPECT_EQ(answer.markers.at(0).topics.at(0).name, "t");
}

}  // namespace
}  // namespace millrace::handlers
