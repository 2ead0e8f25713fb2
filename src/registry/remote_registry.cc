#include "registry/remote_registry.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "http/target.h"
#include "json/text.h"
#include "registry/records.h"
#include "registry/remote_answer.h"
#include "registry/source.h"

namespace millrace::registry {
namespace {

constexpr const char* kContentType = "application/vnd.schemaregistry.v1+json";

std::string subject_path(std::string_view subject) {
  return "/subjects/" + http::percent_encoded(subject);
}

std::string version_path(std::string_view subject, std::optional<int32_t> number) {
  return cat(subject_path(subject), "/versions/", number ? cat(*number) : "latest");
}

std::vector<std::pair<std::string, std::string>> flag(const char* name, bool is_set) {
  if (!is_set) return {};
  return {{name, "true"}};
}

json::Object body_of(const Draft& draft) {
  json::Object body{{"schema", draft.text}, {"schemaType", schema::name_of(draft.format)}};
  if (!draft.references.empty()) body.set("references", references_json(draft.references));
  return body;
}

}  // namespace

Result<void> RemoteRegistry::check() {
  MILL_TRY(const auto types, get("/schemas/types", {}));
  MILL_CHECK(Answered(url(), types).texts());
  return {};
}

Result<std::vector<std::string>> RemoteRegistry::subjects(bool deleted) {
  MILL_TRY(const auto answer, get("/subjects", flag("deleted", deleted)));
  MILL_TRY(auto names, Answered(url(), answer).texts());
  std::ranges::sort(names);
  return names;
}

Result<std::vector<int32_t>> RemoteRegistry::versions(std::string_view subject, bool deleted) {
  MILL_TRY(const auto answer, get(subject_path(subject) + "/versions", flag("deleted", deleted)));
  MILL_TRY(auto numbers, Answered(url(), answer).numbers());
  std::ranges::sort(numbers);
  return numbers;
}

Result<RemoteSchema> RemoteRegistry::version(std::string_view subject,
                                             std::optional<int32_t> number, bool deleted) {
  MILL_TRY(const auto answer, get(version_path(subject, number), flag("deleted", deleted)));
  return Answered(url(), answer).version();
}

Result<RemoteSchema> RemoteRegistry::by_id(int32_t id, std::string_view subject) {
  Query query;
  if (!subject.empty()) query.emplace_back("subject", subject);
  MILL_TRY(const auto answer, get(cat("/schemas/ids/", id), std::move(query)));
  MILL_TRY(auto schema, Answered(url(), answer).schema());
  schema.id = id;
  return schema;
}

Result<RemoteSchema> RemoteRegistry::look_up(std::string_view subject, const Draft& draft) {
  MILL_TRY(const auto answer,
           post(subject_path(subject), flag("normalize", draft.normalize), body_of(draft)));
  return Answered(url(), answer).version();
}

Result<Registered> RemoteRegistry::register_schema(std::string_view subject, const Draft& draft) {
  MILL_TRY(const auto answer, post(subject_path(subject) + "/versions",
                                   flag("normalize", draft.normalize), body_of(draft)));
  const Answered answered(url(), answer);
  MILL_TRY(const int32_t id, answered.number("id"));
  Registered registered{.id = id, .version = std::nullopt};
  if (auto version = answered.number("version")) registered.version = *version;
  return registered;
}

Result<Verdict> RemoteRegistry::compare(std::string_view subject, std::optional<int32_t> number,
                                        const Draft& draft) {
  auto query = flag("normalize", draft.normalize);
  query.emplace_back("verbose", "true");
  std::string path = "/compatibility" + subject_path(subject) + "/versions";
  if (number) path += cat('/', *number);
  MILL_TRY(const auto answer, post(std::move(path), std::move(query), body_of(draft)));
  return Answered(url(), answer).verdict();
}

Result<std::string> RemoteRegistry::level(std::string_view subject) {
  MILL_TRY(const auto answer,
           get("/config/" + http::percent_encoded(subject), {{"defaultToGlobal", "true"}}));
  return Answered(url(), answer).text("compatibilityLevel");
}

Result<std::vector<int32_t>> RemoteRegistry::erase_subject(std::string_view subject,
                                                           bool permanent) {
  MILL_TRY(const auto answer, erase(subject_path(subject), permanent));
  return Answered(url(), answer).numbers();
}

Result<int32_t> RemoteRegistry::erase_version(std::string_view subject, int32_t number,
                                              bool permanent) {
  MILL_TRY(const auto answer, erase(version_path(subject, number), permanent));
  return Answered(url(), answer).number();
}

Result<schema::Source> RemoteRegistry::source_of(const RemoteSchema& schema) {
  const auto find = [this](const std::string& subject, int32_t number) -> Result<Referred> {
    const auto wanted = number == -1 ? std::nullopt : std::optional(number);
    MILL_TRY(auto found, version(subject, wanted, true));
    return Referred{.text = std::move(found.text), .references = std::move(found.references)};
  };
  return collect_source(find, schema.subject, schema.text, schema.references);
}

Result<json::Value> RemoteRegistry::get(std::string path, Query query) {
  return ask({.method = "GET",
              .path = std::move(path),
              .query = std::move(query),
              .headers = {},
              .body = {}});
}

Result<json::Value> RemoteRegistry::post(std::string path, Query query, const json::Value& body) {
  return ask({.method = "POST",
              .path = std::move(path),
              .query = std::move(query),
              .headers = {{"Content-Type", kContentType}},
              .body = json::write(body)});
}

Result<json::Value> RemoteRegistry::erase(std::string path, bool permanent) {
  return ask({.method = "DELETE",
              .path = std::move(path),
              .query = flag("permanent", permanent),
              .headers = {},
              .body = {}});
}

Result<json::Value> RemoteRegistry::ask(const http::Request& request) {
  http::Request typed = request;
  typed.headers.emplace_back("Accept", cat(kContentType, ", application/json"));
  MILL_TRY(const auto response, client_.ask(typed));
  return read_answer(url(), response);
}

}  // namespace millrace::registry
