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

TEST_F(SchemasLogTest, RecordsOfAssociationsAreConfluents) {
  register_avro("s", R"("int")");
  const json::Object association{{"subject", "s"}, {"associationType", "key"}};
  post("/associations", json::Object{{"resourceName", "orders"},
                                     {"resourceNamespace", "lkc"},
                                     {"resourceId", "id-1"},
                                     {"associations", json::Array{association}}});
  const auto listed = get("/associations/resources/id-1").json();
  const auto guid = listed.array()->front().object()->text("guid");
  erase("/associations/resources/id-1");
  const char* key =
      R"({"keytype":"ASSOC","tenant":"default","resourceName":"orders","resourceNamespace":"lkc",)"
      R"("resourceType":"topic","associationType":"key","subject":"s","magic":0})";
  const auto value = cat(
      R"({"guid":")", *guid,
      R"(","tenant":"default","resourceName":"orders","resourceNamespace":"lkc","resourceId":"id-1",)",
      R"("resourceType":"topic","associationType":"key","subject":"s","lifecycle":"WEAK",)",
      R"("frozen":false})");
  const auto written = records();
  ASSERT_EQ(written.size(), 3U);
  EXPECT_EQ(written[1], cat(key, " ", value));
  EXPECT_EQ(written[2], cat(key, " -"));
}

TEST_F(SchemasLogTest, AssociationsThatConfluentsRegistryMadeAreTakenOver) {
  register_avro("s", R"("int")");
  const char* key =
      R"({"keytype":"ASSOC","tenant":"default","resourceName":"orders","resourceNamespace":"lkc",)"
      R"("resourceType":"topic","associationType":"value","subject":"s","magic":0})";
  const auto value = [](const char* id) {
    return cat(R"({"subject":"s","guid":"g","tenant":"default","resourceName":"orders",)",
               R"("resourceNamespace":"lkc","resourceId":")", id,
               R"(","resourceType":"topic","associationType":"value","lifecycle":"STRONG",)",
               R"("frozen":false,"createTs":1})");
  };
  write(key, value("id-1"));
  EXPECT_EQ(get("/associations/subjects/s").json().array()->size(), 1U);
  write(key, value("id-2"));
  EXPECT_EQ(get("/associations/resources/id-1").body, "[]") << "the topic was made anew";
  const auto listed = get("/associations/resources/id-2").json();
  EXPECT_EQ(*listed.array()->front().object()->find("frozen"), json::Value(false));

  // Strong ones that are not frozen are made no more, and may be given up.
  const json::Object weak{{"subject", "s"}, {"lifecycle", "WEAK"}};
  const auto changed =
      put("/associations/resources/id-2", json::Object{{"resourceName", "orders"},
                                                       {"resourceNamespace", "lkc"},
                                                       {"associations", json::Array{weak}}});
  EXPECT_EQ(changed.status, 200) << changed.body;
  const auto now = get("/associations/resources/id-2").json();
  EXPECT_EQ(now.array()->front().object()->text("lifecycle"), "WEAK");
  EXPECT_EQ(now.array()->front().object()->text("guid"), "g");
  write(key, std::nullopt);
  EXPECT_EQ(get("/associations/subjects/s").body, "[]");
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
  write(R"({"keytype":"ASSOC","magic":0})", R"({"guid":"g"})");
  write(R"({"keytype":"ASSOC","resourceName":"t","resourceNamespace":"n","resourceType":"topic",)"
        R"("associationType":"key","subject":"s","magic":0})",
        R"({"guid":"g","resourceId":"i","lifecycle":"FIRM"})");
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
