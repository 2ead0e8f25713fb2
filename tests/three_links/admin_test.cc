// The client library's administration.
#include <algorithm>

#include "three_links/three_links.h"

namespace millrace::three_links {
namespace {

class ClientAdmin : public ThreeLinks {
 protected:
  Admin admin_ = admin();
};

INSTANTIATE_TEST_SUITE_P(Links, ClientAdmin, ::testing::ValuesIn(every_link()), name_of_link);

TEST_P(ClientAdmin, TopicsComeAndGo) {
  make_topic(3);
  const auto again = admin_.create_topic({.name = topic_});
  ASSERT_FALSE(again.has_value());
  EXPECT_TRUE(again.error().is(ErrorCode::topic_already_exists));

  const auto described = admin_.describe_topic(topic_);
  ASSERT_TRUE(described.has_value()) << described.error().to_string();
  EXPECT_EQ(described->partitions.size(), 3U);
  EXPECT_EQ(described->id.size(), 22U);
  ASSERT_TRUE(admin_.add_partitions(topic_, 5).has_value());
  wait_until([&] { return admin_.describe_topic(topic_)->partitions.size() == 5; });
  const auto listed = admin_.list_topics();
  ASSERT_TRUE(listed.has_value()) << listed.error().to_string();
  EXPECT_EQ(std::ranges::count(*listed, topic_, &TopicDescription::name), 1);

  ASSERT_TRUE(admin_.delete_topic(topic_).has_value());
  wait_until([&] { return !admin_.describe_topic(topic_); });
  EXPECT_TRUE(admin_.describe_topic(topic_).error().is(ErrorCode::unknown_topic_or_partition));
}

TEST_P(ClientAdmin, ConfigurationsAreSetAndInherited) {
  make_topic(1, {{"retention.ms", "1000"}});
  const auto value = [&](const std::string& name) {
    const auto values = admin_.describe_topic_config(topic_);
    EXPECT_TRUE(values.has_value()) << values.error().to_string();
    return *std::ranges::find(*values, name, &ConfigValue::name);
  };
  EXPECT_EQ(value("retention.ms").value, "1000");
  EXPECT_TRUE(value("retention.ms").own);
  ASSERT_TRUE(admin_.alter_topic_config(topic_, {.unset = {"retention.ms"}}).has_value());
  wait_until([&] { return !value("retention.ms").own; });
  const auto refused = admin_.alter_topic_config(topic_, {.set = {{"retention.ms", "soon"}}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(refused.error().is(ErrorCode::invalid_config));
}

TEST_P(ClientAdmin, OffsetsOfGroupsWithoutMembersAreWritten) {
  make_topic(2);
  const std::string group = name("g");
  const TopicPartition first = part(0), second = part(1);
  const Offsets offsets{{first, {.offset = 3, .metadata = "three"}}, {second, {.offset = 4}}};
  const auto altered = admin_.alter_committed_offsets(group, offsets);
  ASSERT_TRUE(altered.has_value()) << altered.error().to_string();
  const auto committed = admin_.committed_offsets(group);
  ASSERT_TRUE(committed.has_value());
  ASSERT_EQ(committed->size(), 2U);
  EXPECT_EQ(committed->at(first).offset, 3);
  EXPECT_EQ(committed->at(first).metadata, "three");

  ASSERT_TRUE(admin_.delete_committed_offsets(group, {first}).has_value());
  EXPECT_FALSE(admin_.committed_offsets(group)->contains(first));
  const auto listed = admin_.list_groups();
  ASSERT_TRUE(listed.has_value()) << listed.error().to_string();
  EXPECT_EQ(std::ranges::count(*listed, group, &GroupListing::group), 1);
  EXPECT_EQ(admin_.describe_group(group)->state, "Empty");
  ASSERT_TRUE(admin_.delete_group(group).has_value());
  const auto gone = admin_.describe_group(group);
  ASSERT_FALSE(gone.has_value());
  EXPECT_TRUE(gone.error().is(ErrorCode::group_id_not_found));
}

TEST_P(ClientAdmin, PlacesInEmptyPartitions) {
  make_topic(1);
  const TopicPartition name = part(0);
  EXPECT_EQ(admin_.list_offsets({{name, kEarliest}})->at(name), 0);
  EXPECT_EQ(admin_.list_offsets({{name, 12'345}})->at(name), 0);
  EXPECT_EQ(admin_.delete_records({{name, -1}})->at(name), 0);
}

}  // namespace
}  // namespace millrace::three_links
