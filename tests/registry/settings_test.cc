#include "base/text.h"
#include "registry/harness.h"

namespace millrace::registry {
namespace {

class SettingsTest : public RegistryTest {
 protected:
  static json::Value level(const char* name) { return json::Object{{"compatibility", name}}; }
  static json::Value mode(const char* name) { return json::Object{{"mode", name}}; }
};

TEST_F(SettingsTest, TheLevelIsTheSubjectsOwnElseEverybodys) {
  EXPECT_EQ(get("/config").body, R"({"compatibilityLevel":"BACKWARD"})");
  EXPECT_EQ(get("/config/s").error_code(), 40408);
  EXPECT_EQ(get("/config/s?defaultToGlobal=true").body, R"({"compatibilityLevel":"BACKWARD"})");
  EXPECT_EQ(put("/config", level("full_transitive")).body,
            R"({"compatibility":"full_transitive"})");
  EXPECT_EQ(get("/config").body, R"({"compatibilityLevel":"FULL_TRANSITIVE"})");
  put("/config/s", level("NONE"));
  EXPECT_EQ(get("/config/s").body, R"({"compatibilityLevel":"NONE"})");
  put("/config/s", json::Object{{"normalize", true}, {"compatibility", nullptr}});
  EXPECT_EQ(get("/config/s").body, R"({"normalize":true})") << "null takes a member away";
  put("/config/s", json::Object{{"normalize", nullptr}, {"compatibility", "NONE"}});
  EXPECT_EQ(erase("/config/s").body, R"({"compatibilityLevel":"NONE"})");
  EXPECT_EQ(erase("/config/s").error_code(), 40401);
  EXPECT_EQ(erase("/config").status, 200);
  EXPECT_EQ(get("/config").body, R"({"compatibilityLevel":"BACKWARD"})");
}

TEST_F(SettingsTest, WhatHasNoMeaningIsRefused) {
  EXPECT_EQ(put("/config/s", level("SIDEWARD")).error_code(), 42203);
  EXPECT_EQ(put("/config/s", json::Object{{"validateRules", true}}).status, 422);
  EXPECT_EQ(put("/config/s", json::Object{{"alias", 1}}).error_code(), 422);
  EXPECT_EQ(put("/config/s", json::Object{{"alias", "a\nb"}}).error_code(), 42208);
  EXPECT_EQ(put("/mode/s", mode("SOMETIMES")).error_code(), 42204);
  EXPECT_EQ(put("/mode/s", json::Object()).error_code(), 42204);
  EXPECT_EQ(get("/config/s").error_code(), 40408);
}

TEST_F(SettingsTest, TransitiveLevelsLookAtEveryVersion) {
  put("/config/s", level("NONE"));
  register_avro("s", record_schema("R", {"a", "b"}));
  register_avro("s", record_schema("R", {"a", "b", "c"}));
  register_avro("s", record_schema("R", {"a"}));
  // Readers of {a} read what was written with {b}? Not the other way round.
  const json::Object wanted{{"schema", record_schema("R", {"a", "c"})}};
  put("/config/s", level("FORWARD"));
  EXPECT_EQ(post("/compatibility/subjects/s/versions", wanted).body, R"({"is_compatible":true})");
  put("/config/s", level("FORWARD_TRANSITIVE"));
  EXPECT_EQ(post("/compatibility/subjects/s/versions", wanted).body, R"({"is_compatible":false})");
  const auto told = post("/compatibility/subjects/s/versions?verbose=true", wanted).json();
  const json::Array& messages = *told.object()->find("messages")->array();
  ASSERT_EQ(messages.size(), 1U) << "the newest that does not fit is enough";
  EXPECT_NE(messages[0].string()->find("version 2"), std::string::npos) << *messages[0].string();
}

TEST_F(SettingsTest, ACompatibilityGroupComparesItsOwnMembersAlone) {
  put("/config/s", json::Object{{"compatibilityGroup", "major"}});
  const auto versioned = [](const char* major, const std::string& schema) {
    return json::Object{{"schema", schema},
                        {"metadata", json::Object{{"properties", json::Object{{"major", major}}}}}};
  };
  EXPECT_EQ(post("/subjects/s/versions", versioned("1", record_schema("R", {"a"}))).status, 200);
  EXPECT_EQ(post("/subjects/s/versions", versioned("1", record_schema("R", {"a", "b"}))).status,
            409);
  EXPECT_EQ(post("/subjects/s/versions", versioned("2", record_schema("R", {"a", "b"}))).status,
            200);
  EXPECT_EQ(get("/subjects/s/metadata?key=major&value=1").member("version"), "1");
  EXPECT_EQ(get("/subjects/s/metadata?key=major&value=3").error_code(), 40403);
}

json::Value parsed(std::string_view text) {
  auto value = json::parse(text);
  EXPECT_TRUE(value) << text;
  return value ? *std::move(value) : json::Value();
}

TEST_F(SettingsTest, AnAliasStandsForTheSubjectBehindIt) {
  register_avro("s", R"("int")");
  EXPECT_EQ(put("/config/old", json::Object{{"alias", "s"}}).status, 200);
  EXPECT_EQ(get("/config/old").member("alias"), R"("s")");
  EXPECT_EQ(get("/subjects/old/versions").body, "[1]");
  EXPECT_EQ(register_avro("old", R"("long")").member("id"), "2");
  EXPECT_EQ(get("/subjects/s/versions").body, "[1,2]");
  EXPECT_EQ(get("/subjects/old/versions/latest").member("subject"), R"("s")");
  EXPECT_EQ(post("/subjects/old", json::Object{{"schema", R"("int")"}}).member("subject"),
            R"("s")");
  EXPECT_EQ(
      post("/compatibility/subjects/old/versions/1", json::Object{{"schema", R"("string")"}}).body,
      R"({"is_compatible":false})");
  EXPECT_EQ(get("/subjects").body, R"(["s"])");
  EXPECT_EQ(get("/config/s").error_code(), 40408) << "settings are those of the alias itself";
  EXPECT_EQ(erase("/subjects/old/versions/1").body, "1");
  put("/config/old", json::Object{{"alias", nullptr}});
  EXPECT_EQ(get("/subjects/old/versions").error_code(), 40401);
}

TEST_F(SettingsTest, AnAliasIsOfItsOwnContextUnlessItNamesAnother) {
  register_avro(":.dev:s", R"("int")");
  register_avro("s", R"("long")");
  put("/config/:.dev:near", json::Object{{"alias", "s"}});
  put("/config/:.dev:far", json::Object{{"alias", ":.:s"}});
  put("/config/there", json::Object{{"alias", ":.dev:s"}});
  EXPECT_EQ(get("/subjects/:.dev:near/versions/1").member("subject"), R"(":.dev:s")");
  EXPECT_EQ(get("/contexts/.dev/subjects/near/versions/1").member("subject"), R"(":.dev:s")");
  EXPECT_EQ(get("/contexts/.dev/subjects/far/versions/1").member("subject"), R"("s")");
  EXPECT_EQ(get("/schemas/ids/1?subject=there").member("schema"), R"("\"int\"")");
}

TEST_F(SettingsTest, AnAssociationIsOfTheSubjectBehindTheAlias) {
  register_avro("s", R"("int")");
  put("/config/old", json::Object{{"alias", "s"}});
  const json::Object body{{"resourceName", "orders"},
                          {"resourceNamespace", "lkc"},
                          {"resourceId", "id-1"},
                          {"associations", json::Array{json::Object{{"subject", "old"}}}}};
  EXPECT_EQ(post("/associations", body).status, 200);
  EXPECT_EQ(get("/associations/subjects/s").body, get("/associations/subjects/old").body);
  EXPECT_EQ(get("/associations/subjects/s").json().array()->size(), 1U);
}

TEST_F(SettingsTest, MetadataIsMergedOfDefaultsOfTheSchemasOwnAndOfOverrides) {
  put("/config/s", parsed(R"({
      "defaultMetadata": {"properties": {"owner": "nobody", "a": "1"}, "sensitive": ["x"]},
      "overrideMetadata": {"properties": {"team": "data"}, "tags": {"f": ["PII"]}}})"));
  const auto schema = parsed(R"({"schema": "\"int\"", "metadata": {
      "properties": {"owner": "ann", "team": "none"}, "sensitive": ["b"]}})");
  EXPECT_EQ(post("/subjects/s/versions", schema).status, 200);
  const char* merged =
      R"({"tags":{"f":["PII"]},"properties":{"a":"1","owner":"ann","team":"data"},)"
      R"("sensitive":["b","x"]})";
  EXPECT_EQ(get("/subjects/s/versions/1").member("metadata"), merged);
  EXPECT_EQ(post("/subjects/s/versions", schema).member("version"), "1") << "it is there already";
  EXPECT_EQ(post("/subjects/s", schema).member("version"), "1") << "and is found as it came";
  EXPECT_EQ(get("/subjects/s/metadata?key=team&value=data").member("version"), "1");
  restart();
  EXPECT_EQ(get("/subjects/s/versions/1").member("metadata"), merged);
}

TEST_F(SettingsTest, RulesAreMergedByName) {
  put("/config", parsed(R"({
      "defaultRuleSet": {"domainRules": [{"name": "a", "type": "CEL", "mode": "WRITE", "expr": "1"},
                                         {"name": "b", "type": "CEL", "mode": "READ"}]},
      "overrideRuleSet": {"migrationRules": [{"name": "m", "type": "JSONATA", "mode": "UPGRADE"}]}})"));
  EXPECT_EQ(
      post("/subjects/s/versions", parsed(R"({"schema": "\"int\"", "ruleSet": {"domainRules": [
      {"name": "a", "type": "CEL", "mode": "WRITE", "expr": "2"}]}})"))
          .status,
      200);
  EXPECT_EQ(get("/subjects/s/versions/1").member("ruleSet"),
            R"({"migrationRules":[{"name":"m","type":"JSONATA","mode":"UPGRADE"}],"domainRules":[)"
            R"({"name":"b","type":"CEL","mode":"READ"},)"
            R"({"name":"a","type":"CEL","mode":"WRITE","expr":"2"}]})");
}

TEST_F(SettingsTest, WhatASchemaDoesNotSayItHasFromTheLatestVersion) {
  const auto first =
      parsed(R"({"schema": "\"int\"", "metadata": {"properties": {"owner": "ann"}}})");
  EXPECT_EQ(post("/subjects/s/versions", first).member("version"), "1");
  EXPECT_EQ(register_avro("s", R"("long")").member("version"), "2");
  EXPECT_EQ(get("/subjects/s/versions/2").member("metadata"), R"({"properties":{"owner":"ann"}})");
  EXPECT_EQ(post("/subjects/s", json::Object{{"schema", R"("long")"}}).member("version"), "2");
  EXPECT_EQ(register_avro("s", R"("long")").member("version"), "2");
  const auto renamed = parsed(R"({"metadata": {"properties": {"owner": "bob"}}})");
  EXPECT_EQ(post("/subjects/s/versions", renamed).member("version"), "3");
  EXPECT_EQ(get("/subjects/s/versions/3").member("schema"), R"("\"long\"")") << "nor its text";
  EXPECT_EQ(get("/subjects/s/versions/3").member("metadata"), R"({"properties":{"owner":"bob"}})");
}

TEST_F(SettingsTest, WhatIsRegisteredAgainIsTheVersionItWas) {
  register_avro("s", R"("int")");
  const auto owned = [](const char* schema) {
    return json::Object{{"schema", schema},
                        {"metadata", parsed(R"({"properties": {"owner": "ann"}})")}};
  };
  EXPECT_EQ(post("/subjects/s/versions", owned(R"("int")")).member("version"), "2");
  EXPECT_EQ(register_avro("s", R"("int")").member("version"), "1");
  EXPECT_EQ(post("/subjects/s/versions", json::Object()).member("version"), "2")
      << "without a text it is the latest version's, with its metadata";
  EXPECT_EQ(post("/subjects/s/versions", owned(R"("long")")).member("version"), "3");
  EXPECT_EQ(register_avro("s", R"("int")").member("version"), "1");
  EXPECT_EQ(post("/subjects/s/versions", owned(R"("int")")).member("version"), "2");
  EXPECT_EQ(get("/subjects/s/versions").body, "[1,2,3]");
}

TEST_F(SettingsTest, AVersionTellsItsNumberWhereItIsAskedTo) {
  const auto version = [](const char* schema, const json::Value& number) {
    return json::Object{{"schema", schema}, {"version", number}};
  };
  const auto telling = [](const char* schema, const char* number) {
    const json::Object properties{{"confluent:version", number}};
    return json::Object{{"schema", schema}, {"metadata", json::Object{{"properties", properties}}}};
  };
  const auto told = [&](int number) {
    return get(cat("/subjects/s/versions/", number)).member("metadata");
  };
  register_avro("s", R"("int")");
  EXPECT_EQ(told(1), "");
  EXPECT_EQ(post("/subjects/s/versions", version(R"("int")", 2)).member("id"), "2");
  EXPECT_EQ(told(2), R"({"properties":{"confluent:version":"2"}})");
  EXPECT_EQ(post("/subjects/s/versions", version(R"("int")", 2)).error_code(), 42201);
  EXPECT_EQ(register_avro("s", R"("int")").member("version"), "1");

  EXPECT_EQ(post("/subjects/s", telling(R"("int")", "1")).member("version"), "1");
  EXPECT_EQ(post("/subjects/s", telling(R"("int")", "2")).member("version"), "2");
  EXPECT_EQ(post("/subjects/s", telling(R"("int")", "3")).error_code(), 40403);
  EXPECT_EQ(erase("/subjects/s/versions/1").status, 200);
  EXPECT_EQ(post("/subjects/s", json::Object{{"schema", R"("int")"}}).member("version"), "2");
  EXPECT_EQ(register_avro("s", R"("int")").member("version"), "2");

  EXPECT_EQ(register_avro("s", R"("long")").member("version"), "3");
  EXPECT_EQ(told(3), R"({"properties":{"confluent:version":"3"}})") << "not the one before";
  EXPECT_EQ(register_avro("s", R"("long")").member("version"), "3");
  EXPECT_EQ(post("/subjects/s/versions", json::Object()).member("version"), "3");
  EXPECT_EQ(post("/subjects/s/versions", telling(R"("long")", "0")).member("version"), "4");
  EXPECT_EQ(told(4), R"({"properties":{"confluent:version":"4"}})");
  EXPECT_EQ(post("/subjects/s/versions", telling(R"("long")", "3")).member("version"), "3");
}

TEST_F(SettingsTest, AnImportSaysAllItself) {
  put("/config", parsed(R"({"defaultMetadata": {"properties": {"a": "1"}}})"));
  put("/mode/s", mode("IMPORT"));
  post("/subjects/s/versions", json::Object{{"schema", R"("int")"}, {"id", 40}});
  EXPECT_EQ(get("/subjects/s/versions/1").member("metadata"), "");
}

TEST_F(SettingsTest, MetadataAndRulesThatAreNoneAreRefusedByTheirPath) {
  const auto refused = [&](const char* config, int code, std::string_view path) {
    const auto reply = put("/config/s", parsed(config));
    EXPECT_EQ(reply.error_code(), code) << config;
    EXPECT_NE(reply.body.find(path), std::string::npos) << reply.body;
  };
  refused(R"({"defaultMetadata": 1})", 422, "defaultMetadata");
  refused(R"({"defaultMetadata": {"properties": {"a": 1}}})", 422, "defaultMetadata.properties");
  refused(R"({"overrideMetadata": {"tags": {"a": "b"}}})", 422, "overrideMetadata.tags");
  refused(R"({"overrideMetadata": {"sensitive": [1]}})", 422, "overrideMetadata.sensitive");
  refused(R"({"overrideMetadata": {"secret": []}})", 422, "overrideMetadata.secret");
  refused(R"({"defaultRuleSet": []})", 42210, "defaultRuleSet");
  refused(R"({"defaultRuleSet": {"rules": []}})", 42210, "defaultRuleSet.rules");
  refused(
      R"({"defaultRuleSet": {"domainRules": [{"name": "a", "type": "CEL", "mode": "UPGRADE"}]}})",
      42210, "defaultRuleSet.domainRules[0]");
  refused(R"({"overrideRuleSet": {"domainRules": [{"name": "a", "type": "CEL", "mode": "READ"},
              {"name": "a", "type": "CEL", "mode": "READ"}]}})",
          42210, "overrideRuleSet.domainRules[1]");
  refused(
      R"({"overrideRuleSet": {"migrationRules": [{"name": "1", "type": "CEL", "mode": "UPDOWN"}]}})",
      42210, "overrideRuleSet.migrationRules[0]");
  refused(R"({"overrideRuleSet": {"encodingRules": [{"name": "a", "mode": "READ"}]}})", 42210,
          "overrideRuleSet.encodingRules[0]");
  EXPECT_EQ(get("/config/s").error_code(), 40408);
  EXPECT_EQ(
      put("/config/s", parsed(R"({"defaultMetadata": {"tags": null}, "overrideRuleSet": null})"))
          .status,
      200);
}

TEST_F(SettingsTest, ReadOnlySubjectsCannotBeChanged) {
  register_avro("s", R"("int")");
  EXPECT_EQ(put("/mode/s", mode("readonly")).body, R"({"mode":"READONLY"})");
  EXPECT_EQ(register_avro("s", R"("long")").error_code(), 42205);
  EXPECT_EQ(erase("/subjects/s").error_code(), 42205);
  EXPECT_EQ(put("/config/s", level("NONE")).error_code(), 42205);
  EXPECT_EQ(get("/subjects/s/versions").body, "[1]");
  EXPECT_EQ(register_avro("t", R"("long")").status, 200);
  EXPECT_EQ(erase("/mode/s").body, R"({"mode":"READONLY"})");
  EXPECT_EQ(register_avro("s", R"("long")").status, 200);
}

TEST_F(SettingsTest, TheOverrideHoldsForSubjectsWithAModeOfTheirOwn) {
  put("/mode/s", mode("READWRITE"));
  put("/mode", mode("READONLY_OVERRIDE"));
  EXPECT_EQ(register_avro("s", R"("int")").error_code(), 42205);
  put("/mode", mode("READWRITE"));
  EXPECT_EQ(register_avro("s", R"("int")").status, 200);
}

TEST_F(SettingsTest, AnImportBringsIdsAndVersions) {
  const json::Object imported{{"schema", R"("int")"}, {"id", 40}, {"version", 7}};
  EXPECT_EQ(post("/subjects/s/versions", imported).error_code(), 42205);
  EXPECT_EQ(put("/mode/s", mode("IMPORT")).status, 200);
  const auto done = post("/subjects/s/versions", imported);
  EXPECT_EQ(done.member("id"), "40");
  EXPECT_EQ(done.member("version"), "7");
  EXPECT_EQ(
      post("/subjects/s/versions", json::Object{{"schema", R"("long")"}, {"id", 40}}).error_code(),
      42207);
  EXPECT_EQ(register_avro("s", R"("long")").error_code(), 42205) << "an import brings ids";
  put("/mode/s", mode("READWRITE"));
  EXPECT_EQ(register_avro("s", R"("long")").member("id"), "41");
}

TEST_F(SettingsTest, BehindTheLargestIdThereIsNone) {
  put("/mode/s", mode("IMPORT"));
  const json::Object imported{{"schema", R"("int")"}, {"id", 2'147'483'647}};
  EXPECT_EQ(post("/subjects/s/versions", imported).member("id"), "2147483647");
  put("/mode/s", mode("READWRITE"));
  EXPECT_EQ(register_avro("s", R"("long")").error_code(), 50001);
  EXPECT_EQ(get("/subjects/s/versions").body, "[1]");
}

TEST_F(SettingsTest, BehindTheLargestVersionThereIsNone) {
  put("/mode/s", mode("IMPORT"));
  const json::Object imported{{"schema", R"("int")"}, {"id", 1}, {"version", 2'147'483'647}};
  EXPECT_EQ(post("/subjects/s/versions", imported).member("version"), "2147483647");
  const json::Object next{{"schema", R"("long")"}, {"id", 2}};
  EXPECT_EQ(post("/subjects/s/versions", next).error_code(), 50001);
  put("/mode/s", mode("READWRITE"));
  EXPECT_EQ(register_avro("s", R"("long")").error_code(), 50001);
  EXPECT_EQ(get("/subjects/s/versions").body, "[2147483647]");
}

TEST_F(SettingsTest, AnImportNeedsAnEmptyPlaceOrForce) {
  register_avro("s", R"("int")");
  EXPECT_EQ(put("/mode/s", mode("IMPORT")).error_code(), 42205);
  EXPECT_EQ(put("/mode", mode("IMPORT")).error_code(), 42205);
  EXPECT_EQ(put("/mode/s?force=true", mode("IMPORT")).status, 200);
  put("/mode/s", mode("READWRITE"));
  erase("/subjects/s");
  EXPECT_EQ(put("/mode/s", mode("IMPORT")).status, 200);
  EXPECT_EQ(get("/subjects?deleted=true").body, "[]");
}

TEST_F(SettingsTest, ContextsHaveIdsAndSettingsOfTheirOwn) {
  EXPECT_EQ(register_avro("s", R"("int")").member("id"), "1");
  EXPECT_EQ(register_avro(":.dev:s", R"("long")").member("id"), "1");
  EXPECT_EQ(get("/contexts").body, R"([".",".dev"])");
  EXPECT_EQ(get("/subjects").body, R"([":.dev:s","s"])");
  EXPECT_EQ(get("/subjects?subjectPrefix=:.dev:").body, R"([":.dev:s"])");
  EXPECT_EQ(get("/contexts/.dev/subjects").body, R"([":.dev:s"])");
  EXPECT_EQ(get("/contexts/.dev/subjects/s/versions/1").member("schema"), R"("\"long\"")");
  EXPECT_EQ(get("/schemas/ids/1").member("schema"), R"("\"int\"")");
  EXPECT_EQ(get("/schemas/ids/1?subject=:.dev:s").member("schema"), R"("\"long\"")");
  EXPECT_EQ(get("/subjects/:.:s/versions").body, "[1]") << "the default context by its name";
  put("/config/:.dev:", level("NONE"));
  EXPECT_EQ(get("/config/:.dev:s?defaultToGlobal=true").body, R"({"compatibilityLevel":"NONE"})");
  EXPECT_EQ(get("/config/s?defaultToGlobal=true").body, R"({"compatibilityLevel":"BACKWARD"})");
  EXPECT_EQ(erase("/contexts/.dev").error_code(), 42205);
  erase("/subjects/:.dev:s");
  erase("/subjects/:.dev:s?permanent=true");
  EXPECT_EQ(erase("/contexts/.dev").status, 200);
  EXPECT_EQ(get("/contexts").body, R"(["."])");
}

}  // namespace
}  // namespace millrace::registry
