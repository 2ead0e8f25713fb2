// The numbers were computed by Apache Kafka 4.3.1 (Utils.computeGroupHash) and the hash library it
// uses.
#include "coordinator/consumer/metadata_hash.h"

#include <gtest/gtest.h>

#include "memory_topics.h"

namespace millrace::coordinator {
namespace {

Uuid id_from(int first) {
  Uuid id;
  for (size_t i = 0; i < id.bytes.size(); ++i) {
    id.bytes[i] = static_cast<std::byte>(first + static_cast<int>(i));
  }
  return id;
}

TEST(MetadataHash, IsKafkas) {
  EXPECT_EQ(topic_hash({id_from(1), "orders", 2}), -3245243751620751385);
  EXPECT_EQ(topic_hash({id_from(17), "payments", 3}), -5286809827121513376);
  EXPECT_EQ(topic_hash({id_from(17),
                        "a-topic-with-a-long-name-so-that-the-hash-takes-more-than-240-bytes", 64}),
            797968763977462636);
}

TEST(MetadataHash, IsZeroWhereNoSubscribedTopicExists) {
  MemoryTopics topics;
  EXPECT_EQ(metadata_hash({}, topics), 0);
  EXPECT_EQ(metadata_hash({"orders"}, topics), 0);
}

TEST(MetadataHash, ChangesWithAnyTopicOfTheSubscription) {
  MemoryTopics topics;
  topics.put("orders", 2);
  topics.put("payments", 2);
  const auto before = metadata_hash({"orders", "payments"}, topics);
  topics.put("others", 1);
  EXPECT_EQ(metadata_hash({"orders", "payments"}, topics), before);
  topics.put("payments", 3);
  const auto grown = metadata_hash({"orders", "payments"}, topics);
  EXPECT_NE(grown, before);
  topics.remove("payments");
  EXPECT_NE(metadata_hash({"orders", "payments"}, topics), grown);
  EXPECT_EQ(metadata_hash({"orders", "payments"}, topics), metadata_hash({"orders"}, topics));
}

}  // namespace
}  // namespace millrace::coordinator
