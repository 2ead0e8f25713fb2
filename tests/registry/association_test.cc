// Associations of subjects with topics: making, finding, changing and deleting them.
#include "registry/association.h"

#include "base/text.h"
#include "registry/harness.h"

namespace millrace::registry {
namespace {

constexpr const char* kInt = R"({"schema":"\"int\""})";

json::Value parsed(std::string_view text) {
  auto value = json::parse(text);
  EXPECT_TRUE(value) << text;
  return value ? *std::move(value) : json::Value();
}

/// A request about the topic "orders" of the cluster "lkc", which has that id.
json::Value about_orders(std::string_view associations, std::string_view id = "id-1") {
  return json::Object{{"resourceName", "orders"},
                      {"resourceNamespace", "lkc"},
                      {"resourceId", id},
                      {"associations", parsed(associations)}};
}

std::string weak(std::string_view subject, std::string_view type = "value") {
  return cat(R"({"subject":")", subject, R"(","associationType":")", type,
             R"(","lifecycle":"WEAK"})");
}

std::string strong(std::string_view type = "value", std::string_view schema = kInt) {
  return cat(R"({"associationType":")", type, R"(","schema":)", schema, "}");
}

class AssociationTest : public RegistryTest {
 protected:
  Reply create(const std::string& associations, std::string_view id = "id-1") {
    return post("/associations", about_orders(cat('[', associations, ']'), id));
  }
  Reply upsert(const std::string& associations, const std::string& id = "id-1") {
    return put(cat("/associations/resources/", id), about_orders(cat('[', associations, ']'), id));
  }
  /// The subjects of what the path lists.
  std::string subjects(const std::string& path) {
    std::string names;
    const auto listed = get(cat("/associations/", path)).json();
    for (const json::Value& one : *listed.array()) {
      names += cat(names.empty() ? "" : " ", *one.object()->text("subject"));
    }
    return names;
  }
  /// Of each result of a batch its error's code, or the subjects of its associations.
  std::vector<std::string> results(const Reply& reply) {
    EXPECT_EQ(reply.status, 207) << reply.body;
    std::vector<std::string> told;
    const auto body = reply.json();
    for (const json::Value& result : *body.object()->find("results")->array()) {
      if (const json::Value* error = result.object()->find("error")) {
        told.push_back(json::write(*error->object()->find("error_code")));
        continue;
      }
      std::string names;
      const auto* infos = result.object()->find("result")->object()->find("associations");
      if (infos != nullptr) {
        for (const json::Value& info : *infos->array()) {
          names += cat(names.empty() ? "" : " ", *info.object()->text("subject"));
        }
      }
      told.push_back(names);
    }
    return told;
  }
};

using Told = std::vector<std::string>;

TEST_F(AssociationTest, AWeakOneIsFoundBySubjectByIdAndByNames) {
  register_avro("shared", R"("int")");
  const auto made = create(weak("shared"));
  EXPECT_EQ(made.status, 200);
  EXPECT_EQ(made.body, R"({"resourceName":"orders","resourceNamespace":"lkc","resourceId":"id-1",)"
                       R"("resourceType":"topic","associations":[{"subject":"shared",)"
                       R"("associationType":"value","lifecycle":"WEAK"}]})");
  for (const char* path : {"subjects/shared", "resources/id-1", "resources/lkc/orders",
                           "resources/-/orders", "resources/lkc/-", "resources/-/-"}) {
    EXPECT_EQ(subjects(path), "shared") << path;
  }
  for (const char* path : {"subjects/other", "resources/id-2", "resources/lkc/order",
                           "resources/lkd/orders", "resources/lkd/-"}) {
    EXPECT_EQ(get(cat("/associations/", path)).body, "[]") << path;
  }
  const auto listed = get("/associations/resources/id-1").json();
  const json::Object& one = *listed.array()->front().object();
  EXPECT_EQ(one.text("resourceType"), "topic");
  EXPECT_EQ(one.text("lifecycle"), "WEAK");
  EXPECT_EQ(one.text("guid")->size(), 36U);
  EXPECT_FALSE(one.contains("frozen")) << "its lifecycle says it";
  EXPECT_EQ(*one.find("createTs"), *one.find("updateTs"));
}

TEST_F(AssociationTest, AStrongOneBringsTheFirstSchemaOfItsOwnSubject) {
  const auto made = create(strong());
  EXPECT_EQ(made.status, 200);
  const auto body = made.json();
  const json::Object& info = *body.object()->find("associations")->array()->front().object();
  EXPECT_EQ(info.text("subject"), ":.lkc:orders-value");
  EXPECT_EQ(info.text("lifecycle"), "STRONG");
  EXPECT_FALSE(info.contains("frozen"));
  EXPECT_EQ(info.find("schema")->object()->text("schema"), R"("int")");
  EXPECT_EQ(get("/subjects/:.lkc:orders-value/versions").body, "[1]");
  EXPECT_EQ(subjects("resources/id-1?lifecycle=STRONG"), ":.lkc:orders-value");
  EXPECT_EQ(subjects("resources/id-1?lifecycle=WEAK"), "");
}

TEST_F(AssociationTest, KeysAndValuesAreMadeTogether) {
  EXPECT_EQ(create(cat(strong("key"), ",", strong("value"))).status, 200);
  EXPECT_EQ(subjects("resources/lkc/orders"), ":.lkc:orders-key :.lkc:orders-value");
  EXPECT_EQ(subjects("resources/lkc/orders?associationType=key"), ":.lkc:orders-key");
  EXPECT_EQ(subjects("resources/lkc/orders?associationType=key&associationType=value&offset=1"),
            ":.lkc:orders-value");
  EXPECT_EQ(subjects("resources/lkc/orders?limit=1"), ":.lkc:orders-key");
  EXPECT_EQ(subjects("resources/lkc/orders?resourceType=cluster"), "");
  EXPECT_EQ(get("/associations/resources/id-1?lifecycle=weak").error_code(), 42212);
  EXPECT_EQ(get("/schemas/ids/1/subjects?subject=:.lkc:").body,
            R"([":.lkc:orders-key",":.lkc:orders-value"])")
      << "one schema has one id";
}

TEST_F(AssociationTest, WhatNoRegistryWouldTakeIsRefusedByMemberAndRemedy) {
  register_avro("shared", R"("int")");
  const auto refused = [&](const json::Value& body, const char* property) {
    for (const auto& reply :
         {post("/associations", body), post("/associations?dryRun=true", body)}) {
      EXPECT_EQ(reply.status, 422) << property;
      EXPECT_EQ(reply.error_code(), 42212) << property;
      EXPECT_NE(reply.body.find(cat("property: '", property, "'")), std::string::npos)
          << reply.body;
    }
  };
  const auto with = [](const char* member, json::Value value) {
    auto body = about_orders(cat('[', weak("shared"), ']'));
    body.object()->set(member, std::move(value));
    return body;
  };
  refused(with("resourceName", nullptr), "resourceName");
  refused(with("resourceName", "a/b"), "resourceName");
  refused(with("resourceName", std::string(257, 'a')), "resourceName");
  refused(with("resourceNamespace", ""), "resourceNamespace");
  refused(with("resourceId", std::string(257, 'a')), "resourceId");
  refused(with("resourceType", "cluster"), "resourceType");
  refused(with("associations", nullptr), "associations");
  refused(with("associations", json::Array()), "associations");
  const auto alone = [&](const char* association, const char* property) {
    refused(about_orders(cat('[', association, ']')), property);
  };
  alone(R"({"lifecycle":"WEAK"})", "associations[0].subject");
  alone(R"({"subject":""})", "associations[0].subject");
  alone(R"({"subject":":.lkc:orders-value"})", "associations[0].subject");
  alone(R"({"subject":"shared","associationType":"header"})", "associations[0].associationType");
  alone(R"({"subject":"shared","lifecycle":"FIRM"})", "associations[0].lifecycle");
  alone(R"({"subject":"shared","frozen":true})", "associations[0].frozen");
  alone(R"({"schema":{"schema":"\"int\""},"lifecycle":"WEAK"})", "associations[0].lifecycle");
  alone(R"({"schema":{"schema":"\"int\""},"frozen":false})", "associations[0].frozen");
  alone(R"({"schema":{"schema":"\"int\""},"subject":"shared"})", "associations[0].subject");
  alone(R"({"lifecycle":"STRONG"})", "associations[0].schema");
  alone(R"({"subject":"shared"},{"subject":"shared"})", "associations[1].associationType");
  EXPECT_EQ(post("/associations", with("resourceId", nullptr)).error_code(), 42212);
  EXPECT_EQ(post("/associations?dryRun=true", with("resourceId", nullptr)).status, 200);
  EXPECT_EQ(get("/associations/resources/-/-").body, "[]");
  EXPECT_EQ(get("/subjects").body, R"(["shared"])");
}

TEST_F(AssociationTest, MembersOfTheWrongKindAreNamedByTheirPath) {
  const auto refused = [&](const char* associations, const char* path) {
    const auto reply = post("/associations", about_orders(associations));
    EXPECT_EQ(reply.error_code(), 400) << associations;
    EXPECT_NE(reply.body.find(cat("\\\"", path, "\\\"")), std::string::npos) << reply.body;
  };
  refused("{}", "associations");
  refused("[1]", "associations[0]");
  refused(R"([{"subject":1}])", "associations[0].subject");
  refused(R"([{"subject":"a"},{"frozen":"no"}])", "associations[1].frozen");
  refused(R"([{"schema":"int"}])", "associations[0].schema");
  refused(R"([{"schema":{"schema":1}}])", "associations[0].schema.schema");
  refused(R"([{"schema":{"schema":"","references":1}}])", "associations[0].schema.references");
  const auto batch = post("/associations:batchMutate",
                          parsed(R"({"requests":[{"resourceName":"a"},{"resourceName":[]}]})"));
  EXPECT_NE(batch.body.find("requests[1].resourceName"), std::string::npos) << batch.body;
  EXPECT_EQ(post("/associations:batchMutate", json::Object()).error_code(), 42212);
  EXPECT_EQ(post("/associations:batchGet", json::Object()).error_code(), 42212);
}

TEST_F(AssociationTest, WhatIsThereAlreadyIsRefusedByItsOwnCode) {
  register_avro("shared", R"("int")");
  register_avro("other", R"("int")");
  EXPECT_EQ(create(weak("none")).error_code(), 40907) << "the subject has no version";
  EXPECT_EQ(create(weak("shared")).status, 200);
  EXPECT_EQ(create(weak("other")).error_code(), 40903);
  EXPECT_EQ(create(strong()).error_code(), 40903);
  EXPECT_EQ(create(weak("shared"), "id-2").status, 200) << "others may share it";

  EXPECT_EQ(create(strong(), "id-3").status, 200);
  EXPECT_EQ(create(strong(), "id-4").error_code(), 40904);
  const std::string elsewhere = R"([{"subject":":.lkc:orders-value"}])";
  auto body = about_orders(elsewhere, "id-5");
  body.object()->set("resourceName", "payments");
  EXPECT_EQ(post("/associations", body).error_code(), 40905);
  EXPECT_EQ(create(strong("value", R"({"schema":"\"long\""})"), "id-3").error_code(), 40903);
  EXPECT_EQ(upsert(weak("shared"), "id-3").error_code(), 42212) << "frozen ones keep their subject";
  EXPECT_EQ(create(weak("shared"), "id-3").error_code(), 42212);
  EXPECT_EQ(create(strong("key", R"({"schema":"{"})"), "id-6").error_code(), 42201);
  EXPECT_EQ(subjects("resources/-/-"), ":.lkc:orders-value shared");
}

TEST_F(AssociationTest, AskingAgainForTheSameChangesNothing) {
  register_avro("shared", R"("int")");
  create(weak("shared"));
  const auto before = get("/associations/resources/id-1").body;
  const auto again = create(weak("shared"));
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.member("associations"), "") << "none is new";
  EXPECT_EQ(upsert(R"({"associationType":"value"})").status, 200);
  EXPECT_EQ(get("/associations/resources/id-1").body, before);

  EXPECT_EQ(create(strong("key"), "id-2").status, 200);
  EXPECT_EQ(create(strong("key"), "id-2").status, 200);
  auto asked_before = about_orders(cat('[', strong("key"), ']'));
  asked_before.object()->erase("resourceId");
  EXPECT_EQ(post("/associations?dryRun=true", asked_before).status, 200)
      << "who makes the topic asks before it has an id, and again when it retries";
  EXPECT_EQ(get("/subjects/:.lkc:orders-key/versions").body, "[1]");
}

TEST_F(AssociationTest, ADryRunChecksAndChangesNothing) {
  const auto body = about_orders(cat('[', strong(), ']'));
  const auto asked = post("/associations?dryRun=true", body);
  EXPECT_EQ(asked.status, 200);
  EXPECT_EQ(asked.member("associations"), "");
  EXPECT_EQ(get("/subjects").body, "[]");
  EXPECT_EQ(get("/associations/resources/-/-").body, "[]");
  create(strong());
  EXPECT_EQ(erase("/associations/resources/id-1?dryRun=true").error_code(), 40908);
  EXPECT_EQ(erase("/associations/resources/id-1?dryRun=true&cascadeLifecycle=true").status, 204);
  EXPECT_EQ(subjects("resources/id-1"), ":.lkc:orders-value");
}

TEST_F(AssociationTest, AnUpsertAddsWeakOnesOnly) {
  register_avro("shared", R"("int")");
  EXPECT_EQ(upsert(R"({"subject":"shared"})").status, 200);
  EXPECT_EQ(upsert(weak("shared", "key")).status, 200);
  EXPECT_EQ(upsert(strong(), "id-2").error_code(), 42212);
  EXPECT_EQ(upsert(R"({"lifecycle":"STRONG"})", "id-2").error_code(), 42212);
  EXPECT_EQ(upsert(R"({"lifecycle":"STRONG","frozen":true})").error_code(), 42212);
  EXPECT_EQ(upsert(strong()).error_code(), 42212) << "a weak one takes no schema";
  const auto other = put("/associations/resources/id-1", about_orders("[{}]", "id-2"));
  EXPECT_EQ(other.error_code(), 42212) << "two ids";
  auto without = about_orders(R"([{"subject":"shared"}])");
  without.object()->erase("resourceId");
  EXPECT_EQ(put("/associations/resources/id-3", without).member("resourceId"), R"("id-3")");
}

TEST_F(AssociationTest, AnUpsertWithASchemaAddsAVersionToTheTopicsOwnSubject) {
  create(strong("value", R"({"schema":"\"int\""})"));
  EXPECT_EQ(upsert(strong("value", R"({"schema":"\"long\""})")).status, 200);
  EXPECT_EQ(get("/subjects/:.lkc:orders-value/versions").body, "[1,2]");
  const auto unfit = upsert(strong("value", R"({"schema":"\"string\""})"));
  EXPECT_EQ(unfit.error_code(), 409);
  EXPECT_EQ(get("/subjects/:.lkc:orders-value/versions").body, "[1,2]");
}

TEST_F(AssociationTest, ATopicHasItsSubjectsForItselfOrSharesThem) {
  register_avro("shared", R"("int")");
  EXPECT_EQ(create(cat(strong("key"), ",", weak("shared"))).error_code(), 42212);
  EXPECT_EQ(get("/subjects").body, R"(["shared"])") << "all or none";
  create(weak("shared"));
  EXPECT_EQ(create(strong("key")).error_code(), 42212);
  auto asked_before = about_orders(cat('[', strong("key"), ']'));
  asked_before.object()->erase("resourceId");
  EXPECT_EQ(post("/associations?dryRun=true", asked_before).error_code(), 42212);
  EXPECT_EQ(create(strong("key"), "id-2").status, 200) << "another topic of that name";
}

TEST_F(AssociationTest, AStrongOneNeedsASubjectThatNothingIsInYet) {
  register_avro(":.lkc:orders-value", R"("int")");
  EXPECT_EQ(create(strong()).status, 200) << "its only version is the schema";
  register_avro(":.lkc:orders-key", R"("int")");
  EXPECT_EQ(create(strong("key", R"({"schema":"\"long\""})")).error_code(), 42212);
  register_avro(":.lkc:orders-key", R"("long")");
  EXPECT_EQ(create(strong("key")).error_code(), 42212);
}

TEST_F(AssociationTest, ATopicsOwnSubjectIsNotReferredTo) {
  const json::Array to_own{
      json::Object{{"name", "A"}, {"subject", ":.lkc:orders-value"}, {"version", 1}}};
  const std::string record = record_schema("A", {"a"});
  const json::Object schema{{"schema", record}};
  const json::Object referring{
      {"schema", R"({"type":"record","name":"B","fields":[{"name":"a","type":"A"}]})"},
      {"references", to_own}};
  register_avro(":.lkc:orders-value", record);
  EXPECT_EQ(post("/subjects/b/versions", referring).status, 200);
  EXPECT_EQ(create(strong("value", json::write(schema))).error_code(), 42206);
  erase("/subjects/b");
  EXPECT_EQ(create(strong("value", json::write(schema))).error_code(), 42206)
      << "the referrer may come back";
  erase("/subjects/b?permanent=true");
  EXPECT_EQ(create(strong("value", json::write(schema))).status, 200);
  EXPECT_EQ(post("/subjects/b/versions", referring).error_code(), 42205);
  EXPECT_EQ(erase("/associations/resources/id-1?cascadeLifecycle=true").status, 204);

  register_avro(":.lkc:orders-value", record);
  const auto both =
      cat(strong("value", json::write(schema)), ",", strong("key", json::write(referring)));
  EXPECT_EQ(create(both).error_code(), 42206) << "nor by a schema of the same request";
  EXPECT_EQ(get("/associations/resources/-/-").body, "[]");
}

TEST_F(AssociationTest, WeakOnesGoWithoutTheirSubject) {
  register_avro("k", R"("int")");
  register_avro("v", R"("int")");
  create(cat(weak("k", "key"), ",", weak("v")));
  const auto gone = erase("/associations/resources/id-1?associationType=key");
  EXPECT_EQ(gone.status, 204);
  EXPECT_EQ(gone.body, "");
  EXPECT_EQ(subjects("resources/id-1"), "v");
  EXPECT_EQ(erase("/associations/resources/id-1?associationType=key").error_code(), 40410);
  EXPECT_EQ(erase("/associations/resources/id-1?cascadeLifecycle=true").status, 204);
  EXPECT_EQ(get("/subjects").body, R"(["k","v"])");
  EXPECT_EQ(erase("/associations/resources/id-1").error_code(), 40410);
}

TEST_F(AssociationTest, StrongOnesGoOnlyTogetherWithTheirSubject) {
  create(cat(strong("key"), ",", strong()));
  put("/config/:.lkc:orders-value", json::Object{{"compatibility", "NONE"}});
  EXPECT_EQ(erase("/associations/resources/id-1").error_code(), 40908);
  EXPECT_EQ(erase("/associations/resources/id-1?cascadeLifecycle=true").status, 204);
  EXPECT_EQ(get("/associations/resources/-/-").body, "[]");
  EXPECT_EQ(get("/subjects?deleted=true").body, "[]");
  EXPECT_EQ(get("/config/:.lkc:orders-value").error_code(), 40408);
  restart();
  EXPECT_EQ(create(strong("key", R"({"schema":"\"long\""})")).status, 200);
  EXPECT_EQ(get("/subjects/:.lkc:orders-key/versions/1").member("id"), "2")
      << "no id is given twice";
}

TEST_F(AssociationTest, AnAssociatedSubjectKeepsAVersion) {
  register_avro("shared", R"("int")");
  register_avro("shared", R"("long")");
  create(weak("shared"));
  EXPECT_EQ(erase("/subjects/shared").error_code(), 40904);
  EXPECT_EQ(erase("/subjects/shared/versions/1").status, 200);
  EXPECT_EQ(erase("/subjects/shared/versions/1?permanent=true").status, 200);
  EXPECT_EQ(erase("/subjects/shared/versions/2").error_code(), 40907);
  EXPECT_EQ(get("/subjects/shared/versions").body, "[2]");
  erase("/associations/resources/id-1");
  EXPECT_EQ(erase("/subjects/shared").status, 200);
}

TEST_F(AssociationTest, ReadOnlySubjectsAreNotAssociated) {
  register_avro("shared", R"("int")");
  create(weak("shared"));
  put("/mode/shared", json::Object{{"mode", "READONLY"}});
  EXPECT_EQ(create(weak("shared"), "id-2").error_code(), 42205);
  EXPECT_EQ(erase("/associations/resources/id-1").error_code(), 42205);
}

TEST_F(AssociationTest, AnImportBringsStrongOnesWhoseSchemasAreThere) {
  const char* own = ":.lkc:orders-value";
  const std::string frozen = R"({"lifecycle":"STRONG","frozen":true})";
  put(cat("/mode/", own), json::Object{{"mode", "IMPORT"}});
  EXPECT_EQ(create(frozen).error_code(), 40907) << "its schemas come first";
  const json::Object imported{{"schema", R"("int")"}, {"id", 40}, {"version", 7}};
  EXPECT_EQ(post(cat("/subjects/", own, "/versions"), imported).status, 200);
  EXPECT_EQ(create(strong()).error_code(), 42212) << "and not in the request";
  EXPECT_EQ(upsert(frozen).status, 200);
  EXPECT_EQ(subjects("resources/id-1"), own);
  EXPECT_EQ(erase("/associations/resources/id-1?cascadeLifecycle=true").status, 204);
  EXPECT_EQ(get(cat("/subjects/", own, "/versions")).body, "[7]") << "an import keeps its schemas";
}

TEST_F(AssociationTest, PlainSubjectsAreOfTheCallsContext) {
  register_avro(":.dev:shared", R"("int")");
  const auto body = about_orders(cat('[', weak("shared"), ']'));
  EXPECT_EQ(post("/associations", body).error_code(), 40907);
  EXPECT_EQ(post("/contexts/.dev/associations", body).status, 200);
  EXPECT_EQ(subjects("resources/id-1"), ":.dev:shared");
  EXPECT_EQ(get("/contexts/.dev/associations/subjects/shared").json().array()->size(), 1U);
  EXPECT_EQ(post("/associations?context=:.dev:", body).status, 200) << "the same by a parameter";
  EXPECT_EQ(subjects("subjects/:.dev:shared"), ":.dev:shared");
}

TEST_F(AssociationTest, EverythingSurvivesARestart) {
  register_avro("shared", R"("int")");
  create(cat(weak("shared", "key"), ",", weak("shared")));
  create(strong(), "id-2");
  erase("/associations/resources/id-1?associationType=key");
  const auto before = get("/associations/resources/-/-").body;
  restart();
  EXPECT_EQ(get("/associations/resources/-/-").body, before);
  EXPECT_EQ(erase("/subjects/shared").error_code(), 40904);
  EXPECT_EQ(create(strong(), "id-3").error_code(), 40904);
}

TEST_F(AssociationTest, SchemasAreListedByTheirSubjectsAssociations) {
  register_avro("shared", R"("int")");
  register_avro("free", R"("int")");
  create(weak("shared"));
  create(strong(), "id-2");
  const auto listed = [&](const char* parameters) {
    std::string names;
    const auto all = get(cat("/schemas?", parameters)).json();
    for (const json::Value& schema : *all.array()) {
      const json::Value* told = schema.object()->find("associations");
      names += cat(names.empty() ? "" : " ", *schema.object()->text("subject"),
                   told == nullptr ? "" : cat('/', told->array()->size()));
    }
    return names;
  };
  EXPECT_EQ(listed(""), ":.lkc:orders-value free shared");
  EXPECT_EQ(listed("lifecycle=WEAK"), "shared/1");
  EXPECT_EQ(listed("lifecycle=WEAK&lifecycle=NONE"), "free shared/1");
  EXPECT_EQ(listed("lifecycle=NONE"), "free");
  EXPECT_EQ(listed("resourceType=topic"), ":.lkc:orders-value/1 shared/1");
  EXPECT_EQ(listed("associationType=key"), "");
  EXPECT_EQ(get("/schemas?lifecycle=weak").error_code(), 42212);
}

// ---- Batches ----

json::Value batch(const std::string& requests) {
  return parsed(cat(R"({"requests":[)", requests, "]}"));
}

std::string request_of(std::string_view topic, std::string_view ops) {
  return cat(R"({"resourceName":")", topic, R"(","resourceNamespace":"lkc","resourceId":"id-)",
             topic, R"(","associations":[)", ops, "]}");
}

std::string op(const char* action, const std::string& association) {
  return cat(R"({"opType":")", action, R"(",)", association.substr(1));
}

TEST_F(AssociationTest, ABatchCarriesOutOneRequestAfterAnother) {
  register_avro("shared", R"("int")");
  const auto done = post(
      "/associations:batchMutate",
      batch(cat(request_of("a", cat(op("CREATE", weak("shared", "key")), ",",
                                    op("UPSERT", weak("shared")))),
                ",", request_of("a", R"({"opType":"DELETE","associationType":"key"})"), ",",
                request_of("b", cat(op("CREATE", strong("key")), ",", op("CREATE", strong()))), ",",
                request_of("b", R"({"opType":"DELETE","associationType":"key",)"
                                R"("cascadeLifecycle":true})"))));
  EXPECT_EQ(results(done),
            (Told{"shared shared", "shared", ":.lkc:b-key :.lkc:b-value", ":.lkc:b-value"}));
  EXPECT_NE(done.body.find(R"("schema":{"subject":":.lkc:b-key","version":1,"id":1)"),
            std::string::npos)
      << done.body;
  EXPECT_EQ(subjects("resources/-/-"), "shared :.lkc:b-value");
  EXPECT_EQ(get("/subjects").body, R"([":.lkc:b-value","shared"])");
}

TEST_F(AssociationTest, ARefusedRequestOfABatchLeavesTheOthersAlone) {
  register_avro("shared", R"("int")");
  register_avro(":.lkc:e-value", R"("int")");
  const auto done = post(
      "/associations:batchMutate",
      batch(cat(
          request_of("a", op("CREATE", weak("none"))), ",",
          request_of("b", op("CREATE", R"({"lifecycle":"WEAK"})")), ",",
          request_of("c", cat(op("CREATE", weak("shared", "key")), ",",
                              op("UPSERT", R"({"associationType":"value","lifecycle":"STRONG"})"))),
          ",", request_of("d", op("CREATE", strong("value", R"({"schema":"{"})"))), ",",
          request_of("e", op("CREATE", strong())), ",",
          request_of("e", op("UPSERT", strong("value", R"({"schema":"\"string\""})"))), ",",
          request_of("e", R"({"opType":"DELETE"})"), ",",
          request_of("f", op("CREATE", weak("shared"))))));
  EXPECT_EQ(results(done), (Told{"40907", "42212", "42212", "42212", ":.lkc:e-value", "40901",
                                 "40908", "shared"}));
  EXPECT_EQ(subjects("resources/id-c"), "shared") << "the run before the refused one stands";
  EXPECT_EQ(post("/associations:batchMutate", batch(request_of("a", R"({"opType":"MOVE"})")))
                .error_code(),
            42212);
}

TEST_F(AssociationTest, WhatDoesNotFitTheTopicIsRefusedByItself) {
  register_avro("shared", R"("int")");
  const std::string large = json::write(json::Object{{"type", "enum"},
                                                     {"name", "E"},
                                                     {"doc", std::string(2'000'000, 'd')},
                                                     {"symbols", json::Array{"A"}}});
  const auto schema = json::write(json::Object{{"schema", large}});
  const auto done = post("/associations:batchMutate",
                         batch(cat(request_of("a", op("CREATE", strong("value", schema))), ",",
                                   request_of("b", op("CREATE", weak("shared"))))));
  EXPECT_EQ(results(done), (Told{"42209", "shared"}));
}

TEST_F(AssociationTest, ABatchMayBeADryRun) {
  register_avro("shared", R"("int")");
  const auto done = post("/associations:batchMutate?dryRun=true",
                         batch(cat(request_of("a", op("CREATE", weak("shared"))), ",",
                                   request_of("b", op("CREATE", weak("none"))))));
  EXPECT_EQ(results(done), (Told{"", "40907"}));
  EXPECT_EQ(get("/associations/resources/-/-").body, "[]");
}

TEST_F(AssociationTest, ManyAreFoundInOneCall) {
  register_avro("shared", R"("int")");
  create(weak("shared"));
  create(strong("key"), "id-2");
  const auto found = post(
      "/associations:batchGet?includeSchemas=true",
      batch(
          R"({"resourceId":"id-1"},{"resourceId":"none"},{"resourceId":"id-1","lifecycle":"STRONG"},)"
          R"({"resourceName":"orders","resourceNamespace":"-","associationTypes":["key"]},)"
          R"({"resourceName":"orders","resourceNamespace":"lkc"},{"resourceName":"orders"},{})"));
  EXPECT_EQ(results(found),
            (Told{"shared", "", "", ":.lkc:orders-key", "42212", "42212", "42212"}));
  const auto body = found.json();
  const json::Object& first = *body.object()->find("results")->array()->front().object();
  const json::Object& result = *first.find("result")->object();
  EXPECT_EQ(result.text("resourceName"), "orders");
  const json::Object& info = *result.find("associations")->array()->front().object();
  EXPECT_EQ(info.find("schema")->object()->text("schema"), R"("int")");
}

TEST_F(AssociationTest, AnAnswerTellsNotMoreSchemasThanFit) {
  const json::Object large{{"type", "enum"},
                           {"name", "E"},
                           {"doc", std::string(900'000, 'd')},
                           {"symbols", json::Array{"A"}}};
  register_avro("shared", json::write(large));
  create(weak("shared"));
  std::string queries = R"({"resourceId":"id-1"})";
  for (int i = 1; i < 30; ++i) queries += R"(,{"resourceId":"id-1"})";
  const auto told = results(post("/associations:batchGet?includeSchemas=true", batch(queries)));
  Told expected(19, "shared");
  expected.resize(30, "422");
  EXPECT_EQ(told, expected) << "the first 16 MiB";
  EXPECT_EQ(results(post("/associations:batchGet", batch(queries))), Told(30, "shared"));
}

}  // namespace
}  // namespace millrace::registry
