// /schemas: by id, by guid, and all of them.
#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "base/try.h"
#include "registry/association_request.h"
#include "registry/error.h"
#include "registry/rest/routes.h"
#include "registry/rest/schema_answer.h"

namespace millrace::registry::rest {
namespace {

/// As Confluent's schema.search.max.limit: each schema's text is in the answer.
constexpr size_t kListedSchemasMax = 1'000;
/// Of their texts; each may have a MiB.
constexpr size_t kListedBytesMax = size_t{64} << 20;

/// A schema and where its id was found.
struct Found {
  std::string context;
  std::shared_ptr<const SchemaText> schema;
};

/// Of the contexts, the one whose id stands for that subject. A plain subject may be one of any
/// context, as Confluent's registry has it.
Result<Found> find_by_id(const State& state, const Call& call) {
  MILL_TRY(const int32_t id, call.id(0));
  const std::string subject =
      qualify(call.parameter("subject").value_or(""), Subject(call.context(), "").to_string());
  const Subject wanted = Subject::parse(subject);
  if (auto schema = state.by_id(wanted.context(), id)) {
    return Found{.context = wanted.context(), .schema = std::move(schema)};
  }
  if (wanted.context() == kDefaultContext && !wanted.name().empty()) {
    for (const std::string& context : state.contexts()) {
      const std::string there = Subject(context, wanted.name()).to_string();
      auto schema = state.by_id(context, id);
      if (schema && state.versions(there) != nullptr) {
        return Found{.context = context, .schema = std::move(schema)};
      }
    }
  }
  return registry_error(RegistryErrc::schema_not_found, cat("Schema ", id, " not found"));
}

/// As Confluent's SchemaString entity.
Result<json::Object> schema_string(const State& state, const Found& found, const Call& call) {
  const SchemaText& schema = *found.schema;
  MILL_TRY(auto text, text_in_format(state, Subject(found.context, "").to_string(), schema, call));
  json::Object object{{"schema", std::move(text)}};
  add_facets(schema, object);
  object.set("guid", schema.guid);
  return object;
}

Result<Answer> get_by_id(const State& state, const Call& call) {
  MILL_TRY(const auto found, find_by_id(state, call));
  MILL_TRY(auto object, schema_string(state, found, call));
  if (call.flag("fetchMaxId")) object.set("maxId", state.id_max(found.context));
  return Answer(std::move(object));
}

Result<Answer> get_text_by_id(const State& state, const Call& call) {
  MILL_TRY(const auto found, find_by_id(state, call));
  MILL_TRY(auto text,
           text_in_format(state, Subject(found.context, "").to_string(), *found.schema, call));
  return Answer(Raw{std::move(text)});
}

Result<Answer> list_subjects_of_id(const State& state, const Call& call) {
  MILL_TRY(const auto found, find_by_id(state, call));
  std::set<std::string> subjects;
  for (const auto& [subject, number] :
       state.uses_of(found.context, found.schema->id, call.deleted())) {
    subjects.insert(subject);
  }
  MILL_TRY(auto page, call.page(json::Array(subjects.begin(), subjects.end())));
  return Answer(std::move(page));
}

Result<Answer> list_versions_of_id(const State& state, const Call& call) {
  MILL_TRY(const auto found, find_by_id(state, call));
  json::Array versions;
  for (const auto& [subject, number] :
       state.uses_of(found.context, found.schema->id, call.deleted())) {
    versions.push_back(json::Object{{"subject", subject}, {"version", number}});
  }
  MILL_TRY(auto page, call.page(std::move(versions)));
  return Answer(std::move(page));
}

Error guid_not_found(const Call& call) {
  return registry_error(RegistryErrc::schema_not_found,
                        cat("Schema ", call.argument(0), " not found"));
}

Result<Answer> get_by_guid(const State& state, const Call& call) {
  for (const std::string& context : state.contexts()) {
    auto schema = state.by_guid(context, call.argument(0));
    if (!schema) continue;
    MILL_TRY(auto object,
             schema_string(state, {.context = context, .schema = std::move(schema)}, call));
    return Answer(std::move(object));
  }
  return guid_not_found(call);
}

Result<Answer> list_ids_of_guid(const State& state, const Call& call) {
  json::Array ids;
  for (const std::string& context : state.contexts()) {
    if (const auto schema = state.by_guid(context, call.argument(0))) {
      ids.push_back(json::Object{{"context", context}, {"id", schema->id}});
    }
  }
  if (ids.empty()) return guid_not_found(call);
  return Answer(std::move(ids));
}

Result<Answer> list_types(const State&, const Call&) {
  return Answer(json::Array{"JSON", "PROTOBUF", "AVRO"});
}

/// Which subjects a list has, by their associations, and which of these it tells.
class ByAssociation {
 public:
  /// By the parameters resourceType, associationType and lifecycle, which may be NONE.
  /// invalid_association.
  static Result<ByAssociation> of(const Call& call) {
    ByAssociation by;
    by.filter_ = {.resource_type = std::string(call.parameter("resourceType").value_or("")),
                  .types = call.parameters("associationType")};
    for (const std::string& name : call.parameters("lifecycle")) {
      const auto lifecycle = lifecycle_of(name);
      if (!lifecycle && name != "NONE") {
        return invalid_association("lifecycle", "must be STRONG, WEAK or NONE");
      }
      by.lifecycles_.insert(lifecycle);
    }
    return by;
  }

  /// Nothing where the subject is not in the list.
  std::optional<Associations::Found> told(const State& state, const std::string& subject) const {
    const bool is_asked =
        !filter_.resource_type.empty() || !filter_.types.empty() || !lifecycles_.empty();
    if (!is_asked) return Associations::Found();
    auto found = state.associations().of_subject(subject, filter_);
    const bool has_none = found.empty();
    std::erase_if(found, [&](const KnownAssociation* known) {
      return !lifecycles_.empty() && !lifecycles_.contains(known->association.lifecycle);
    });
    const bool is_in = has_none ? lifecycles_.contains(std::nullopt) : !found.empty();
    return is_in ? std::optional(std::move(found)) : std::nullopt;
  }

 private:
  AssociationFilter filter_;
  /// Nothing stands for subjects without associations.
  std::set<std::optional<Lifecycle>> lifecycles_;
};

Result<Answer> list_schemas(const State& state, const Call& call) {
  MILL_TRY(const auto by_association, ByAssociation::of(call));
  std::string prefix = qualify(call.parameter("subjectPrefix").value_or(""),
                               Subject(call.context(), "").to_string());
  if (!call.parameter("subjectPrefix") && call.context() == kDefaultContext) prefix = ":*:";
  std::vector<SubjectVersion> all;
  for (const std::string& subject : state.subjects(prefix, Deleted::with)) {
    if (!by_association.told(state, subject)) continue;
    auto numbers = state.version_numbers(subject, call.deleted());
    if (call.flag("latestOnly") && numbers.size() > 1) {
      numbers.erase(numbers.begin(), numbers.end() - 1);
    }
    for (const int32_t number : numbers) all.emplace_back(subject, number);
  }
  MILL_TRY(const Page page, call.page_of(all.size()));
  json::Array schemas;
  size_t bytes = 0;
  for (size_t i = 0; i < std::min(page.count, kListedSchemasMax); ++i) {
    const auto& [subject, number] = all[page.from + i];
    const Version& version = *state.version(subject, number, Deleted::with);
    bytes += version.schema->text.size();
    if (bytes > kListedBytesMax) {
      return registry_error(RegistryErrc::unprocessable,
                            cat("the schemas have more than ", kListedBytesMax,
                                " bytes; ask for fewer at once with offset and limit=", i));
    }
    auto object = schema_json(subject, number, version);
    json::Array associations;
    const auto told = by_association.told(state, subject);
    for (const KnownAssociation* known : *told) {
      associations.emplace_back(association_json(*known));
    }
    if (!associations.empty()) object.set("associations", std::move(associations));
    schemas.push_back(std::move(object));
  }
  return Answer(std::move(schemas));
}

constexpr std::array kRoutes = {
    Route{"GET", "/schemas", list_schemas},
    Route{"GET", "/schemas/types", list_types},
    Route{"GET", "/schemas/ids/{}", get_by_id},
    Route{"GET", "/schemas/ids/{}/schema", get_text_by_id},
    Route{"GET", "/schemas/ids/{}/subjects", list_subjects_of_id},
    Route{"GET", "/schemas/ids/{}/versions", list_versions_of_id},
    Route{"GET", "/schemas/guids/{}", get_by_guid},
    Route{"GET", "/schemas/guids/{}/ids", list_ids_of_guid},
};

}  // namespace

std::span<const Route> schema_routes() { return kRoutes; }

}  // namespace millrace::registry::rest
