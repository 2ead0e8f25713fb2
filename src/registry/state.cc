#include "registry/state.h"

#include <algorithm>
#include <ranges>

#include "base/text.h"

namespace millrace::registry {
namespace {

bool is_shown(const Version& version, Deleted deleted) {
  switch (deleted) {
    case Deleted::without: return !version.deleted;
    case Deleted::only: return version.deleted;
    case Deleted::with: break;
  }
  return true;
}

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

}  // namespace

Result<void> State::apply(const Record& record, int64_t timestamp_ms) {
  const Overloaded apply{
      [&](const SchemaEntry& entry) { return put(entry, timestamp_ms); },
      [&](const SchemaTombstone& tombstone) {
        remove(tombstone.subject, tombstone.version);
        return Result<void>();
      },
      [&](const SubjectDeletion& deletion) {
        delete_softly(deletion);
        return Result<void>();
      },
      [&](const SubjectClearing& clearing) {
        clear(clearing.subject);
        return Result<void>();
      },
      [&](const ConfigChange& change) {
        if (change.config) {
          configs_[change.subject] = *change.config;
        } else {
          configs_.erase(change.subject);
        }
        return Result<void>();
      },
      [&](const ModeChange& change) {
        if (change.mode) {
          modes_[change.subject] = *change.mode;
        } else {
          modes_.erase(change.subject);
        }
        return Result<void>();
      },
      [&](const ContextEntry& entry) {
        if (entry.is_there) {
          named_.insert(entry.context);
        } else if (entry.context != kDefaultContext) {
          named_.erase(entry.context);
        }
        return Result<void>();
      },
      [&](const Association& association) {
        associations_.put(association, timestamp_ms);
        return Result<void>();
      },
      [&](const AssociationTombstone& tombstone) {
        associations_.remove(tombstone.key);
        return Result<void>();
      },
      [&](const IdFloor& floor) {
        raise_ids(floor);
        return Result<void>();
      },
      [](const OtherRecord&) { return Result<void>(); },
  };
  return std::visit(apply, record);
}

Result<void> State::put(const SchemaEntry& entry, int64_t timestamp_ms) {
  Context& context = context_of(entry.subject);
  const SubjectVersion at{entry.subject, entry.version};
  const auto known = context.by_id.find(entry.schema->id);
  if (known != context.by_id.end() && known->second.schema->text != entry.schema->text) {
    return kafka_error(ErrorCode::corrupt_message,
                       cat("id ", entry.schema->id, " of ", entry.subject, " version ",
                           entry.version, " already stands for another schema"));
  }
  const Version* before = version(entry.subject, entry.version, Deleted::with);
  if (before != nullptr && before->schema->id != entry.schema->id) {
    remove(entry.subject, entry.version);
    before = nullptr;
  }
  Known& own = context.by_id[entry.schema->id];
  if (!own.schema) {
    own.schema = entry.schema;
    // Of two ids with one text, as two registries copied into one may have, the first is found.
    context.by_guid.emplace(entry.schema->guid, entry.schema->id);
  }
  own.uses.insert(at);
  context.id_max = std::max(context.id_max, entry.schema->id);
  named_.insert(Subject::parse(entry.subject).context());
  if (before == nullptr) note_references(at, *own.schema, true);
  const int64_t since = before != nullptr ? before->timestamp_ms : timestamp_ms;
  subjects_[entry.subject][entry.version] = {
      .schema = own.schema, .deleted = entry.deleted, .timestamp_ms = since};
  return {};
}

void State::remove(const std::string& subject, int32_t version) {
  const auto found = subjects_.find(subject);
  if (found == subjects_.end()) return;
  const auto removed = found->second.find(version);
  if (removed == found->second.end()) return;
  const std::shared_ptr<const SchemaText> schema = removed->second.schema;
  const SubjectVersion at{subject, version};
  note_references(at, *schema, false);
  found->second.erase(removed);
  if (found->second.empty()) subjects_.erase(found);
  Context& context = context_of(subject);
  const auto known = context.by_id.find(schema->id);
  known->second.uses.erase(at);
  if (!known->second.uses.empty()) return;
  context.by_id.erase(known);
  const auto named = context.by_guid.find(schema->guid);
  if (named != context.by_guid.end() && named->second == schema->id) context.by_guid.erase(named);
}

void State::delete_softly(const SubjectDeletion& deletion) {
  const auto found = subjects_.find(deletion.subject);
  if (found == subjects_.end()) return;
  for (auto& [number, version] : found->second) {
    if (number <= deletion.up_to) version.deleted = true;
  }
}

void State::clear(const std::string& subject) {
  const Subject cleared = Subject::parse(subject);
  std::vector<SubjectVersion> gone;
  for (const auto& [name, versions] : subjects_) {
    const bool is_in_it = name == subject || (cleared.name().empty() &&
                                              Subject::parse(name).context() == cleared.context());
    if (!is_in_it) continue;
    for (const auto& [number, version] : versions) gone.emplace_back(name, number);
  }
  for (const auto& [name, number] : gone) remove(name, number);
}

void State::raise_ids(const IdFloor& floor) {
  for (const json::Member& member : floor.id_max_by_context) {
    const auto id = int32_of(member.value);
    if (!id || *id < 0) continue;
    Context& context = contexts_[member.name];
    context.id_max = std::max(context.id_max, *id);
  }
}

void State::note_references(const SubjectVersion& at, const SchemaText& schema, bool is_there) {
  for (const schema::Reference& reference : schema.references) {
    const SubjectVersion to{qualify(reference.subject, at.first), reference.version};
    if (is_there) {
      referenced_by_[to].insert(at);
    } else if (const auto found = referenced_by_.find(to); found != referenced_by_.end()) {
      found->second.erase(at);
      if (found->second.empty()) referenced_by_.erase(found);
    }
  }
}

State::Context& State::context_of(std::string_view subject) {
  return contexts_[Subject::parse(subject).context()];
}

const State::Context* State::find_context(std::string_view context) const {
  const auto found = contexts_.find(context);
  return found == contexts_.end() ? nullptr : &found->second;
}

const Versions* State::versions(std::string_view subject) const {
  const auto found = subjects_.find(subject);
  return found == subjects_.end() ? nullptr : &found->second;
}

const Version* State::version(std::string_view subject, int32_t number, Deleted deleted) const {
  const Versions* all = versions(subject);
  if (all == nullptr) return nullptr;
  const auto found = all->find(number);
  if (found == all->end() || !registry::is_shown(found->second, deleted)) return nullptr;
  return &found->second;
}

std::optional<int32_t> State::latest(std::string_view subject, Deleted deleted) const {
  const Versions* all = versions(subject);
  if (all == nullptr) return std::nullopt;
  const auto newest_first = std::views::reverse(*all);
  const auto found = std::ranges::find_if(newest_first, [&](const auto& numbered) {
    return registry::is_shown(numbered.second, deleted);
  });
  if (found == newest_first.end()) return std::nullopt;
  return found->first;
}

std::vector<int32_t> State::version_numbers(std::string_view subject, Deleted deleted) const {
  std::vector<int32_t> numbers;
  const Versions* all = versions(subject);
  if (all == nullptr) return numbers;
  for (const auto& [number, version] : *all) {
    if (registry::is_shown(version, deleted)) numbers.push_back(number);
  }
  return numbers;
}

std::vector<std::string> State::subjects(std::string_view prefix, Deleted deleted) const {
  const bool every_context = prefix.starts_with(":*:");
  const Subject wanted = Subject::parse(every_context ? prefix.substr(3) : prefix);
  std::vector<std::string> names;
  for (const auto& [name, versions] : subjects_) {
    const Subject subject = Subject::parse(name);
    if (!every_context && subject.context() != wanted.context()) continue;
    if (!subject.name().starts_with(wanted.name())) continue;
    // A subject is deleted once all of its versions are.
    const bool is_alive =
        std::ranges::any_of(versions, [](const auto& version) { return !version.second.deleted; });
    if (deleted == Deleted::with || is_alive == (deleted == Deleted::without)) {
      names.push_back(name);
    }
  }
  return names;
}

std::shared_ptr<const SchemaText> State::by_id(std::string_view context, int32_t id) const {
  const Context* ids = find_context(context);
  if (ids == nullptr) return nullptr;
  const auto found = ids->by_id.find(id);
  return found == ids->by_id.end() ? nullptr : found->second.schema;
}

std::shared_ptr<const SchemaText> State::by_guid(std::string_view context,
                                                 const std::string& guid) const {
  const Context* ids = find_context(context);
  if (ids == nullptr) return nullptr;
  const auto found = ids->by_guid.find(guid);
  return found == ids->by_guid.end() ? nullptr : by_id(context, found->second);
}

bool State::is_shown(const SubjectVersion& at, Deleted deleted) const {
  return version(at.first, at.second, deleted) != nullptr;
}

std::vector<SubjectVersion> State::uses_of(std::string_view context, int32_t id,
                                           Deleted deleted) const {
  std::vector<SubjectVersion> uses;
  const Context* ids = find_context(context);
  if (ids == nullptr) return uses;
  const auto found = ids->by_id.find(id);
  if (found == ids->by_id.end()) return uses;
  std::ranges::copy_if(found->second.uses, std::back_inserter(uses),
                       [&](const auto& at) { return is_shown(at, deleted); });
  return uses;
}

std::vector<SubjectVersion> State::references_to(std::string_view subject, int32_t version,
                                                 Deleted deleted) const {
  std::vector<SubjectVersion> referrers;
  const auto found = referenced_by_.find({std::string(subject), version});
  if (found == referenced_by_.end()) return referrers;
  std::ranges::copy_if(found->second, std::back_inserter(referrers),
                       [&](const auto& at) { return is_shown(at, deleted); });
  return referrers;
}

std::vector<std::string> State::contexts() const {
  return {named_.begin(), named_.end()};  // "." sorts in front of all others
}

int32_t State::id_max(std::string_view context) const {
  const Context* ids = find_context(context);
  return ids == nullptr ? 0 : ids->id_max;
}

std::map<std::string, int32_t> State::id_max_by_context() const {
  std::map<std::string, int32_t> all;
  for (const auto& [name, context] : contexts_) {
    if (context.id_max > 0) all[name] = context.id_max;
  }
  return all;
}

const json::Object* State::config(std::string_view subject) const {
  const auto found = configs_.find(subject);
  return found == configs_.end() ? nullptr : &found->second;
}

const std::string* State::mode(std::string_view subject) const {
  const auto found = modes_.find(subject);
  return found == modes_.end() ? nullptr : &found->second;
}

size_t State::schema_count() const {
  size_t count = 0;
  for (const auto& [name, context] : contexts_) count += context.by_id.size();
  return count;
}

}  // namespace millrace::registry
