#include "registry/rest/call.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/try.h"
#include "base/words.h"
#include "json/text.h"
#include "registry/error.h"

namespace millrace::registry::rest {
namespace {

constexpr std::string_view kLatest = "latest";

/// Of a body. A schema is one text in it, whatever its size; metadata and rules are small.
constexpr size_t kBodyValuesMax = 10'000;

bool is_json_type(std::string_view type) {
  constexpr std::array<std::string_view, 4> kTypes = {
      "application/vnd.schemaregistry.v1+json", "application/vnd.schemaregistry+json",
      "application/json", "application/octet-stream"};
  const std::string_view bare = trim(type.substr(0, type.find(';')));
  return std::ranges::any_of(kTypes, [&](auto known) { return same_word(known, bare); });
}

Error invalid_subject(std::string_view text) {
  return registry_error(RegistryErrc::invalid_subject,
                        cat("The specified subject '", text,
                            "' is not a valid subject: it is empty, not UTF-8, has control "
                            "characters or is a name of the registry's own"));
}

}  // namespace

Call::Call(http::Request request, std::string context, std::vector<std::string> arguments)
    : request_(std::move(request)),
      context_(std::move(context)),
      arguments_(std::move(arguments)) {}

std::string Call::scope(size_t index) const {
  const std::string& text = argument(index);
  if (text == ":.:") return "";
  return qualify(text, Subject(context_, "").to_string());
}

Result<std::string> Call::changed_scope(size_t index) const {
  std::string subject = scope(index);
  const bool is_everything = Subject::parse(subject).name().empty();
  if (is_everything ? !is_printable(subject) : !is_valid_subject(subject)) {
    return invalid_subject(argument(index));
  }
  return subject;
}

Result<std::string> Call::subject(size_t index) const {
  std::string subject = scope(index);
  if (!is_valid_subject(subject)) return invalid_subject(argument(index));
  return subject;
}

Result<std::optional<int32_t>> Call::version(size_t index) const {
  const std::string_view text = trim(argument(index));
  if (same_word(text, kLatest)) return std::optional<int32_t>();
  const auto number = parse_int64(text);
  if (number == -1) return std::optional<int32_t>();
  if (!number || *number < 1 || *number > INT32_MAX) {
    return registry_error(RegistryErrc::invalid_version,
                          cat("The specified version '", text,
                              "' is not a valid version id. Allowed values are between [1, 2^31-1] "
                              "and the string \"latest\""));
  }
  return std::optional(static_cast<int32_t>(*number));
}

Result<int32_t> Call::id(size_t index) const {
  const auto number = parse_int64(argument(index));
  if (!number || *number < INT32_MIN || *number > INT32_MAX) {
    return registry_error(RegistryErrc::not_found,
                          cat("HTTP 404 Not Found: '", argument(index), "' is no schema id"));
  }
  return static_cast<int32_t>(*number);
}

std::optional<std::string_view> Call::parameter(std::string_view name) const {
  return request_.parameter(name);
}

std::vector<std::string> Call::parameters(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [other, value] : request_.query) {
    if (other == name) values.push_back(value);
  }
  return values;
}

std::vector<std::pair<std::string, std::string>> Call::pairs(std::string_view names,
                                                             std::string_view values) const {
  std::vector<std::string> firsts;
  std::vector<std::string> seconds;
  for (const auto& [name, value] : request_.query) {
    if (name == names) firsts.push_back(value);
    if (name == values) seconds.push_back(value);
  }
  std::vector<std::pair<std::string, std::string>> pairs;
  for (size_t i = 0; i < std::min(firsts.size(), seconds.size()); ++i) {
    pairs.emplace_back(firsts[i], seconds[i]);
  }
  return pairs;
}

bool Call::flag(std::string_view name) const {
  return same_word(parameter(name).value_or(""), "true");
}

Deleted Call::deleted() const {
  if (flag("deletedOnly") || flag("deleted_only")) return Deleted::only;
  return flag("deleted") ? Deleted::with : Deleted::without;
}

Result<int64_t> Call::number(std::string_view name, int64_t fallback) const {
  const auto text = parameter(name);
  if (!text || text->empty()) return fallback;
  const auto number = parse_int64(*text);
  if (!number) {
    return registry_error(RegistryErrc::unprocessable,
                          cat(name, "=", *text, " is no whole number"));
  }
  return *number;
}

Result<Page> Call::page_of(size_t size) const {
  MILL_TRY(const int64_t offset, number("offset", 0));
  MILL_TRY(const int64_t limit, number("limit", -1));
  const size_t from = std::min(static_cast<size_t>(std::max<int64_t>(offset, 0)), size);
  const size_t rest = size - from;
  return Page{.from = from, .count = limit < 0 ? rest : std::min(static_cast<size_t>(limit), rest)};
}

Result<json::Array> Call::page(json::Array all) const {
  MILL_TRY(const Page page, page_of(all.size()));
  if (page.count == all.size()) return all;
  const auto first = all.begin() + static_cast<std::ptrdiff_t>(page.from);
  return json::Array(std::make_move_iterator(first),
                     std::make_move_iterator(first + static_cast<std::ptrdiff_t>(page.count)));
}

Result<json::Object> Call::body() const {
  const auto type = request_.header("Content-Type");
  if (type && !is_json_type(*type)) {
    return registry_error(RegistryErrc::unsupported_media_type,
                          cat("HTTP 415 Unsupported Media Type: ", *type,
                              "; send "
                              "application/vnd.schemaregistry.v1+json or application/json"));
  }
  auto parsed = json::parse(request_.body, kBodyValuesMax);
  if (!parsed) {
    return registry_error(RegistryErrc::bad_request, cat("the body: ", parsed.error().message()));
  }
  if (parsed->object() == nullptr) {
    return registry_error(RegistryErrc::bad_request,
                          cat("the body: an object was expected, not ", parsed->kind()));
  }
  return std::move(*parsed->object());
}

Result<Candidate> Call::candidate() const {
  MILL_TRY(const auto object, body());
  return candidate_of(BodyPart(object), flag("normalize"));
}

Result<Candidate> candidate_of(const BodyPart& body, bool normalize) {
  Candidate candidate{.normalize = normalize};
  MILL_TRY(auto text, body.text("schema"));
  candidate.text = std::move(text).value_or("");
  if (const json::Value* type = body.find("schemaType")) {
    const auto format = schema::format_of(type->string() == nullptr ? "" : *type->string());
    if (!format) {
      return registry_error(
          RegistryErrc::invalid_schema,
          cat("Invalid schema type ", json::write(*type), ": AVRO, JSON and PROTOBUF are known"));
    }
    candidate.format = *format;
  }
  if (const json::Value* references = body.find("references")) {
    auto parsed = references_of(*references);
    if (!parsed) return body.bad_member("references", "list of name, subject and version");
    candidate.references = *std::move(parsed);
  }
  MILL_TRY(candidate.metadata, body.object_or_null("metadata"));
  MILL_TRY(candidate.rule_set, body.object_or_null("ruleSet"));
  MILL_TRY(candidate.id, body.positive_number("id"));
  MILL_TRY(candidate.version, body.positive_number("version"));
  return candidate;
}

}  // namespace millrace::registry::rest
