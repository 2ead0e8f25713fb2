#include "registry/harness.h"

#include <future>

#include "base/text.h"

namespace millrace::registry {

json::Value Reply::json() const {
  auto parsed = json::parse(body);
  EXPECT_TRUE(parsed) << body;
  return parsed ? *std::move(parsed) : json::Value();
}

std::string Reply::member(std::string_view name) const {
  const auto value = json();
  const json::Value* found = value.object() == nullptr ? nullptr : value.object()->find(name);
  return found == nullptr ? "" : json::write(*found);
}

int Reply::error_code() const {
  const std::string code = member("error_code");
  return code.empty() ? 0 : std::stoi(code);
}

void RegistryTest::SetUp() {
  auto opened = embed::BrokerImpl::open({.dir = std::string(in_memory)}, std::nullopt);
  ASSERT_TRUE(opened) << opened.error().to_string();
  broker_ = *std::move(opened);
  restart();
}

void RegistryTest::TearDown() {
  rest_.reset();
  registry_.reset();
  EXPECT_TRUE(broker_->close(Milliseconds(0)));
}

void RegistryTest::restart() {
  rest_.reset();
  registry_.reset();
  auto opened = Registry::open(*broker_);
  ASSERT_TRUE(opened) << opened.error().to_string();
  registry_ = *std::move(opened);
  serve();
}

void RegistryTest::serve(rest::RestOptions options) {
  rest_ = std::make_unique<rest::Rest>(*registry_, std::move(options));
}

Reply RegistryTest::ask(std::string_view method, std::string_view path, const json::Value& body,
                        Headers headers) {
  return ask_with_body(method, path, body.is_null() ? "" : json::write(body), std::move(headers));
}

Reply RegistryTest::ask_with_body(std::string_view method, std::string_view path, std::string body,
                                  Headers headers) {
  http::Request request{.method = std::string(method),
                        .path = std::string(path.substr(0, path.find('?'))),
                        .query = {},
                        .headers = std::move(headers),
                        .body = std::move(body)};
  if (const size_t mark = path.find('?'); mark != path.npos) {
    for (const std::string_view pair : split(path.substr(mark + 1), '&')) {
      const size_t equals = std::min(pair.find('='), pair.size());
      const std::string_view value = equals < pair.size() ? pair.substr(equals + 1) : "";
      request.query.emplace_back(pair.substr(0, equals), value);
    }
  }
  std::promise<http::Response> answered;
  rest_->handle(std::move(request),
                [&](http::Response response) { answered.set_value(std::move(response)); });
  const auto response = answered.get_future().get();
  return {.status = response.status, .body = response.body};
}

Reply RegistryTest::register_avro(std::string_view subject, std::string_view schema) {
  return post(cat("/subjects/", subject, "/versions"), json::Object{{"schema", schema}});
}

std::string record_schema(std::string_view name, const std::vector<std::string>& fields) {
  std::string text = cat(R"({"type":"record","name":")", name, R"(","fields":[)");
  for (size_t i = 0; i < fields.size(); ++i) {
    text += cat(i == 0 ? "" : ",", R"({"name":")", fields[i], R"(","type":"int"})");
  }
  return text + "]}";
}

}  // namespace millrace::registry
