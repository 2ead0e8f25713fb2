// Registering, looking up, versions and ids.
#include <future>

#include "base/text.h"
#include "registry/harness.h"

namespace millrace::registry {
namespace {

class RegistrationTest : public RegistryTest {
 protected:
  /// Each under a subject of its own: s0, s1, …. The registry sees none before all are there.
  std::vector<Reply> register_together(const std::vector<json::Object>& bodies) {
    std::promise<void> all_are_there;
    registry_->submit({.subject = "",
                       .plan = [&](const State&, const ReservedIds&) -> Result<Plan> {
                         all_are_there.get_future().wait();
                         return Plan();
                       },
                       .answer = [](const Result<json::Value>&) {}});
    std::vector<std::promise<Reply>> answered(bodies.size());
    for (size_t i = 0; i < bodies.size(); ++i) {
      rest_->handle({.method = "POST",
                     .path = cat("/subjects/s", i, "/versions"),
                     .query = {},
                     .headers = {},
                     .body = json::write(bodies[i])},
                    [&promise = answered[i]](const http::Response& response) {
                      promise.set_value({.status = response.status, .body = response.body});
                    });
    }
    all_are_there.set_value();
    std::vector<Reply> replies;
    for (auto& promise : answered) replies.push_back(promise.get_future().get());
    return replies;
  }
};

constexpr const char* kString = R"("string")";
constexpr const char* kInt = R"("int")";
constexpr const char* kLong = R"("long")";

TEST_F(RegistrationTest, OneSchemaHasOneIdUnderEverySubject) {
  EXPECT_EQ(register_avro("a", kString).member("id"), "1");
  EXPECT_EQ(register_avro("b", R"({"type": "string"})").member("id"), "1");
  EXPECT_EQ(register_avro("b", kString).member("version"), "1");
  EXPECT_EQ(register_avro("c", kInt).member("id"), "2");
  EXPECT_EQ(get("/schemas/ids/1/subjects").body, R"(["a","b"])");
  EXPECT_EQ(get("/schemas/ids/1/versions").body,
            R"([{"subject":"a","version":1},{"subject":"b","version":1}])");
}

TEST_F(RegistrationTest, AVersionIsAnsweredByNumberAndByLatest) {
  register_avro("s", kInt);
  register_avro("s", kLong);
  EXPECT_EQ(get("/subjects/s/versions").body, "[1,2]");
  EXPECT_EQ(get("/subjects/s/versions/1").member("schema"), R"("\"int\"")");
  const auto latest = get("/subjects/s/versions/latest");
  EXPECT_EQ(latest.member("version"), "2");
  EXPECT_EQ(latest.member("subject"), R"("s")");
  EXPECT_EQ(get("/subjects/s/versions/-1").body, latest.body);
  EXPECT_EQ(get("/subjects/s/versions/2/schema").body, kLong);
  EXPECT_EQ(get("/schemas/ids/2/schema").body, kLong);
  EXPECT_EQ(get("/schemas/ids/2").member("schema"), R"("\"long\"")");
  EXPECT_EQ(get("/schemas/ids/2").member("schemaType"), "") << "AVRO is not named";
}

TEST_F(RegistrationTest, EverythingSurvivesARestart) {
  register_avro("s", kInt);
  register_avro("s", kLong);
  put("/config/s", json::Object{{"compatibility", "FULL"}});
  const auto before = get("/subjects/s/versions/2").body;
  restart();
  EXPECT_EQ(get("/subjects/s/versions/2").body, before);
  EXPECT_EQ(get("/config/s").member("compatibilityLevel"), R"("FULL")");
  EXPECT_EQ(register_avro("t", kString).member("id"), "3");
}

TEST_F(RegistrationTest, AnImportedSchemaMayHaveADefaultThatANewOneMayNot) {
  const std::string old =
      R"({"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"none"}]})";
  const std::string next =
      R"({"type":"record","name":"R","fields":[{"name":"a","type":"int","default":0}]})";
  EXPECT_EQ(register_avro("s", old).error_code(), 42201);
  put("/mode/s", json::Object{{"mode", "IMPORT"}});
  EXPECT_EQ(post("/subjects/s/versions", json::Object{{"schema", old}, {"id", 7}}).status, 200);
  put("/mode/s", json::Object{{"mode", "READWRITE"}});
  restart();
  EXPECT_EQ(post("/subjects/s", json::Object{{"schema", old}}).member("id"), "7");
  EXPECT_EQ(register_avro("t", old).error_code(), 42201);
  EXPECT_EQ(register_avro("s", next).member("version"), "2");
}

TEST_F(RegistrationTest, ALookUpFindsTheVersionThatHasTheSchema) {
  register_avro("s", kInt);
  register_avro("s", kLong);
  const auto found = post("/subjects/s", json::Object{{"schema", kInt}});
  EXPECT_EQ(found.member("version"), "1");
  EXPECT_EQ(found.member("id"), "1");
  EXPECT_EQ(post("/subjects/s", json::Object{{"schema", kString}}).error_code(), 40403);
  EXPECT_EQ(post("/subjects/none", json::Object{{"schema", kInt}}).error_code(), 40401);
}

TEST_F(RegistrationTest, WhatDoesNotFitIsRefusedAndChangesNothing) {
  register_avro("s", record_schema("R", {"a"}));
  const auto refused = register_avro("s", record_schema("R", {"a", "b"}));
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.error_code(), 409);
  EXPECT_NE(refused.body.find("READER_FIELD_MISSING_DEFAULT_VALUE"), std::string::npos)
      << refused.body;
  EXPECT_EQ(get("/subjects/s/versions").body, "[1]");
  put("/config/s", json::Object{{"compatibility", "NONE"}});
  EXPECT_EQ(register_avro("s", record_schema("R", {"a", "b"})).member("version"), "2");
}

TEST_F(RegistrationTest, CompatibilityMayBeAskedForWithoutRegistering) {
  register_avro("s", record_schema("R", {"a"}));
  const json::Object wider{{"schema", record_schema("R", {"a", "b"})}};
  const json::Object same{{"schema", record_schema("R", {"a"})}};
  EXPECT_EQ(post("/compatibility/subjects/s/versions/latest", wider).body,
            R"({"is_compatible":false})");
  EXPECT_EQ(post("/compatibility/subjects/s/versions/1", same).body, R"({"is_compatible":true})");
  EXPECT_EQ(post("/compatibility/subjects/s/versions?verbose=True", same).body,
            R"({"is_compatible":true,"messages":[]})");
  EXPECT_NE(post("/compatibility/subjects/s/versions?verbose=true", wider).member("messages"),
            "[]");
  EXPECT_EQ(post("/compatibility/subjects/s/versions/7", same).error_code(), 40402);
  EXPECT_EQ(post("/compatibility/subjects/new/versions/latest", same).body,
            R"({"is_compatible":true})");
  EXPECT_EQ(get("/subjects").body, R"(["s"])");
}

TEST_F(RegistrationTest, ReferencesAreResolvedAndGuarded) {
  register_avro("address",
                R"({"type":"record","name":"Address","fields":[{"name":"city","type":"string"}]})");
  const json::Value references =
      json::Array{json::Object{{"name", "Address"}, {"subject", "address"}, {"version", 1}}};
  const json::Object person{
      {"schema",
       R"({"type":"record","name":"Person","fields":[{"name":"home","type":"Address"}]})"},
      {"references", references}};
  EXPECT_EQ(post("/subjects/person/versions", person).member("id"), "2");
  EXPECT_EQ(get("/subjects/person/versions/1").member("references"), json::write(references));
  EXPECT_EQ(get("/subjects/address/versions/1/referencedby").body, "[2]");
  EXPECT_EQ(erase("/subjects/address/versions/1").error_code(), 42206);
  EXPECT_EQ(erase("/subjects/address").error_code(), 42206);

  json::Object wrong = person;
  wrong.set("references",
            json::Array{json::Object{{"name", "Address"}, {"subject", "address"}, {"version", 9}}});
  const auto refused = post("/subjects/other/versions", wrong);
  EXPECT_EQ(refused.error_code(), 42201);
  EXPECT_NE(refused.body.find("version 9 of subject address"), std::string::npos) << refused.body;
}

TEST_F(RegistrationTest, ManyAtOnceGetIdsOfTheirOwn) {
  constexpr int kCount = 200;
  std::vector<std::future<int>> ids;
  std::vector<std::shared_ptr<std::promise<int>>> promises;
  for (int i = 0; i < kCount; ++i) {
    auto promise = std::make_shared<std::promise<int>>();
    ids.push_back(promise->get_future());
    // Every schema comes twice, under two subjects.
    const std::string schema = record_schema(cat("R", i / 2), {"a"});
    rest_->handle({.method = "POST",
                   .path = cat("/subjects/s", i, "/versions"),
                   .query = {},
                   .headers = {},
                   .body = json::write(json::Object{{"schema", schema}})},
                  [promise](const http::Response& response) {
                    promise->set_value(std::stoi(
                        Reply{.status = response.status, .body = response.body}.member("id")));
                  });
  }
  std::map<int, int> uses;
  for (auto& id : ids) ++uses[id.get()];
  EXPECT_EQ(uses.size(), kCount / 2U);
  EXPECT_EQ(uses.begin()->first, 1);
  EXPECT_EQ(uses.rbegin()->first, kCount / 2);
  for (const auto& [id, count] : uses) EXPECT_EQ(count, 2) << id;
}

TEST_F(RegistrationTest, WhatComesTogetherIsWrittenInBatchesThatFit) {
  const json::Object properties{{"doc", std::string(300'000, 'd')}};
  put("/config", json::Object{{"overrideMetadata", json::Object{{"properties", properties}}}});
  const std::vector<json::Object> bodies(8, json::Object{{"schema", kInt}});
  for (const Reply& reply : register_together(bodies)) EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(get("/subjects").json().array()->size(), 8U);
}

TEST_F(RegistrationTest, AnIdThatIsImportedTwiceAtOnceStandsForOneSchema) {
  put("/mode", json::Object{{"mode", "IMPORT"}});
  const auto imported = [](const char* schema) {
    return json::Object{{"schema", schema}, {"id", 40}};
  };
  const auto replies = register_together({imported(kInt), imported(kInt), imported(kLong)});
  EXPECT_EQ(replies[0].status, 200);
  EXPECT_EQ(replies[1].status, 200);
  EXPECT_EQ(replies[2].error_code(), 42207);
  EXPECT_EQ(get("/subjects").body, R"(["s0","s1"])");
}

TEST_F(RegistrationTest, TheGuidIsConfluents) {
  // printf '"string"' | md5sum
  EXPECT_EQ(register_avro("s", kString).member("guid"),
            R"("095d71cf-1255-6b9d-5e33-0ad575b3df5d")");
}

TEST_F(RegistrationTest, AGuidFindsItsSchemaAndIds) {
  register_avro("s", kInt);
  const auto registered = register_avro("s", kInt).json();
  const std::string path = cat("/schemas/guids/", *registered.object()->text("guid"));
  EXPECT_EQ(get(path).member("schema"), R"("\"int\"")");
  EXPECT_EQ(get(path + "/ids").body, R"([{"context":".","id":1}])");
  EXPECT_EQ(get("/schemas/guids/none").error_code(), 40403);
}

TEST_F(RegistrationTest, ListsHavePages) {
  for (const char* subject : {"a", "b", "c", "d"}) register_avro(subject, kInt);
  EXPECT_EQ(get("/subjects?deleted=false&deleted_only=false&offset=0&limit=-1").body,
            R"(["a","b","c","d"])");
  EXPECT_EQ(get("/subjects?offset=1&limit=2").body, R"(["b","c"])");
  EXPECT_EQ(get("/subjects?offset=9").body, "[]");
  EXPECT_EQ(get("/subjects?offset=x").status, 422);
  EXPECT_EQ(get("/subjects?subjectPrefix=b").body, R"(["b"])");
  EXPECT_EQ(get("/schemas?subjectPrefix=c&latestOnly=true").json().array()->size(), 1U);
}

}  // namespace
}  // namespace millrace::registry
