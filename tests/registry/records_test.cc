// Records as text and back.
#include "registry/records.h"

#include <gtest/gtest.h>

namespace millrace::registry {
namespace {

Result<Record> read_back(const Record& record) {
  const RecordText text = format_record(record);
  return parse_record(text.key, text.value);
}

Association association(Lifecycle lifecycle, bool frozen) {
  return {.key = {.resource_name = "orders \"\n\\é",
                  .resource_namespace = "lkc",
                  .resource_type = "topic",
                  .type = "key",
                  .subject = ":.dev:s"},
          .guid = random_guid(),
          .resource_id = "{}",
          .lifecycle = lifecycle,
          .frozen = frozen};
}

TEST(Records, AnAssociationComesBackAsItWas) {
  for (const Lifecycle lifecycle : {Lifecycle::strong, Lifecycle::weak}) {
    for (const bool frozen : {false, true}) {
      const auto written = association(lifecycle, frozen);
      const auto read = read_back(written);
      ASSERT_TRUE(read) << read.error().to_string();
      const auto* same = std::get_if<Association>(&*read);
      ASSERT_NE(same, nullptr);
      EXPECT_EQ(same->key, written.key);
      EXPECT_EQ(same->guid, written.guid);
      EXPECT_EQ(same->resource_id, written.resource_id);
      EXPECT_EQ(same->lifecycle, lifecycle);
      EXPECT_EQ(same->frozen, frozen);
    }
  }
}

TEST(Records, ATombstoneNamesTheAssociationThatItEnds) {
  const auto key = association(Lifecycle::weak, false).key;
  const auto read = read_back(AssociationTombstone{.key = key});
  ASSERT_TRUE(read) << read.error().to_string();
  const auto* same = std::get_if<AssociationTombstone>(&*read);
  ASSERT_NE(same, nullptr);
  EXPECT_EQ(same->key, key);
}

TEST(Records, RandomGuidsAreUuidsOfVersion4) {
  const std::string guid = random_guid();
  ASSERT_EQ(guid.size(), 36U);
  for (const size_t at : {8U, 13U, 18U, 23U}) EXPECT_EQ(guid[at], '-') << guid;
  EXPECT_EQ(guid[14], '4') << guid;
  EXPECT_NE(guid, random_guid());
}

}  // namespace
}  // namespace millrace::registry
