// A registry asked over HTTP: our own, and servers that answer something else.
#include "registry/remote_registry.h"

#include "base/text.h"
#include "http/server.h"
#include "registry/error.h"
#include "registry/harness.h"

namespace millrace::registry {
namespace {

std::unique_ptr<http::Server> listen(http::Handler handler) {
  auto server = http::Server::listen({.host = "127.0.0.1", .port = 0}, std::move(handler));
  EXPECT_TRUE(server) << (server ? "" : server.error().message());
  return *std::move(server);
}

RemoteRegistry registry_at(const http::Server& server, std::string path = "",
                           std::string credentials = "") {
  auto client = http::Client::open({.url = cat("http://127.0.0.1:", server.bound().port, path),
                                    .credentials = std::move(credentials)});
  return RemoteRegistry(*std::move(client));
}

class RemoteRegistryTest : public RegistryTest {
 protected:
  void SetUp() override {
    RegistryTest::SetUp();
    server_ = listen([this](const http::Request& request, const http::Respond& respond) {
      rest_->handle(request, respond);
    });
  }
  void TearDown() override {
    server_->stop(std::chrono::milliseconds(0));
    RegistryTest::TearDown();
  }
  RemoteRegistry remote() { return registry_at(*server_); }

  std::unique_ptr<http::Server> server_;
};

Draft avro(std::string text) {
  return {.format = schema::Format::avro, .text = std::move(text), .references = {}};
}

TEST_F(RemoteRegistryTest, WhatIsRegisteredIsFoundByVersionByIdAndByText) {
  auto remote = this->remote();
  EXPECT_TRUE(remote.check());
  const auto registered = remote.register_schema("a/b", avro(R"({"type": "string"})"));
  ASSERT_TRUE(registered) << registered.error().message();
  EXPECT_EQ(registered->id, 1);
  EXPECT_EQ(remote.subjects(false).value(), std::vector<std::string>{"a/b"});
  EXPECT_EQ(remote.versions("a/b", false).value(), std::vector<int32_t>{1});
  const auto latest = remote.version("a/b", std::nullopt, false);
  ASSERT_TRUE(latest) << latest.error().message();
  EXPECT_EQ(latest->version, 1);
  EXPECT_EQ(latest->text, R"("string")");
  EXPECT_EQ(remote.by_id(1, "").value().text, latest->text);
  EXPECT_EQ(remote.look_up("a/b", avro(R"("string")")).value().version, 1);
}

TEST_F(RemoteRegistryTest, RefusalsCarryTheRegistrysCodeAndWords) {
  auto remote = this->remote();
  const auto unknown = remote.version("nobody", std::nullopt, false);
  ASSERT_FALSE(unknown);
  EXPECT_TRUE(unknown.error().is(RegistryErrc::subject_not_found));
  EXPECT_NE(unknown.error().message().find("Subject 'nobody' not found. (error_code 40401)"),
            std::string::npos)
      << unknown.error().message();
  EXPECT_TRUE(remote.by_id(7, "").error().is(RegistryErrc::schema_not_found));
  EXPECT_TRUE(remote.register_schema("s", avro("{")).error().is(RegistryErrc::invalid_schema));
}

TEST_F(RemoteRegistryTest, ComparesAndSaysWhyNot) {
  auto remote = this->remote();
  ASSERT_TRUE(remote.register_schema("s", avro(record_schema("R", {"a"}))));
  EXPECT_TRUE(remote.compare("s", std::nullopt, avro(record_schema("R", {"a"})))->is_compatible);
  const auto verdict = remote.compare("s", 1, avro(record_schema("R", {"a", "b"})));
  ASSERT_TRUE(verdict) << verdict.error().message();
  EXPECT_FALSE(verdict->is_compatible);
  ASSERT_EQ(verdict->reasons.size(), 1);
  EXPECT_NE(verdict->reasons[0].find("READER_FIELD_MISSING_DEFAULT_VALUE"), std::string::npos);
  EXPECT_EQ(remote.level("s").value(), "BACKWARD");
}

TEST_F(RemoteRegistryTest, SoftlyDeletedIsSeenOnlyWhereAsked) {
  auto remote = this->remote();
  for (const char* type : {R"("int")", R"("long")"}) {
    ASSERT_TRUE(remote.register_schema("s", avro(type)));
  }
  EXPECT_EQ(remote.erase_version("s", 1, false).value(), 1);
  EXPECT_EQ(remote.versions("s", false).value(), std::vector<int32_t>{2});
  EXPECT_EQ(remote.versions("s", true).value(), (std::vector<int32_t>{1, 2}));
  EXPECT_FALSE(remote.version("s", 1, false));
  EXPECT_TRUE(remote.version("s", 1, true));
  EXPECT_EQ(remote.erase_subject("s", false).value(), std::vector<int32_t>{2});
  EXPECT_EQ(remote.erase_subject("s", true).value(), (std::vector<int32_t>{1, 2}));
  EXPECT_TRUE(remote.subjects(true)->empty());
}

TEST_F(RemoteRegistryTest, ReferencesAreFollowed) {
  auto remote = this->remote();
  ASSERT_TRUE(remote.register_schema("inner", avro(record_schema("Inner", {"a"}))));
  Draft middle =
      avro(R"({"type":"record","name":"Middle","fields":[{"name":"i","type":"Inner"}]})");
  middle.references = {{.name = "Inner", .subject = "inner", .version = 1}};
  ASSERT_TRUE(remote.register_schema("middle", middle));
  Draft outer = avro(R"({"type":"record","name":"Outer","fields":[{"name":"m","type":"Middle"}]})");
  outer.references = {{.name = "Middle", .subject = "middle", .version = -1}};
  const auto registered = remote.register_schema("outer", outer);
  ASSERT_TRUE(registered) << registered.error().message();
  const auto source = remote.source_of(remote.by_id(registered->id, "").value());
  ASSERT_TRUE(source) << source.error().message();
  ASSERT_EQ(source->dependencies.size(), 2);
  EXPECT_EQ(source->dependencies[0].name, "Inner");
  EXPECT_EQ(source->dependencies[1].name, "Middle");
  EXPECT_TRUE(schema::parse(schema::Format::avro, *source));
}

TEST_F(RemoteRegistryTest, AReferenceThatIsGoneIsNamed) {
  auto remote = this->remote();
  const RemoteSchema broken{.text = R"("Gone")",
                            .references = {{.name = "Gone", .subject = "gone", .version = 3}}};
  const auto source = remote.source_of(broken);
  ASSERT_FALSE(source);
  EXPECT_NE(source.error().message().find("the reference Gone"), std::string::npos);
  EXPECT_TRUE(source.error().is(RegistryErrc::subject_not_found));
}

TEST(RemoteAnswers, WhatIsNoRegistrysIsToldWithTheAddress) {
  std::string body;
  int status = 200;
  const auto server = listen([&](const http::Request&, const http::Respond& respond) {
    respond({.status = status, .content_type = "", .body = body, .headers = {}});
  });
  auto remote = registry_at(*server, "/x");
  const auto flaw = [&](int answered, std::string_view text) {
    status = answered;
    body = text;
    const auto schema = remote.version("s", 1, false);
    EXPECT_FALSE(schema) << text;
    return schema ? Error(std::make_error_code(std::errc::io_error), "") : schema.error();
  };
  for (const auto* text : {"<html>", "", "[]", "7", "{}", R"({"schema":1})",
                           R"({"schema":"","subject":"s","version":4294967296,"id":1})",
                           R"({"schema":"","subject":"s","version":1,"id":1,"schemaType":"XML"})",
                           R"({"schema":"","subject":"s","version":1,"id":1,"references":[{}]})"}) {
    const Error error = flaw(200, text);
    EXPECT_EQ(error.code(), std::errc::protocol_error) << text;
    EXPECT_NE(error.message().find(remote.url()), std::string::npos) << error.message();
  }
  EXPECT_EQ(flaw(404, "not found").code(), std::errc::protocol_error);
  EXPECT_EQ(flaw(500, R"({"error_code":50001,"message":"full"})").code().value(), 50001);
  EXPECT_TRUE(flaw(401, "").is(RegistryErrc::unauthorized));
}

}  // namespace
}  // namespace millrace::registry
