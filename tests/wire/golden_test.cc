// Bytes that Apache Kafka's own code wrote (tests/data/wire/golden.txt, made by MakeGolden.java)
// and a few written out by hand, field by field.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "base/text.h"
#include "project_files.h"
#include "wire/codec.h"
#include "wire/every_message.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/fetch.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"

namespace millrace::wire::testing {
namespace {

Bytes from_hex(std::string_view hex) {
  std::string digits(hex);
  std::erase(digits, ' ');
  Bytes bytes(digits.size() / 2);
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(std::stoi(digits.substr(2 * i, 2), nullptr, 16));
  }
  return bytes;
}

template <Message T>
Bytes encoded(const T& message, int16_t version) {
  ByteWriter out;
  encode(message, version, out);
  return out.take();
}

template <Message T>
Result<T> decoded(const Bytes& bytes, int16_t version) {
  ByteReader in(bytes);
  return decode<T>(in, version);
}

TEST(Golden, WhatKafkaEncodedDecodesAndEncodesToTheSameBytes) {
  std::ifstream file(project_file("tests/data/wire/golden.txt"));
  size_t compared = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    int16_t version = 0;
    std::string hex;
    words >> name >> version >> hex;
    const auto kind = std::ranges::find(every_message(), name, &MessageKind::name);
    ASSERT_NE(kind, every_message().end()) << name;
    if (version > kind->version_max) continue;  // Kafka knows later versions
    SCOPED_TRACE(cat(name, " version ", version));
    const Bytes bytes = from_hex(hex);
    const Decoded message = kind->decode(bytes, version);
    ASSERT_TRUE(message.message) << message.error->message();
    EXPECT_EQ(message.left, 0U);
    EXPECT_EQ(message.message->encoded(), bytes) << message.message->text();
    ++compared;
  }
  size_t versions = 0;
  for_each_version([&](const MessageKind&, int16_t) { ++versions; });
  EXPECT_EQ(compared, versions) << "tests/data/wire/golden.txt lacks versions";
}

TEST(Golden, ApiVersionsOfTheJavaClient) {
  const Bytes bytes = from_hex("12 6170616368652d6b61666b612d6a617661 06 342e332e31 00");
  const auto request = decoded<ApiVersionsRequest>(bytes, 4);
  ASSERT_TRUE(request) << request.error().message();
  EXPECT_EQ(request->client_software_name, "apache-kafka-java");
  EXPECT_EQ(request->client_software_version, "4.3.1");
  EXPECT_EQ(encoded(*request, 4), bytes);
}

TEST(Golden, MetadataAsksForAllTopicsWithNullSinceVersionOneAndWithNoneBefore) {
  const auto all_of_0 = decoded<MetadataRequest>(from_hex("00000000"), 0);
  ASSERT_TRUE(all_of_0);
  ASSERT_TRUE(all_of_0->topics);
  EXPECT_TRUE(all_of_0->topics->empty());
  const auto all_of_1 = decoded<MetadataRequest>(from_hex("ffffffff"), 1);
  ASSERT_TRUE(all_of_1);
  EXPECT_FALSE(all_of_1->topics);
  EXPECT_FALSE(decoded<MetadataRequest>(from_hex("ffffffff"), 0));
}

TEST(Golden, ProduceShowsItsRecordsInsideTheFrame) {
  const Bytes bytes =
      from_hex("ffff ffff 00007530 00000001 0006 6f7264657273 00000001 00000002 00000003 aabbcc");
  const auto request = decoded<ProduceRequest>(bytes, 7);
  ASSERT_TRUE(request) << request.error().message();
  EXPECT_FALSE(request->transactional_id);
  EXPECT_EQ(request->acks, -1);
  EXPECT_EQ(request->timeout_ms, 30'000);
  const ProduceRequest::Partition& partition = request->topic_data.at(0).partition_data.at(0);
  EXPECT_EQ(partition.index, 2);
  EXPECT_EQ(partition.records->bytes.data(), bytes.data() + bytes.size() - 3);
  EXPECT_EQ(partition.records->bytes.size(), 3U);
}

TEST(Golden, FetchAnswersNoAbortedTransactionsAsNull) {
  FetchResponse response;
  FetchResponse::Partition partition;
  partition.partition_index = 1;
  partition.high_watermark = 5;
  partition.last_stable_offset = 5;
  partition.log_start_offset = 0;
  response.responses.push_back({.topic = "t", .partitions = {partition}});
  EXPECT_EQ(
      encoded(response, 11),
      from_hex("00000000 0000 00000000 00000001 0001 74 00000001 00000001 0000"
               "0000000000000005 0000000000000005 0000000000000000 ffffffff ffffffff 00000000"));
  EXPECT_EQ(encoded(response, 12),
            from_hex("00000000 0000 00000000 02 02 74 02 00000001 0000"
                     "0000000000000005 0000000000000005 0000000000000000 00 ffffffff 01 00 00 00"));
}

TEST(Golden, ATextBeyondKafkasLimitIsCutNotWrapped) {
  ApiVersionsRequest request;
  request.client_software_name = std::string(40'000, 'x');
  const auto read = decoded<ApiVersionsRequest>(encoded(request, 3), 3);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->client_software_name.size(), 32'767U);
}

}  // namespace
}  // namespace millrace::wire::testing
