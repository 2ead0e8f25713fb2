// `$ref`: within the document, into the dependencies, nowhere else.
#include "base/text.h"
#include "base/try.h"
#include "schema/json_schema/reader.h"
#include "schema/json_schema/uri.h"

namespace millrace::schema::json_schema {
namespace {

std::string_view without_dot_slash(std::string_view name) {
  return name.starts_with("./") ? name.substr(2) : name;
}

/// Where people move definitions from one keyword to the other, Confluent's registry lets
/// references by the newer name lead to the older place.
const json::Value* in_definitions(const json::Value& document, std::string_view pointer) {
  constexpr std::string_view kNewer = "/$defs/";
  if (!pointer.starts_with(kNewer)) return nullptr;
  return at_pointer(document, cat("/definitions/", pointer.substr(kNewer.size())));
}

}  // namespace

void Reader::refer(std::string_view reference, const Node*& target) {
  pending_.push_back({.reference = std::string(reference),
                      .target = &target,
                      .scope = scope_,
                      .place = cat(scope_->document, "#", place_.text())});
}

void Reader::add_anchor(std::string_view name, const Node& node) {
  anchors_.emplace(cat(scope_->base, "#", name), &node);
}

void Reader::add_dynamic_anchor(std::string_view name, const Node& node) {
  add_anchor(name, node);
  scope_->resource->dynamic_anchors.emplace(name, &node);
}

void Reader::set_recursive_anchor() { scope_->resource->recursive_anchor = true; }

Result<void> Reader::resolve_all() {
  while (!pending_.empty()) {
    const Pending pending = std::move(pending_.front());
    pending_.pop_front();
    MILL_TRY(*pending.target, resolve(pending));
  }
  return {};
}

Result<const Node*> Reader::resolve(const Pending& pending) {
  const std::string uri = resolve_uri(pending.scope->base, pending.reference);
  const SplitUri parts = split_uri(uri);
  MILL_TRY(Scope * scope, scope_of(pending, parts.document));
  return at_fragment(pending, scope, parts.fragment);
}

Result<Reader::Scope*> Reader::scope_of(const Pending& pending, std::string_view uri) {
  if (const auto known = scope_by_uri_.find(uri); known != scope_by_uri_.end()) {
    return known->second;
  }
  const auto name = without_dot_slash(split_uri(pending.reference).document);
  for (const Document& document : documents_) {
    const bool meant = document.uri == uri || without_dot_slash(document.name) == name;
    if (!meant || document.name.empty()) continue;
    if (const auto read = scope_by_uri_.find(document.uri); read != scope_by_uri_.end()) {
      return read->second;
    }
    return read_document(document, scopes_.front().draft);
  }
  return unresolved(pending,
                    "it is neither in the schema nor the name of one of its references, and "
                    "nothing is fetched from elsewhere: register that schema and name it in "
                    "references");
}

Result<const Node*> Reader::at_fragment(const Pending& pending, Scope* scope,
                                        std::string_view fragment) {
  if (fragment.empty()) return scope->resource->root;
  const std::string decoded = percent_decoded(fragment);
  if (!decoded.starts_with('/')) {
    const auto anchor = anchors_.find(cat(scope->base, "#", decoded));
    if (anchor == anchors_.end()) return unresolved(pending, "no schema there has that anchor");
    return anchor->second;
  }
  const json::Value* value = at_pointer(*scope->value, decoded);
  if (value == nullptr) value = in_definitions(*scope->value, decoded);
  if (value == nullptr) return unresolved(pending, "there is nothing at that place");
  const Place::Step step(place_, decoded.substr(1));
  return read_within(scope, *value);
}

Error Reader::unresolved(const Pending& pending, std::string_view why) {
  return kafka_error(ErrorCode::invalid_request,
                     cat(pending.place, ": the reference ", clipped(pending.reference),
                         " leads nowhere: ", why, "."));
}

}  // namespace millrace::schema::json_schema
