// What the bodies and parameters of calls about associations ask for.
#pragma once

#include <vector>

#include "registry/association_batch.h"
#include "registry/rest/call.h"

namespace millrace::registry::rest {

/// The body as one request, with every op of that action. Not complete. bad_request: a member of
/// the wrong kind; invalid_association, invalid_schema: a word that is not known.
Result<AssociationRequest> association_request(const Call& call, AssociationAction action);
/// The body's requests, each with the actions that it names; invalid_association where there are
/// none.
Result<std::vector<AssociationRequest>> association_requests(const Call& call);
Result<std::vector<AssociationQuery>> association_queries(const Call& call);

/// By the parameters resourceType, associationType and lifecycle. invalid_association.
Result<AssociationFilter> association_filter(const Call& call);

}  // namespace millrace::registry::rest
