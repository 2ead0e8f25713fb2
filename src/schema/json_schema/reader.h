// From texts to a model: every keyword checked, every reference resolved, nothing fetched.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "schema/json_schema/model.h"
#include "schema/json_schema/place.h"
#include "schema/schema.h"

namespace millrace::schema::json_schema {

/// Schemas and booleans in all documents that are read; more are refused.
inline constexpr size_t kSchemasMax = 200'000;
/// Instructions of all patterns together (16 bytes each); more are refused.
inline constexpr size_t kPatternSizeMax = 2'000'000;

/// Bytes of a schema's own URI; longer ones are refused, since each schema within may add to it.
inline constexpr size_t kUriSizeMax = 4'096;

/// Errors (invalid_request): no JSON, neither object nor boolean, a keyword with a value that it
/// cannot have, a reference that leads nowhere within the source's texts, too many schemas. A
/// dependency is read where a reference leads there.
Result<std::unique_ptr<const Model>> read_model(const Source& source);

/// The work of read_model; what its public functions offer is for the readers of keywords.
class Reader {
 public:
  explicit Reader(Model& model) : model_(model) {}

  Result<void> read(const Source& source);

  /// The node of a value at the current place; the same node if it is read again.
  Result<const Node*> schema(const json::Value& value);
  /// Each of a list.
  Result<void> schemas(const json::Value& value, std::vector<const Node*>& into);
  /// Each member of an object.
  Result<void> named_schemas(const json::Value& value, NamedSchemas& into);

  Result<const json::Object*> object(const json::Value& value) const;
  Result<const json::Array*> array(const json::Value& value) const;
  Result<std::string_view> text(const json::Value& value) const;
  Result<bool> boolean(const json::Value& value) const;
  Result<Decimal> number(const json::Value& value) const;
  /// Whole and not negative.
  Result<uint64_t> count(const json::Value& value) const;
  Result<std::vector<std::string_view>> texts(const json::Value& value) const;
  Result<const Pattern*> pattern(std::string_view text);

  /// Has `target` point to what `reference` leads to, once all is read.
  void refer(std::string_view reference, const Node*& target);
  /// Names the schema that is being read, within its resource.
  void add_anchor(std::string_view name, const Node& node);
  void add_dynamic_anchor(std::string_view name, const Node& node);
  void set_recursive_anchor();
  void track_evaluation() { model_.tracks_evaluation = true; }

  Place& place() { return place_; }
  /// An error at the current place.
  Error error(std::string_view what) const;

 private:
  /// A resource while it is read.
  struct Scope {
    std::string base;
    const json::Value* value = nullptr;
    Resource* resource = nullptr;
    Draft draft = kDraftByDefault;
    /// For messages: the dependency's name, empty for the document itself.
    std::string document;
  };
  struct Document {
    const json::Value* value = nullptr;
    std::string uri;
    std::string name;
  };
  struct Pending {
    std::string reference;
    const Node** target = nullptr;
    Scope* scope = nullptr;
    std::string place;
  };

  Result<void> add_documents(const Source& source);
  Result<Scope*> read_document(const Document& document, Draft draft_by_default);
  Scope* open_scope(std::string base, const json::Value& value, const Scope* outer);
  Result<void> read_members(Node& node, const json::Object& object);
  /// The URI of a document or a schema with that `$id` in a place with that base.
  Result<std::string> own_base(std::string_view base, std::string_view id) const;
  /// The scope inside a schema with an `$id`, or the current one.
  Result<Scope*> scope_inside(const json::Object& object, const json::Value& value, Node& node);
  Result<const Node*> read_within(Scope* scope, const json::Value& value);

  Result<void> resolve_all();
  Result<const Node*> resolve(const Pending& pending);
  Result<Scope*> scope_of(const Pending& pending, std::string_view uri);
  Result<const Node*> at_fragment(const Pending& pending, Scope* scope, std::string_view fragment);
  static Error unresolved(const Pending& pending, std::string_view why);

  Model& model_;
  Place place_;
  Scope* scope_ = nullptr;
  std::deque<Scope> scopes_;
  std::vector<Document> documents_;
  std::unordered_map<const json::Value*, Node*> read_;
  std::map<std::string, Scope*, std::less<>> scope_by_uri_;
  /// By "uri#name".
  std::map<std::string, const Node*, std::less<>> anchors_;
  std::map<std::string, const Pattern*, std::less<>> patterns_;
  std::deque<Pending> pending_;
  size_t pattern_size_ = 0;
};

}  // namespace millrace::schema::json_schema
