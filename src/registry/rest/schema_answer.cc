#include "registry/rest/schema_answer.h"

#include <algorithm>

#include "base/try.h"
#include "registry/error.h"
#include "registry/source.h"

namespace millrace::registry::rest {

Result<std::string> text_in_format(const State& state, const std::string& subject,
                                   const SchemaText& schema, const Call& call) {
  const std::string_view format = call.parameter("format").value_or("");
  if (format.empty()) return schema.text;
  auto parsed = parse_known(state, subject, schema);
  if (!parsed) return registry_error(RegistryErrc::invalid_schema, parsed.error().message());
  return (*parsed)->formatted(format);
}

bool has_properties(const SchemaText& schema,
                    const std::vector<std::pair<std::string, std::string>>& wanted) {
  return std::ranges::all_of(wanted, [&](const auto& pair) {
    return property_of(schema.metadata, pair.first) == pair.second;
  });
}

}  // namespace millrace::registry::rest
