#include "registry/rest/rest.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "base/utf8.h"
#include "json/text.h"
#include "registry/error.h"
#include "registry/scope.h"

namespace millrace::registry::rest {
namespace {

constexpr const char* kContentType = "application/vnd.schemaregistry.v1+json";
constexpr const char* kPlainContentType = "application/json";
constexpr std::string_view kArgument = "{}";

/// Of every part of a path; longer ones are no path of ours.
constexpr size_t kPartsMax = 16;

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& parts) {
  return std::ranges::equal(pattern, parts, [](const std::string& wanted, const std::string& part) {
    return wanted == kArgument || wanted == part;
  });
}

/// The type asked for, where the client does not know the registry's own.
const char* content_type_for(const http::Request& request) {
  const std::string_view accept = request.header("Accept").value_or("*/*");
  const bool knows_ours = accept.find("vnd.schemaregistry") != accept.npos;
  const bool wants_plain = accept.find(kPlainContentType) != accept.npos;
  return wants_plain && !knows_ours ? kPlainContentType : kContentType;
}

/// What a request brought may be in it, and an answer is UTF-8.
std::string as_utf8(std::string message) {
  const auto is_not_ascii = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  if (!is_utf8(message)) std::ranges::replace_if(message, is_not_ascii, '?');
  return message;
}

http::Response response_of(const Error& error, const char* content_type) {
  const int code = static_cast<int>(code_of(error));
  http::Response response{.status = code >= 1'000 ? code / 100 : code,
                          .content_type = content_type,
                          .body = json::write(json::Object{{"error_code", code},
                                                           {"message", as_utf8(error.message())}})};
  if (error.is(RegistryErrc::unauthorized)) {
    response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"schema registry\"");
  }
  return response;
}

std::string body_of(const json::Value& answer) { return json::write(answer); }

std::string body_of(const Answer& answer) {
  const auto* raw = std::get_if<Raw>(&answer);
  return raw != nullptr ? raw->text : body_of(std::get<json::Value>(answer));
}

template <class T>
http::Response response_of(const Result<T>& result, int status, const char* content_type) {
  if (!result) return response_of(result.error(), content_type);
  if (status == kNoContent) return {.status = status};
  return {.status = status, .content_type = content_type, .body = body_of(*result)};
}

Error no_such_path(const http::Request& request) {
  return registry_error(RegistryErrc::not_found,
                        cat("HTTP 404 Not Found: there is no ", request.path));
}

}  // namespace

Rest::Rest(Registry& registry, RestOptions options)
    : registry_(registry), options_(std::move(options)) {
  for (const auto routes : {subject_routes(), schema_routes(), setting_routes(),
                            association_routes(), other_routes()}) {
    for (const Route& route : routes) {
      entries_.push_back({.parts = *http::split_path(route.path), .route = &route});
    }
  }
}

Result<std::vector<std::string>> Rest::parts_of(const http::Request& request) const {
  std::string_view path = request.path;
  if (!path.starts_with(options_.base_path)) return no_such_path(request);
  path.remove_prefix(options_.base_path.size());
  auto parts = http::split_path(path.empty() ? "/" : path);
  if (!parts || parts->size() > kPartsMax) return no_such_path(request);
  if (!parts->empty() && parts->back().empty()) parts->pop_back();  // a slash at the end
  return *std::move(parts);
}

Result<Rest::Match> Rest::match(const http::Request& request) const {
  if (options_.credentials && !options_.credentials->allow(request.header("Authorization"))) {
    return registry_error(RegistryErrc::unauthorized, "HTTP 401 Unauthorized");
  }
  MILL_TRY(auto parts, parts_of(request));
  Match match{.context = std::string(kDefaultContext)};
  if (parts.size() > 2 && parts[0] == "contexts") {
    const std::string& context = parts[1];
    match.context = context.starts_with(':') ? Subject::parse(context).context() : context;
    const bool is_context = match.context.starts_with('.') && is_printable(match.context);
    if (!is_context) return no_such_path(request);
    parts.erase(parts.begin(), parts.begin() + 2);
  }
  bool is_known = false;
  for (const Entry& entry : entries_) {
    if (!matches(entry.parts, parts)) continue;
    is_known = true;
    if (entry.route->method != request.method) continue;
    match.route = entry.route;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (entry.parts[i] == kArgument) match.arguments.push_back(std::move(parts[i]));
    }
    return match;
  }
  if (!is_known) return no_such_path(request);
  return registry_error(RegistryErrc::method_not_allowed,
                        cat("HTTP 405 Method Not Allowed: ", request.method, ' ', request.path));
}

void Rest::follow_alias(Match& match, http::Request& request) {
  std::string* named = nullptr;
  if (match.route->path.find("/subjects/{}") != std::string_view::npos) {
    named = &match.arguments.front();
  } else if (match.route->path.starts_with("/schemas/ids/")) {
    const auto last = std::ranges::find(request.query.rbegin(), request.query.rend(), "subject",
                                        &std::pair<std::string, std::string>::first);
    if (last != request.query.rend()) named = &last->second;
  }
  if (named == nullptr) return;
  const std::string subject = qualify(*named, Subject(match.context, "").to_string());
  const auto behind =
      registry_.read([&](const State& state) { return behind_alias(state, subject); });
  if (behind == subject) return;
  const Subject whole = Subject::parse(behind);
  *named = cat(':', whole.context(), ':', whole.name());
}

void Rest::handle(http::Request request, const http::Respond& respond) {
  const char* type = content_type_for(request);
  auto match = this->match(request);
  if (!match) return respond(response_of(match.error(), type));
  follow_alias(*match, request);
  const Call call(std::move(request), std::move(match->context), std::move(match->arguments));
  if (const auto* query = std::get_if<Query>(&match->route->does)) {
    const auto answer = registry_.read([&](const State& state) { return (*query)(state, call); });
    return respond(response_of(answer, match->route->status, type));
  }
  auto command = std::get<Prepare>(match->route->does)(call);
  if (!command) return respond(response_of(command.error(), type));
  command->answer = [respond, status = match->route->status,
                     type](const Result<json::Value>& result) {
    respond(response_of(result, status, type));
  };
  registry_.submit(*std::move(command));
}

}  // namespace millrace::registry::rest
