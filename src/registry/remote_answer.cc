#include "registry/remote_answer.h"

#include "base/text.h"
#include "base/try.h"
#include "json/text.h"
#include "registry/error.h"
#include "registry/records.h"

namespace millrace::registry {
namespace {

Error no_registry(const std::string& url, std::string_view what) {
  return {
      std::make_error_code(std::errc::protocol_error),
      cat(url, " answers ", what, "; is that the address of a schema registry, with its path?")};
}

Error refusal(const std::string& url, const http::Response& response, const json::Object* answer) {
  if (response.status == 401 || response.status == 403) {
    return registry_error(
        RegistryErrc::unauthorized,
        cat(url, " answers ", response.status, ": the name or the password is missing or wrong"));
  }
  const json::Value* code = answer != nullptr ? answer->find("error_code") : nullptr;
  const auto number = code != nullptr ? int32_of(*code) : std::nullopt;
  const auto message = answer != nullptr ? answer->text("message") : std::nullopt;
  if (!number || !message) return no_registry(url, cat("status ", response.status));
  return registry_error(static_cast<RegistryErrc>(*number),
                        cat(url, " refuses: ", *message, " (error_code ", *number, ")"));
}

}  // namespace

Result<json::Value> read_answer(const std::string& url, const http::Response& response) {
  auto answer = json::parse(response.body);
  if (response.status < 200 || response.status > 299) {
    return refusal(url, response, answer ? answer->object() : nullptr);
  }
  if (!answer) return no_registry(url, "what is no JSON");
  return answer;
}

Result<std::vector<std::string>> Answered::texts() const {
  std::vector<std::string> out;
  if (value_.array() == nullptr) return unexpected("a list of texts");
  for (const json::Value& each : *value_.array()) {
    if (each.string() == nullptr) return unexpected("a list of texts");
    out.push_back(*each.string());
  }
  return out;
}

Result<std::vector<int32_t>> Answered::numbers() const {
  std::vector<int32_t> out;
  if (value_.array() == nullptr) return unexpected("a list of numbers");
  for (const json::Value& each : *value_.array()) {
    MILL_TRY(const int32_t number, Answered(url_, each).number());
    out.push_back(number);
  }
  return out;
}

Result<int32_t> Answered::number() const {
  const auto number = int32_of(value_);
  if (!number) return unexpected("a number");
  return *number;
}

Result<int32_t> Answered::number(std::string_view name) const {
  const json::Value* found = member(name);
  const auto number = found != nullptr ? int32_of(*found) : std::nullopt;
  if (!number) return unexpected(cat("a number \"", name, '"'));
  return *number;
}

Result<std::string> Answered::text(std::string_view name) const {
  const json::Value* found = member(name);
  if (found == nullptr || found->string() == nullptr) {
    return unexpected(cat("a text \"", name, '"'));
  }
  return *found->string();
}

Result<RemoteSchema> Answered::schema() const {
  RemoteSchema schema;
  MILL_TRY(schema.text, text("schema"));
  MILL_TRY(schema.references, references());
  const json::Value* type = member("schemaType");
  if (type == nullptr || type->is_null()) return schema;
  const auto format = type->string() != nullptr ? schema::format_of(*type->string()) : std::nullopt;
  if (!format) return unexpected("a \"schemaType\" that we know: AVRO, JSON or PROTOBUF");
  schema.format = *format;
  return schema;
}

Result<RemoteSchema> Answered::version() const {
  MILL_TRY(auto found, schema());
  MILL_TRY(found.subject, text("subject"));
  MILL_TRY(found.version, number("version"));
  MILL_TRY(found.id, number("id"));
  return found;
}

Result<Verdict> Answered::verdict() const {
  const json::Value* compatible = member("is_compatible");
  if (compatible == nullptr || compatible->boolean() == nullptr) {
    return unexpected("a truth value \"is_compatible\"");
  }
  Verdict verdict{.is_compatible = *compatible->boolean(), .reasons = {}};
  const json::Value* messages = member("messages");
  if (messages != nullptr && !messages->is_null()) {
    MILL_TRY(verdict.reasons, Answered(url_, *messages).texts());
  }
  return verdict;
}

const json::Value* Answered::member(std::string_view name) const {
  return value_.object() != nullptr ? value_.object()->find(name) : nullptr;
}

Result<std::vector<schema::Reference>> Answered::references() const {
  std::vector<schema::Reference> out;
  const json::Value* all = member("references");
  if (all == nullptr || all->is_null()) return out;
  if (all->array() == nullptr) return unexpected("a list of \"references\"");
  for (const json::Value& each : *all->array()) {
    const Answered reference(url_, each);
    schema::Reference& added = out.emplace_back();
    MILL_TRY(added.name, reference.text("name"));
    MILL_TRY(added.subject, reference.text("subject"));
    MILL_TRY(added.version, reference.number("version"));
  }
  return out;
}

Error Answered::unexpected(std::string_view wanted) const {
  return no_registry(url_, cat("something else than ", wanted));
}

}  // namespace millrace::registry
