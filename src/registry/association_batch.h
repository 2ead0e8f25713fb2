// Many requests about associations in one call: each is carried out, or refused, by itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "registry/association_change.h"

namespace millrace::registry {

/// Carries the requests out one after another, and of each, run by run, the ops that follow on each
/// other with one action; every removal is a run of its own. A run is carried out whole or not at
/// all; where it is refused, so is what is left of its request, and earlier runs stand. Answers
/// {"results"}: for each request what the resource has now, or an error. Fails never.
Result<Plan> plan_association_batch(const State& state, const ReservedIds& reserved,
                                    std::vector<AssociationRequest> requests, bool dry_run);

/// Which associations one is asked about: by the resource's id, else by its names.
struct AssociationQuery {
  Resource resource;
  std::string path = {};
  AssociationFilter filter = {};
};

/// Of results with schemas: one schema may be asked for again and again.
inline constexpr size_t kToldBytesMax = size_t{16} << 20;

/// Answers {"results"} as plan_association_batch does. With `with_schemas` each association tells
/// the latest schema of its subject; the queries behind kToldBytesMax are refused as unprocessable.
json::Object find_associations(const State& state, const std::vector<AssociationQuery>& queries,
                               bool with_schemas);

}  // namespace millrace::registry
