// Paths, bodies, types and who may ask.
#include "registry/rest/rest.h"

#include "base/text.h"
#include "registry/harness.h"

namespace millrace::registry {
namespace {

class RestTest : public RegistryTest {};

TEST_F(RestTest, WhatIsNoPathIs404AndWhatIsNoMethod405) {
  EXPECT_EQ(get("/nothing").status, 404);
  EXPECT_EQ(get("/subjects/%zz").status, 404);
  EXPECT_EQ(get("/subjects/../config").status, 404);
  EXPECT_EQ(ask("PATCH", "/subjects").status, 405);
  EXPECT_EQ(get("/").body, "{}");
  EXPECT_EQ(get("/subjects/").body, "[]") << "a slash at the end does not count";
  EXPECT_EQ(get("/schemas/types").body, R"(["JSON","PROTOBUF","AVRO"])");
}

TEST_F(RestTest, SubjectsMayHaveSlashesAndLettersOfAnyLanguage) {
  EXPECT_EQ(register_avro("a%2F..%2Fb%20%C3%A9", R"("int")").status, 200);
  EXPECT_EQ(get("/subjects").body, R"(["a/../b é"])");
  EXPECT_EQ(get("/subjects/a%2F..%2Fb%20%C3%A9/versions").body, "[1]");
  EXPECT_EQ(register_avro("a%00b", R"("int")").error_code(), 42208);
  EXPECT_EQ(register_avro("__GLOBAL", R"("int")").error_code(), 42208);
}

TEST_F(RestTest, NamesThatNoRecordCouldHoldAreRefused) {
  for (const char* subject : {"%FF", ":.%FF:s", "%ED%A0%80", "a%0Ab"}) {
    EXPECT_EQ(register_avro(subject, R"("int")").error_code(), 42208) << subject;
    const std::string config = cat("/config/", subject);
    EXPECT_EQ(put(config, json::Object{{"compatibility", "NONE"}}).error_code(), 42208) << subject;
    const std::string mode = cat("/mode/", subject);
    EXPECT_EQ(put(mode, json::Object{{"mode", "READONLY"}}).error_code(), 42208) << subject;
  }
  EXPECT_EQ(put("/config/:.%FF:", json::Object{{"compatibility", "NONE"}}).error_code(), 42208);
  EXPECT_EQ(put("/contexts/.%FF/config", json::Object{{"compatibility", "NONE"}}).status, 404);
  EXPECT_EQ(put("/contexts/:.%FF:/mode", json::Object{{"mode", "READONLY"}}).status, 404);
  register_avro("s", R"("int")");
  const json::Object association{{"resourceName", "orders"},
                                 {"resourceNamespace", "lkc"},
                                 {"associations", json::Array{json::Object{{"subject", "s"}}}}};
  for (const char* id : {"%FF", "%ED%A0%80", "a%0Ab"}) {
    const auto refused = put(cat("/associations/resources/", id), association);
    EXPECT_EQ(refused.error_code(), 42212) << id;
  }
  EXPECT_EQ(get("/associations/resources/-/-").body, "[]");
  EXPECT_EQ(put("/config/:.c:", json::Object{{"compatibility", "NONE"}}).status, 200);
}

TEST_F(RestTest, WhatIsAnsweredIsThereAfterARestart) {
  const std::vector<std::pair<const char*, const char*>> schemas = {
      {"AVRO", R"({"type":"enum","name":"E","doc":"\ud800 \u0000 \uffff","symbols":["A"]})"},
      {"JSON", R"({"title":"\ud800 \u0000","const":1e999})"},
      {"PROTOBUF",
       R"(syntax = "proto2"; message M { optional bytes b = 1 [default = "\377\000"]; })"},
      {"PROTOBUF", R"(syntax = "proto2"; message M { optional string s = 1 [default = "\377"]; })"},
  };
  std::string subjects;
  for (const auto& [type, schema] : schemas) {
    const std::string subject = cat("s", subjects.size());
    const auto reply = post(cat("/subjects/", subject, "/versions"),
                            json::Object{{"schemaType", type}, {"schema", schema}});
    if (reply.status == 200) subjects += cat(subjects.empty() ? "" : ",", '"', subject, '"');
    EXPECT_TRUE(reply.status == 200 || reply.error_code() == 42201) << schema;
  }
  restart();
  EXPECT_EQ(get("/subjects").body, cat('[', subjects, ']'));
}

TEST_F(RestTest, AnswersAreUtf8WhateverWasAsked) {
  const auto refused =
      ask_with_body("POST", "/subjects/s/versions", "{}", {{"Content-Type", "\xff"}});
  EXPECT_EQ(refused.status, 415);
  EXPECT_TRUE(json::parse(refused.body)) << refused.body;
  EXPECT_TRUE(json::parse(get("/\xff").body));
}

TEST_F(RestTest, BadBodiesAreRefusedByKind) {
  EXPECT_EQ(ask_with_body("POST", "/subjects/s/versions", "{").status, 400);
  EXPECT_EQ(ask_with_body("POST", "/subjects/s/versions", "[]").status, 400);
  EXPECT_EQ(ask_with_body("POST", "/subjects/s/versions", "\"\xff\"").status, 400);
  EXPECT_EQ(ask_with_body("POST", "/subjects/s/versions", std::string(20'000, '[')).status, 400);
  EXPECT_EQ(ask_with_body("POST", "/subjects/s/versions", "{}").status, 422);
  EXPECT_EQ(post("/subjects/s/versions", json::Object{{"schema", 1}}).status, 400);
  EXPECT_EQ(post("/subjects/s/versions", json::Object{{"schema", ""}}).error_code(), 42201);
  EXPECT_EQ(post("/subjects/s/versions", json::Object{{"schema", "{"}}).error_code(), 42201);
  EXPECT_EQ(
      post("/subjects/s/versions", json::Object{{"schema", R"("int")"}, {"schemaType", "XML"}})
          .error_code(),
      42201);
  EXPECT_EQ(
      post("/subjects/s/versions", json::Object{{"schema", R"("int")"}, {"references", "all"}})
          .status,
      400);
  for (const char* member : {"metadata", "ruleSet"}) {
    const json::Object body{{"schema", R"("int")"}, {member, json::Array{1}}};
    EXPECT_EQ(post("/subjects/s/versions", body).status, 400) << member;
  }
  const json::Object many{{"schema", R"("int")"},
                          {"metadata", json::Object{{"tags", json::Array(20'000, 1)}}}};
  EXPECT_EQ(post("/subjects/s/versions", many).status, 400);
  EXPECT_EQ(ask_with_body("POST", "/subjects/s/versions", "{}",
                          {{"Content-Type", "application/x-www-form-urlencoded"}})
                .status,
            415);
  EXPECT_EQ(get("/subjects").body, "[]");
}

TEST_F(RestTest, SchemasAreListedAThousandAtMost) {
  put("/config", json::Object{{"compatibility", "NONE"}});
  for (int i = 0; i < 1'002; ++i) {
    ASSERT_EQ(register_avro("s", record_schema("R", {cat("f", i)})).status, 200);
  }
  EXPECT_EQ(get("/schemas").json().array()->size(), 1'000U);
  EXPECT_EQ(get("/schemas?offset=1000").json().array()->size(), 2U);
  EXPECT_EQ(get("/schemas?limit=3&offset=1000").json().array()->size(), 2U);
  EXPECT_EQ(get("/schemas?limit=2").json().array()->size(), 2U);
}

TEST_F(RestTest, AListOfSchemasIsBounded) {
  const std::string doc(1'000'000, 'd');
  for (int i = 0; i < 68; ++i) {
    const std::string name = cat("R", i);
    const json::Value schema =
        cat(R"({"type":"record","name":")", name, R"(","doc":")", doc, R"(","fields":[]})");
    ASSERT_EQ(post(cat("/subjects/", name, "/versions"), json::Object{{"schema", schema}}).status,
              200);
  }
  const auto refused = get("/schemas");
  EXPECT_EQ(refused.error_code(), 422);
  EXPECT_NE(refused.body.find("limit=67"), std::string::npos) << refused.body;
  EXPECT_EQ(get("/schemas?limit=67").status, 200);
  EXPECT_EQ(get("/schemas?offset=67&limit=67").json().array()->size(), 1U);
}

TEST_F(RestTest, IdsAndVersionsOutOfRangeAreRefused) {
  register_avro("s", R"("int")");
  for (const char* id : {"x", "4294967297", "99999999999999999999", "1.5"}) {
    EXPECT_EQ(get(cat("/schemas/ids/", id)).status, 404) << id;
  }
  EXPECT_EQ(get("/schemas/ids/2147483647").error_code(), 40403);
  EXPECT_EQ(get("/schemas/ids/-1").error_code(), 40403);
  for (const char* version : {"0", "-2", "x", "2147483648", "latestt"}) {
    EXPECT_EQ(get(cat("/subjects/s/versions/", version)).error_code(), 42202) << version;
  }
}

TEST_F(RestTest, WhatIsTooLargeForTheTopicIsRefused) {
  const std::string large = json::write(json::Object{{"type", "enum"},
                                                     {"name", "E"},
                                                     {"doc", std::string(2'000'000, 'd')},
                                                     {"symbols", json::Array{"A"}}});
  const auto refused = register_avro("s", large);
  EXPECT_EQ(refused.error_code(), 42209) << refused.body.substr(0, 300);
  EXPECT_EQ(get("/subjects").body, "[]");
  EXPECT_EQ(register_avro("s", R"("int")").status, 200);
}

TEST_F(RestTest, ABasePathStandsInFront) {
  serve({.base_path = "/apis/ccompat/v7"});
  EXPECT_EQ(get("/apis/ccompat/v7/subjects").body, "[]");
  EXPECT_EQ(get("/subjects").status, 404);
}

TEST_F(RestTest, CredentialsAreIgnoredUnlessAskedFor) {
  const Headers nobody{{"Authorization", "Basic Og=="}};  // an empty name and password
  EXPECT_EQ(ask("GET", "/subjects", {}, nobody).status, 200);
  serve({.credentials = *rest::Credentials::parse("# who\nann:s3cret:x\n\nbob:\n")});
  EXPECT_EQ(get("/subjects").status, 401);
  EXPECT_EQ(ask("GET", "/subjects", {}, nobody).status, 401);
  EXPECT_EQ(ask("GET", "/subjects", {}, {{"authorization", "basic YW5uOnMzY3JldDp4"}}).status, 200);
  EXPECT_EQ(ask("GET", "/subjects", {}, {{"Authorization", "Basic YW5uOnMzY3JldA=="}}).status, 401);
  EXPECT_EQ(ask("GET", "/subjects", {}, {{"Authorization", "Basic ????"}}).status, 401);
  EXPECT_EQ(ask("GET", "/subjects", {}, {{"Authorization", "Bearer YW5u"}}).status, 401);
}

TEST(Credentials, ALineWithoutAColonIsNamed) {
  const auto parsed = rest::Credentials::parse("a:b\nonly a name\n");
  ASSERT_FALSE(parsed);
  EXPECT_NE(parsed.error().message().find("line 2"), std::string::npos);
  EXPECT_FALSE(rest::Credentials::parse("# nobody\n"));
}

}  // namespace
}  // namespace millrace::registry
