#include "registry/association.h"

#include <algorithm>

namespace millrace::registry {

std::string_view name_of(Lifecycle lifecycle) {
  return lifecycle == Lifecycle::strong ? "STRONG" : "WEAK";
}

std::optional<Lifecycle> lifecycle_of(std::string_view name) {
  if (name == name_of(Lifecycle::strong)) return Lifecycle::strong;
  if (name == name_of(Lifecycle::weak)) return Lifecycle::weak;
  return std::nullopt;
}

bool AssociationFilter::matches(const Association& association) const {
  const AssociationKey& key = association.key;
  return (resource_type.empty() || key.resource_type == resource_type) &&
         (types.empty() || std::ranges::find(types, key.type) != types.end()) &&
         (!lifecycle || association.lifecycle == *lifecycle);
}

void Associations::put(const Association& association, int64_t timestamp_ms) {
  const auto before = all_.find(association.key);
  const int64_t since = before == all_.end() ? timestamp_ms : before->second.created_ms;
  remove(association.key);
  all_[association.key] = {
      .association = association, .created_ms = since, .updated_ms = timestamp_ms};
  by_subject_[association.key.subject].insert(association.key);
  by_resource_id_[association.resource_id].insert(association.key);
}

void Associations::remove(const AssociationKey& key) {
  const auto removed = all_.find(key);
  if (removed == all_.end()) return;
  const auto forget = [&](Index& index, const std::string& name) {
    const auto found = index.find(name);
    found->second.erase(key);
    if (found->second.empty()) index.erase(found);
  };
  forget(by_subject_, key.subject);
  forget(by_resource_id_, removed->second.association.resource_id);
  all_.erase(removed);
}

Associations::Found Associations::find(const Index& index, std::string_view name,
                                       const AssociationFilter& filter) const {
  Found found;
  const auto keys = index.find(name);
  if (keys == index.end()) return found;
  for (const AssociationKey& key : keys->second) {
    const KnownAssociation& known = all_.at(key);
    if (filter.matches(known.association)) found.push_back(&known);
  }
  return found;
}

Associations::Found Associations::of_subject(std::string_view subject,
                                             const AssociationFilter& filter) const {
  return find(by_subject_, subject, filter);
}

Associations::Found Associations::of_resource_id(std::string_view resource_id,
                                                 const AssociationFilter& filter) const {
  return find(by_resource_id_, resource_id, filter);
}

Associations::Found Associations::of_resource(std::string_view name, std::string_view name_space,
                                              const AssociationFilter& filter) const {
  Found found;
  const bool any_name = name == kAnyResource;
  // The name is what keys are ordered by first.
  auto at = any_name ? all_.begin() : all_.lower_bound({.resource_name = std::string(name)});
  for (; at != all_.end() && (any_name || at->first.resource_name == name); ++at) {
    const bool is_there = name_space == kAnyResource || at->first.resource_namespace == name_space;
    if (is_there && filter.matches(at->second.association)) found.push_back(&at->second);
  }
  return found;
}

bool Associations::is_owned(std::string_view subject) const {
  return !of_subject(subject, {.lifecycle = Lifecycle::strong}).empty();
}

json::Object association_json(const KnownAssociation& known) {
  const Association& association = known.association;
  const AssociationKey& key = association.key;
  json::Object object{{"subject", key.subject},
                      {"guid", association.guid},
                      {"resourceName", key.resource_name},
                      {"resourceNamespace", key.resource_namespace},
                      {"resourceId", association.resource_id},
                      {"resourceType", key.resource_type},
                      {"associationType", key.type},
                      {"lifecycle", name_of(association.lifecycle)}};
  add_frozen(association.lifecycle, association.frozen, object);
  object.set("createTs", known.created_ms);
  object.set("updateTs", known.updated_ms);
  return object;
}

void add_frozen(Lifecycle lifecycle, bool frozen, json::Object& object) {
  if (frozen != (lifecycle == Lifecycle::strong)) object.set("frozen", frozen);
}

}  // namespace millrace::registry
