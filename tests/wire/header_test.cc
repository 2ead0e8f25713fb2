#include "wire/header.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "io/memory_file_system.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/fetch.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/produce.h"

namespace millrace::wire {
namespace {

Bytes joined(const EncodedMessage& message) {
  Bytes bytes;
  for (const io::Chunk& chunk : message.chunks) {
    const ByteView view = std::get<SharedBytes>(chunk).view();
    bytes.insert(bytes.end(), view.begin(), view.end());
  }
  return bytes;
}

Bytes header_bytes(std::optional<std::string> client_id, bool flexible) {
  ByteWriter out;
  encode_request_header(
      {.api_key = 12, .api_version = 4, .correlation_id = 7, .client_id = std::move(client_id)},
      flexible, out);
  return out.take();
}

Result<RequestHeader> read_header(ByteView bytes, bool flexible) {
  ByteReader in(bytes);
  auto preamble = decode_preamble(in);
  if (!preamble) return preamble.error();
  return decode_rest_of_header(in, *preamble, flexible);
}

TEST(RequestHeader, ReadsWhatItWrites) {
  for (const bool flexible : {false, true}) {
    for (const auto& id : {std::optional<std::string>("rdkafka"), std::optional<std::string>(""),
                           std::optional<std::string>()}) {
      const auto header = read_header(header_bytes(id, flexible), flexible);
      ASSERT_TRUE(header);
      EXPECT_EQ(header->api_key, 12);
      EXPECT_EQ(header->api_version, 4);
      EXPECT_EQ(header->correlation_id, 7);
      EXPECT_EQ(header->client_id, id);
    }
  }
}

TEST(RequestHeader, CutShortAnywhereIsRefused) {
  for (const bool flexible : {false, true}) {
    const Bytes bytes = header_bytes("rdkafka", flexible);
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(read_header(ByteView(bytes).first(size), flexible)) << size;
    }
  }
}

TEST(RequestHeader, AClientIdLengthBelowNullOrBeyondTheEndIsRefused) {
  for (const int16_t size : {int16_t{-2}, int16_t{-32768}, int16_t{8}, int16_t{32767}}) {
    Bytes bytes = header_bytes("rdkafka", false);
    store_be(bytes.data() + 8, size);
    EXPECT_FALSE(read_header(bytes, false)) << size;
  }
}

TEST(RequestHeader, TagsAreSkippedAndMayNotLeaveTheHeader) {
  Bytes bytes = header_bytes("c", true);
  bytes.pop_back();
  Bytes tagged = bytes;
  for (const int byte : {2, 0, 1, 0xff, 5, 0}) tagged.push_back(static_cast<std::byte>(byte));
  EXPECT_TRUE(read_header(tagged, true));
  Bytes lying = bytes;
  for (const int byte : {1, 0, 9, 0}) lying.push_back(static_cast<std::byte>(byte));
  EXPECT_FALSE(read_header(lying, true));
}

TEST(ResponseFrame, StartsWithItsSizeAndTheCorrelationId) {
  const Bytes bytes = joined(response_frame(HeartbeatResponse{}, 0, 99));
  EXPECT_EQ(load_be<int32_t>(bytes.data()), static_cast<int32_t>(bytes.size()) - 4);
  EXPECT_EQ(load_be<int32_t>(bytes.data() + 4), 99);
  EXPECT_EQ(bytes.size(), 10U);
}

TEST(ResponseFrame, OfAFlexibleVersionHasTagsInItsHeaderButNotForApiVersions) {
  const Bytes heartbeat = joined(response_frame(HeartbeatResponse{}, 4, 1));
  EXPECT_EQ(heartbeat.size(), 4U + 5U + encoded_size(HeartbeatResponse{}, 4));
  const Bytes versions = joined(response_frame(ApiVersionsResponse{}, 4, 1));
  EXPECT_EQ(versions.size(), 4U + 4U + encoded_size(ApiVersionsResponse{}, 4));
}

TEST(ResponseFrame, CarriesRecordSetsByReferenceAndFileRangesWithoutReadingThem) {
  io::MemoryFileSystem disk;
  auto file = disk.open("segment", io::OpenMode::create);
  ASSERT_TRUE(file);
  const Bytes held(100, std::byte{7});
  const SharedBytes in_memory(held);
  FetchResponse response;
  FetchResponse::Partition partition;
  partition.records.chunks.emplace_back(in_memory);
  partition.records.chunks.emplace_back(
      io::FileSlice{.file = *file, .at = Position(1000), .size = 5000});
  response.responses.push_back(
      {.topic = "t", .partitions = {partition, FetchResponse::Partition()}});

  const EncodedMessage frame = response_frame(response, 12, 1);

  ASSERT_EQ(frame.chunks.size(), 4U);
  EXPECT_EQ(std::get<SharedBytes>(frame.chunks[1]).view().data(), in_memory.view().data());
  EXPECT_EQ(std::get<io::FileSlice>(frame.chunks[2]).at, Position(1000));
  EXPECT_EQ(std::get<io::FileSlice>(frame.chunks[2]).size, 5000);
  const ByteView front = std::get<SharedBytes>(frame.chunks[0]).view();
  EXPECT_EQ(load_be<int32_t>(front.data()), static_cast<int32_t>(frame.size()) - 4);
}

TEST(RequestFrame, RefersToRecordSets) {
  const Bytes held(100, std::byte{7});
  ProduceRequest request;
  request.topic_data.push_back({.name = "t"});
  request.topic_data[0].partition_data.push_back(
      {.index = 0, .records = RecordsView{.bytes = held}});
  const RequestHeader header{.api_version = 9, .correlation_id = 1, .client_id = "c"};

  const EncodedMessage frame = request_frame(request, header);

  ASSERT_EQ(frame.chunks.size(), 3U);
  EXPECT_EQ(std::get<SharedBytes>(frame.chunks[1]).view().data(), held.data());
  const Bytes bytes = joined(frame);
  EXPECT_EQ(load_be<int32_t>(bytes.data()), static_cast<int32_t>(bytes.size()) - 4);
  ByteWriter copied;
  encode(request, 9, copied);
  EXPECT_TRUE(equal_bytes(ByteView(bytes).last(copied.size()), copied.view()));
}

}  // namespace
}  // namespace millrace::wire
