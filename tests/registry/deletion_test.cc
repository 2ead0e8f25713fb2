#include "base/text.h"
#include "registry/harness.h"

namespace millrace::registry {
namespace {

class DeletionTest : public RegistryTest {
 protected:
  void SetUp() override {
    RegistryTest::SetUp();
    register_avro("s", R"("int")");
    register_avro("s", R"("long")");
  }
};

TEST_F(DeletionTest, ASoftlyDeletedVersionIsSeenByThoseWhoAskForIt) {
  EXPECT_EQ(erase("/subjects/s/versions/1").body, "1");
  EXPECT_EQ(get("/subjects/s/versions").body, "[2]");
  EXPECT_EQ(get("/subjects/s/versions?deleted=True").body, "[1,2]");
  EXPECT_EQ(get("/subjects/s/versions?deletedOnly=true").body, "[1]");
  EXPECT_EQ(get("/subjects/s/versions?deleted=true&deletedAsNegative=true").body, "[-1,2]");
  EXPECT_EQ(get("/subjects/s/versions/1").error_code(), 40402);
  EXPECT_EQ(get("/subjects/s/versions/1?deleted=true").member("deleted"), "true");
  EXPECT_EQ(get("/schemas/ids/1").status, 200) << "records that have the id can still be read";
  EXPECT_EQ(erase("/subjects/s/versions/1").error_code(), 40406);
}

TEST_F(DeletionTest, OnlyWhatIsSoftlyDeletedGoesForGood) {
  EXPECT_EQ(erase("/subjects/s/versions/1?permanent=true").error_code(), 40407);
  erase("/subjects/s/versions/1");
  EXPECT_EQ(erase("/subjects/s/versions/1?permanent=true").body, "1");
  EXPECT_EQ(get("/subjects/s/versions?deleted=true").body, "[2]");
  EXPECT_EQ(get("/schemas/ids/1").error_code(), 40403);
  EXPECT_EQ(erase("/subjects/s/versions/1?permanent=true").error_code(), 40402);
}

TEST_F(DeletionTest, ASubjectGoesSoftlyThenForGood) {
  EXPECT_EQ(erase("/subjects/s?permanent=true").error_code(), 40405);
  EXPECT_EQ(erase("/subjects/s").body, "[1,2]");
  EXPECT_EQ(get("/subjects").body, "[]");
  EXPECT_EQ(get("/subjects?deleted=true").body, R"(["s"])");
  EXPECT_EQ(get("/subjects/s/versions").error_code(), 40401);
  EXPECT_EQ(erase("/subjects/s").error_code(), 40404);
  EXPECT_EQ(erase("/subjects/s?permanent=true").body, "[1,2]");
  EXPECT_EQ(erase("/subjects/s").error_code(), 40401);
}

TEST_F(DeletionTest, VersionsGoOnAboveDeletedOnesAndBeginAnewWhereNoneIsLeft) {
  erase("/subjects/s");
  EXPECT_EQ(register_avro("s", R"("double")").member("version"), "3");
  erase("/subjects/s");
  erase("/subjects/s?permanent=true");
  EXPECT_EQ(register_avro("s", R"("double")").member("version"), "1");
}

TEST_F(DeletionTest, ADeletedSchemaComesBackAsANewVersionWithItsId) {
  erase("/subjects/s");
  const auto again = register_avro("s", R"("int")");
  EXPECT_EQ(again.member("id"), "1");
  EXPECT_EQ(again.member("version"), "3");
  EXPECT_EQ(get("/subjects/s/versions?deleted=true").body, "[2,3]");
}

TEST_F(DeletionTest, NoIdIsGivenTwice) {
  erase("/subjects/s");
  erase("/subjects/s?permanent=true");
  restart();
  EXPECT_EQ(register_avro("s", R"("double")").member("id"), "3");
}

TEST_F(DeletionTest, SettingsOfASubjectGoWithItsLastVersion) {
  put("/config/s", json::Object{{"compatibility", "NONE"}});
  put("/mode/s", json::Object{{"mode", "READWRITE"}});
  erase("/subjects/s");
  EXPECT_EQ(get("/config/s").status, 200);
  erase("/subjects/s?permanent=true");
  EXPECT_EQ(get("/config/s").error_code(), 40408);
  EXPECT_EQ(get("/mode/s").error_code(), 40409);
}

TEST_F(DeletionTest, WhatIsNotThereIsSaid) {
  EXPECT_EQ(erase("/subjects/none").error_code(), 40401);
  EXPECT_EQ(erase("/subjects/none/versions/1").error_code(), 40401);
  EXPECT_EQ(erase("/subjects/s/versions/7").error_code(), 40402);
}

}  // namespace
}  // namespace millrace::registry
