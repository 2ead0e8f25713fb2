#include "client/producer/topic_views.h"

#include <gtest/gtest.h>

namespace millrace::client {
namespace {

TopicDescription topic_of(const std::string& name, int32_t partitions) {
  TopicDescription topic{.name = name};
  for (int32_t id = 0; id < partitions; ++id) topic.partitions.push_back({.id = id, .leader = 1});
  return topic;
}

TEST(TopicViews, WhoLookedBeforeSeesWhatIsPublishedLater) {
  TopicViews views;
  EXPECT_EQ(views.find("t"), nullptr);
  views.publish(topic_of("t", 1), SteadyTime());
  ASSERT_NE(views.find("t"), nullptr);
  EXPECT_EQ(views.find("t")->partition_count, 1);
  views.publish(topic_of("t", 3), SteadyTime());
  EXPECT_EQ(views.find("t")->partition_count, 3);
}

TEST(TopicViews, TopicsInTurnAreToldApart) {
  TopicViews views;
  views.publish(topic_of("a", 1), SteadyTime());
  views.publish(topic_of("b", 2), SteadyTime());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(views.find("a")->partition_count, 1);
    EXPECT_EQ(views.find("b")->partition_count, 2);
    EXPECT_EQ(views.find("c"), nullptr);
  }
}

TEST(TopicViews, OfTwoProducersAreTheirOwn) {
  TopicViews one, other;
  one.publish(topic_of("t", 1), SteadyTime());
  EXPECT_NE(one.find("t"), nullptr);
  EXPECT_EQ(other.find("t"), nullptr);
  other.publish(topic_of("t", 2), SteadyTime());
  EXPECT_EQ(one.find("t")->partition_count, 1);
  EXPECT_EQ(other.find("t")->partition_count, 2);
}

}  // namespace
}  // namespace millrace::client
