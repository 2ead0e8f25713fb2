// Associations: which subject has the schemas of a resource, a topic's keys or values.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"

namespace millrace::registry {

/// Strong: the subject is the resource's own. No other resource has it, no schema refers to it, and
/// it may go with the resource. Weak: any number of resources share the subject.
enum class Lifecycle { strong, weak };

std::string_view name_of(Lifecycle lifecycle);
/// In capitals only, as Confluent's registry has it.
std::optional<Lifecycle> lifecycle_of(std::string_view name);

/// The only type of resource there is.
inline constexpr const char* kTopicResource = "topic";
/// Instead of a resource's name or namespace: whichever.
inline constexpr std::string_view kAnyResource = "-";

/// What makes an association one of its own; ordered as answers list them.
struct AssociationKey {
  std::string resource_name = {};
  /// The Kafka cluster, for one.
  std::string resource_namespace = {};
  std::string resource_type = {};
  /// "key" or "value".
  std::string type = {};
  std::string subject = {};

  auto operator<=>(const AssociationKey&) const = default;
};

struct Association {
  AssociationKey key = {};
  /// Stays for as long as it is there.
  std::string guid = {};
  /// A topic that is made anew under its name has another one.
  std::string resource_id = {};
  Lifecycle lifecycle = Lifecycle::weak;
  /// It goes only together with the resource. Strong ones are; some that older registries wrote are
  /// not.
  bool frozen = false;
};

struct KnownAssociation {
  Association association;
  /// By the record that brought it first, and by its last one.
  int64_t created_ms = 0;
  int64_t updated_ms = 0;
};

/// What is empty lets everything through.
struct AssociationFilter {
  std::string resource_type = {};
  std::vector<std::string> types = {};
  std::optional<Lifecycle> lifecycle = std::nullopt;

  bool matches(const Association& association) const;
};

/// All there are, found by subject and by resource. What is found is in order, and stays where it
/// is until the next change. Not thread-safe.
class Associations {
 public:
  using Found = std::vector<const KnownAssociation*>;

  /// In place of the one with that key, if there is one.
  void put(const Association& association, int64_t timestamp_ms);
  void remove(const AssociationKey& key);

  Found of_subject(std::string_view subject, const AssociationFilter& filter = {}) const;
  Found of_resource_id(std::string_view resource_id, const AssociationFilter& filter = {}) const;
  /// Each may be kAnyResource.
  Found of_resource(std::string_view name, std::string_view name_space,
                    const AssociationFilter& filter = {}) const;
  /// True where a resource has the subject as its own.
  bool is_owned(std::string_view subject) const;

 private:
  using Index = std::map<std::string, std::set<AssociationKey>, std::less<>>;

  Found find(const Index& index, std::string_view name, const AssociationFilter& filter) const;

  std::map<AssociationKey, KnownAssociation> all_;
  Index by_subject_;
  Index by_resource_id_;
};

/// As Confluent's Association entity.
json::Object association_json(const KnownAssociation& known);
/// Sets "frozen" where the lifecycle alone does not say it.
void add_frozen(Lifecycle lifecycle, bool frozen, json::Object& object);

}  // namespace millrace::registry
