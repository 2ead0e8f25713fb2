// The topic _schemas: as Confluent writes it, and beside others who write to it.
#include "registry/schemas_log.h"

#include "base/text.h"
#include "registry/harness.h"

namespace millrace::registry {
namespace {

class SchemasLogTest : public RegistryTest {
 protected:
  /// Appends to the topic as another program would.
  void write(std::string_view key, std::optional<std::string_view> value) {
    const LogRecord record{.key = key, .value = value};
    const auto topic = broker().topic(kSchemasTopic);
    ASSERT_TRUE(topic);
    ASSERT_TRUE((*topic)->append(0, {&record, 1}, Acks::all));
  }
  void make_topic() {
    ASSERT_TRUE(broker().create_topic({.name = kSchemasTopic, .partitions = 1}));
  }
  std::vector<std::string> records() {
    std::vector<std::string> lines;
    const auto topic = broker().topic(kSchemasTopic);
    if (!topic) return lines;
    const auto read = (*topic)->read(0, {});
    for (const auto& record : *read) {
      lines.push_back(cat(record.key.value_or("-"), " ", record.value.value_or("-")));
    }
    return lines;
  }
};

TEST_F(SchemasLogTest, ThereIsNoTopicBeforeTheFirstRecord) {
  get("/subjects");
  EXPECT_FALSE(broker().topic(kSchemasTopic));
  register_avro("s", R"("int")");
  EXPECT_TRUE(broker().topic(kSchemasTopic));
}

TEST_F(SchemasLogTest, RecordsAreConfluents) {
  register_avro("s", R"("int")");
  put("/config", json::Object{{"compatibility", "FULL"}});
  put("/mode/s", json::Object{{"mode", "READWRITE"}});
  erase("/subjects/s");
  erase("/subjects/s?permanent=true");
  const std::vector<std::string> expected = {
      R"({"keytype":"SCHEMA","subject":"s","version":1,"magic":1} )"
      R"({"subject":"s","version":1,"id":1,"schema":"\"int\"","deleted":false})",
      R"({"keytype":"CONFIG","subject":null,"magic":0} )"
      R"({"subject":null,"compatibilityLevel":"FULL"})",
      R"({"keytype":"MODE","subject":"s","magic":0} {"subject":"s","mode":"READWRITE"})",
      R"({"keytype":"DELETE_SUBJECT","subject":"s","magic":0} {"subject":"s","version":1})",
      R"({"keytype":"SCHEMA","subject":"s","version":1,"magic":1} -)",
      R"({"keytype":"NOOP","magic":0} {"idMaxByContext":{".":1}})",
      R"({"keytype":"MODE","subject":"s","magic":0} -)",
  };
  EXPECT_EQ(records(), expected);
}

TEST_F(SchemasLogTest, ARegistryOfConfluentsIsTakenOver) {
  make_topic();
  write(R"({"keytype":"NOOP","magic":0})", "null");
  write(
      R"({"keytype":"SCHEMA","subject":"user-value","version":1,"magic":1})",
      R"({"subject":"user-value","version":1,"id":100001,"md5":"x","schema":"\"int\"","deleted":false})");
  write(
      R"({"keytype":"SCHEMA","subject":"user-value","version":2,"magic":1})",
      R"({"subject":"user-value","version":2,"id":100002,"schemaType":"JSON","references":[],"schema":"{}","deleted":true})");
  write(R"({"keytype":"CONFIG","subject":"user-value","magic":0})",
        R"({"subject":"user-value","compatibilityLevel":"NONE"})");
  write(R"({"keytype":"CONTEXT","tenant":"default","context":".lab","magic":0})",
        R"({"tenant":"default","context":".lab"})");
  EXPECT_EQ(get("/subjects/user-value/versions").body, "[1]") << "seen without a restart";
  EXPECT_EQ(get("/subjects/user-value/versions/2?deleted=true").member("schemaType"), R"("JSON")");
  EXPECT_EQ(get("/schemas/ids/100001").member("schema"), R"("\"int\"")");
  EXPECT_EQ(get("/config/user-value").body, R"({"compatibilityLevel":"NONE"})");
  EXPECT_EQ(get("/contexts").body, R"([".",".lab"])");
  EXPECT_EQ(register_avro("user-value", R"("long")").member("id"), "100003");
}

TEST_F(SchemasLogTest, WhatIsNotUnderstoodIsLeftOut) {
  make_topic();
  write("no json", "{}");
  write(R"({"keytype":"SCHEMA","subject":"s","version":0,"magic":1})", R"({"id":1,"schema":"x"})");
  write(R"({"keytype":"SCHEMA","subject":"s","version":1,"magic":1})", R"({"schema":"x"})");
  write(R"({"keytype":"FUTURE","magic":9})", R"({"a":1})");
  write(R"({"keytype":"SCHEMA","subject":"a","version":1,"magic":1})",
        R"({"id":1,"schema":"\"int\""})");
  write(R"({"keytype":"SCHEMA","subject":"b","version":1,"magic":1})",
        R"({"id":1,"schema":"\"long\""})");
  EXPECT_EQ(get("/subjects").body, R"(["a"])") << "an id stands for one text";
}

TEST_F(SchemasLogTest, ADeletedTopicTakesAllSchemasWithIt) {
  register_avro("s", R"("int")");
  ASSERT_TRUE(broker().gate()->enter([](const handlers::Services& services) {
    EXPECT_TRUE(services.broker->catalog().remove(kSchemasTopic));
  }));
  EXPECT_EQ(get("/subjects").body, "[]");
  EXPECT_EQ(register_avro("t", R"("long")").status, 200);
  EXPECT_EQ(get("/subjects").body, R"(["t"])");
}

}  // namespace
}  // namespace millrace::registry
