// What the records of _schemas amount to.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "registry/records.h"
#include "registry/subject.h"

namespace millrace::registry {

/// Which versions an answer has.
enum class Deleted { without, with, only };

struct Version {
  std::shared_ptr<const SchemaText> schema;
  bool deleted = false;
  /// When it was registered, by its record.
  int64_t timestamp_ms = 0;
};
/// By number, from 1.
using Versions = std::map<int32_t, Version>;

/// A subject and one of its versions.
using SubjectVersion = std::pair<std::string, int32_t>;

/// A fold over records in the order of the log. Subjects are in their one spelling. Not
/// thread-safe.
class State {
 public:
  /// `corrupt_message` where the record contradicts what is there: an id that has another text.
  /// Nothing changed then.
  Result<void> apply(const Record& record, int64_t timestamp_ms);

  /// Null where the subject has none, deleted ones included.
  const Versions* versions(std::string_view subject) const;
  /// Null where it is not there, or deleted and not asked for.
  const Version* version(std::string_view subject, int32_t number, Deleted deleted) const;
  /// The number of the newest one.
  std::optional<int32_t> latest(std::string_view subject, Deleted deleted) const;
  std::vector<int32_t> version_numbers(std::string_view subject, Deleted deleted) const;
  /// In order, those that have versions of that kind. A prefix in the form of ":*:" matches the
  /// subjects of all contexts, ":.context:" those of one, anything else those of the default one
  /// that begin so.
  std::vector<std::string> subjects(std::string_view prefix, Deleted deleted) const;

  std::shared_ptr<const SchemaText> by_id(std::string_view context, int32_t id) const;
  std::shared_ptr<const SchemaText> by_guid(std::string_view context,
                                            const std::string& guid) const;
  std::vector<SubjectVersion> uses_of(std::string_view context, int32_t id, Deleted deleted) const;
  /// Those whose references name that version.
  std::vector<SubjectVersion> references_to(std::string_view subject, int32_t version,
                                            Deleted deleted) const;
  /// The default one first.
  std::vector<std::string> contexts() const;
  bool has_context(const std::string& context) const { return named_.contains(context); }
  /// The largest that was ever given there; 0 where none was.
  int32_t id_max(std::string_view context) const;
  /// Of every context that ids were given in.
  std::map<std::string, int32_t> id_max_by_context() const;

  /// The subject's own; "" has what holds for everything. Null where there is none.
  const json::Object* config(std::string_view subject) const;
  const std::string* mode(std::string_view subject) const;

  const Associations& associations() const { return associations_; }

  size_t schema_count() const;

 private:
  struct Known {
    std::shared_ptr<const SchemaText> schema;
    std::set<SubjectVersion> uses;
  };
  struct Context {
    std::unordered_map<int32_t, Known> by_id;
    std::unordered_map<std::string, int32_t> by_guid;
    int32_t id_max = 0;
  };

  Result<void> put(const SchemaEntry& entry, int64_t timestamp_ms);
  void remove(const std::string& subject, int32_t version);
  void delete_softly(const SubjectDeletion& deletion);
  void clear(const std::string& subject);
  void raise_ids(const IdFloor& floor);
  Context& context_of(std::string_view subject);
  const Context* find_context(std::string_view context) const;
  void note_references(const SubjectVersion& at, const SchemaText& schema, bool is_there);
  bool is_shown(const SubjectVersion& at, Deleted deleted) const;

  std::map<std::string, Versions, std::less<>> subjects_;
  /// Of ids. Those that are named are shown.
  std::map<std::string, Context, std::less<>> contexts_;
  std::set<std::string> named_{std::string(kDefaultContext)};
  std::map<SubjectVersion, std::set<SubjectVersion>> referenced_by_;
  std::map<std::string, json::Object, std::less<>> configs_;
  std::map<std::string, std::string, std::less<>> modes_;
  Associations associations_;
};

}  // namespace millrace::registry
