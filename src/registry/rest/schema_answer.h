// Schemas in answers.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "registry/rest/call.h"
#include "registry/state.h"

namespace millrace::registry::rest {

/// The schema's text in the form that the call's parameter `format` asks for.
Result<std::string> text_in_format(const State& state, const std::string& subject,
                                   const SchemaText& schema, const Call& call);

/// True where the metadata's properties have all of these names with these values.
bool has_properties(const SchemaText& schema,
                    const std::vector<std::pair<std::string, std::string>>& wanted);

}  // namespace millrace::registry::rest
