// The walk over documents and the schemas in them; references.cc leads from one to another.
#include "schema/json_schema/reader.h"

#include "base/text.h"
#include "base/try.h"
#include "json/text.h"
#include "schema/json_schema/keywords.h"
#include "schema/json_schema/uri.h"

namespace millrace::schema::json_schema {
namespace {

/// What relative names are resolved against where a document has no `$id`.
constexpr std::string_view kBaseByDefault = "mem://input";

/// `$id` and `id` that do more than name a place within the resource.
std::optional<std::string_view> own_uri(const json::Object& object, Draft draft) {
  if (reference_stands_alone(draft) && object.contains("$ref")) return std::nullopt;
  const auto id = object.text(id_keyword(draft));
  if (!id || id->empty() || id->starts_with('#')) return std::nullopt;
  return split_uri(*id).document;
}

}  // namespace

Result<std::unique_ptr<const Model>> read_model(const Source& source) {
  auto model = std::make_unique<Model>();
  Reader reader(*model);
  MILL_CHECK(reader.read(source));
  return std::unique_ptr<const Model>(std::move(model));
}

Result<void> Reader::read(const Source& source) {
  MILL_CHECK(add_documents(source));
  const Document& first = documents_.front();
  MILL_TRY(const Scope* scope, read_document(first, kDraftByDefault));
  model_.root = read_.at(scope->value);
  return resolve_all();
}

Result<void> Reader::add_documents(const Source& source) {
  auto parsed = json::parse(source.text);
  if (!parsed) return std::move(parsed).error().with_context("the schema is no JSON");
  const json::Value& root = model_.documents.emplace_back(*std::move(parsed));
  std::string base(kBaseByDefault);
  if (root.object() != nullptr) {
    const auto id = own_uri(*root.object(), draft_of(root).value_or(kDraftByDefault));
    if (id) {
      MILL_TRY(base, own_base(kBaseByDefault, *id));
    }
  }
  documents_.push_back({.value = &root, .uri = std::string(kBaseByDefault), .name = {}});
  for (const Dependency& dependency : source.dependencies) {
    auto text = json::parse(dependency.text);
    if (!text) return std::move(text).error().with_context(dependency.name + " is no JSON");
    documents_.push_back({.value = &model_.documents.emplace_back(*std::move(text)),
                          .uri = resolve_uri(base, dependency.name),
                          .name = dependency.name});
  }
  return {};
}

Result<Reader::Scope*> Reader::read_document(const Document& document, Draft draft_by_default) {
  const json::Value& value = *document.value;
  Scope* scope = open_scope(document.uri, value, nullptr);
  scope->draft = draft_of(value).value_or(draft_by_default);
  scope->document = document.name;
  MILL_CHECK(read_within(scope, value));
  return scope;
}

Reader::Scope* Reader::open_scope(std::string base, const json::Value& value, const Scope* outer) {
  Scope& scope = scopes_.emplace_back();
  if (outer != nullptr) scope = *outer;
  scope.base = std::move(base);
  scope.value = &value;
  scope.resource = &model_.resources.emplace_back();
  scope_by_uri_.emplace(scope.base, &scope);
  return &scope;
}

Result<const Node*> Reader::read_within(Scope* scope, const json::Value& value) {
  Scope* outer = std::exchange(scope_, scope);
  auto node = schema(value);
  scope_ = outer;
  return node;
}

Result<const Node*> Reader::schema(const json::Value& value) {
  if (const auto known = read_.find(&value); known != read_.end()) return known->second;
  const json::Object* object = value.object();
  if (object == nullptr && value.boolean() == nullptr) {
    return error(cat("a schema is an object or a boolean, not ", value.kind()));
  }
  if (model_.nodes.size() == kSchemasMax) return error(cat("more than ", kSchemasMax, " schemas"));
  Node& node = model_.nodes.emplace_back();
  read_.emplace(&value, &node);
  node.source = &value;
  node.draft = scope_->draft;
  if (object == nullptr) {
    node.boolean = *value.boolean();
    node.resource = scope_->resource;
    if (scope_->value == &value) scope_->resource->root = &node;
    return &node;
  }
  MILL_TRY(Scope * inner, scope_inside(*object, value, node));
  node.resource = inner->resource;
  if (inner->value == &value) inner->resource->root = &node;
  Scope* outer = std::exchange(scope_, inner);
  auto members = read_members(node, *object);
  scope_ = outer;
  MILL_CHECK(std::move(members));
  return &node;
}

Result<std::string> Reader::own_base(std::string_view base, std::string_view id) const {
  std::string uri = resolve_uri(base, id);
  if (uri.size() > kUriSizeMax) {
    return error(cat("the schema's id is longer than ", kUriSizeMax, " bytes"));
  }
  return uri;
}

Result<Reader::Scope*> Reader::scope_inside(const json::Object& object, const json::Value& value,
                                            Node& node) {
  const auto uri = own_uri(object, scope_->draft);
  if (!uri) return scope_;
  MILL_TRY(const std::string base, own_base(scope_->base, *uri));
  if (scope_->value != &value) {
    node.draft = draft_of(value).value_or(scope_->draft);
    Scope* inner = open_scope(base, value, scope_);
    inner->draft = node.draft;
    return inner;
  }
  // A document's own name; the one by which others refer to it goes on leading here.
  scope_->base = base;
  scope_by_uri_.emplace(base, scope_);
  return scope_;
}

Result<void> Reader::read_members(Node& node, const json::Object& object) {
  const bool alone = reference_stands_alone(node.draft) && object.contains("$ref");
  for (const json::Member& member : object) {
    const Keyword* keyword = find_keyword(member.name, node.draft);
    if (keyword == nullptr || (alone && !keyword->beside_reference)) continue;
    const Place::Step step(place_, member.name);
    MILL_CHECK(keyword->read(*this, node, member.value));
  }
  return {};
}

Result<void> Reader::schemas(const json::Value& value, std::vector<const Node*>& into) {
  MILL_TRY(const json::Array* list, array(value));
  for (size_t i = 0; i < list->size(); ++i) {
    const Place::Step step(place_, std::to_string(i));
    MILL_TRY(const Node* node, schema((*list)[i]));
    into.push_back(node);
  }
  return {};
}

Result<void> Reader::named_schemas(const json::Value& value, NamedSchemas& into) {
  MILL_TRY(const json::Object* members, object(value));
  for (const json::Member& member : *members) {
    const Place::Step step(place_, member.name);
    MILL_TRY(const Node* node, schema(member.value));
    into.add(member.name, node);
  }
  return {};
}

}  // namespace millrace::schema::json_schema
