// What a request wants of a resource's associations, as far as it shows without looking at what is
// there, and how it is answered.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"
#include "registry/association.h"
#include "registry/candidate.h"

namespace millrace::registry {

struct Resource {
  std::string name = {};
  std::string name_space = {};
  /// Nothing only where nothing is changed: a topic that is not made yet has none.
  std::optional<std::string> id = std::nullopt;
  std::string type = kTopicResource;
};

enum class AssociationAction { create, upsert, remove };

/// What a request wants of one of the resource's associations.
struct AssociationOp {
  AssociationAction action = AssociationAction::create;
  /// Begins the names of its members in messages: "associations[0].".
  std::string path = {};
  /// "key" or "value".
  std::string type = "value";

  /// In its one spelling.
  std::optional<std::string> subject = std::nullopt;
  std::optional<Lifecycle> lifecycle = std::nullopt;
  std::optional<bool> frozen = std::nullopt;
  std::optional<Candidate> schema = std::nullopt;

  /// Of a removal: a subject that is the resource's own goes, too.
  bool cascade = false;
};

struct AssociationRequest {
  Resource resource;
  /// As AssociationOp::path.
  std::string path = {};
  std::vector<AssociationOp> ops = {};
};

/// Fills in subject, lifecycle and frozen where a creation leaves them out. invalid_association:
/// what would be refused whatever is there already; each names the member and what would do.
Result<void> complete(AssociationRequest& request, bool dry_run);

/// What an association is to be.
struct AssociationTerms {
  Lifecycle lifecycle = Lifecycle::weak;
  bool frozen = false;
  /// Nothing only where it has to be named, and is not.
  std::optional<std::string> subject = std::nullopt;
};
/// Of an association that is not there yet, what the op says, and what it leaves open: one that
/// brings its schema is strong, others are weak; strong ones are frozen and have the resource's own
/// subject.
AssociationTerms terms_of_new(const Resource& resource, const AssociationOp& op);
/// What has to hold of every association; with a subject then. invalid_association.
Result<void> check_terms(const Resource& resource, const AssociationOp& op,
                         const AssociationTerms& terms);
/// A frozen association has the resource's own subject. invalid_association.
Result<void> check_frozen_subject(const Resource& resource, const AssociationOp& op,
                                  std::string_view subject);

Error invalid_association(std::string_view property, std::string_view detail);
/// The member of the op.
Error invalid_association(const AssociationOp& op, std::string_view member,
                          std::string_view detail);

/// As Confluent's AssociationResponse entity; `infos` are its associations.
json::Object association_response(const Resource& resource, json::Array infos);
/// One of them; the schema is null where it is not told.
json::Object association_info(const Association& association, json::Value schema);

}  // namespace millrace::registry
