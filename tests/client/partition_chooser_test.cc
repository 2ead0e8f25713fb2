#include "client/producer/partition_chooser.h"

#include <gtest/gtest.h>

#include <set>

#include "base/text.h"
#include "client/partitioner.h"

namespace millrace::client {
namespace {

TopicView topic_of(int32_t partitions, std::vector<int32_t> available) {
  TopicView view;
  view.partition_count = partitions;
  view.available = std::move(available);
  return view;
}

TEST(PartitionChooser, Crc32IsTheOneOfTheStandard) {
  EXPECT_EQ(crc32(as_bytes("123456789")), 0xcbf43926U);
  EXPECT_EQ(crc32({}), 0U);
}

TEST(PartitionChooser, KeysDecideWhoeverLeads) {
  const TopicView topic = topic_of(7, {3});
  PartitionChooser java(Partitioner::murmur2_sticky, {}, 1'000);
  PartitionChooser random(Partitioner::murmur2_random, {}, 1'000);
  PartitionChooser consistent(Partitioner::consistent_random, {}, 1'000);
  const ProducerRecord record{.topic = "t", .key = "123456789"};
  EXPECT_EQ(java.choose(record, topic).value(), partition_of_key(as_bytes("123456789"), 7));
  EXPECT_EQ(random.choose(record, topic).value(), partition_of_key(as_bytes("123456789"), 7));
  EXPECT_EQ(consistent.choose(record, topic).value(), static_cast<int32_t>(0xcbf43926U % 7));
}

TEST(PartitionChooser, AnEmptyKeyIsAKeyExceptToConsistentRandom) {
  const TopicView topic = topic_of(7, {6});
  const int32_t hashed = partition_of_key({}, 7);
  ASSERT_NE(hashed, 6);
  const ProducerRecord record{.topic = "t", .key = ""};
  for (const Partitioner each : {Partitioner::murmur2_sticky, Partitioner::murmur2_random}) {
    PartitionChooser chooser(each, {}, 1'000);
    EXPECT_EQ(chooser.choose(record, topic).value(), hashed);
  }
  PartitionChooser consistent(Partitioner::consistent_random, {}, 1'000);
  EXPECT_EQ(consistent.choose(record, topic).value(), 6);
}

TEST(PartitionChooser, RecordsWithoutKeyStickUntilABatchIsFull) {
  const TopicView topic = topic_of(4, {0, 1, 3});
  PartitionChooser chooser(Partitioner::murmur2_sticky, {}, 1'000);
  const std::string value(464, 'x');  // two fill a batch
  const ProducerRecord record{.topic = "t", .value = value};
  std::set<int32_t> seen;
  int32_t before = -1;
  for (int batch = 0; batch < 60; ++batch) {
    const int32_t first = chooser.choose(record, topic).value();
    EXPECT_EQ(chooser.choose(record, topic).value(), first);
    EXPECT_NE(first, before);
    before = first;
    seen.insert(first);
  }
  EXPECT_EQ(seen, (std::set<int32_t>{0, 1, 3})) << "all that have a leader";
}

}  // namespace
}  // namespace millrace::client
