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
  EXPECT_EQ(erase("/config/s").body, R"({"compatibilityLevel":"NONE"})");
  EXPECT_EQ(erase("/config/s").error_code(), 40401);
  EXPECT_EQ(erase("/config").status, 200);
  EXPECT_EQ(get("/config").body, R"({"compatibilityLevel":"BACKWARD"})");
}

TEST_F(SettingsTest, WhatHasNoMeaningIsRefused) {
  EXPECT_EQ(put("/config/s", level("SIDEWARD")).error_code(), 42203);
  EXPECT_EQ(put("/config/s", json::Object{{"alias", "t"}}).status, 422);
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
