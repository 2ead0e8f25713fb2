// What a schema's references stand for.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "registry/state.h"
#include "schema/schema.h"

namespace millrace::registry {

/// Schemas that one schema may pull in, directly or through others, and their texts together:
/// bounds for references that explode.
inline constexpr size_t kDependenciesMax = 1'000;
inline constexpr size_t kDependencyBytesMax = size_t{16} << 20;

/// A version that a reference names: its text, and what that refers to in turn.
struct Referred {
  std::string text;
  std::vector<schema::Reference> references;
};
/// Answers a version of a subject; -1 is the latest.
using FindReferred = std::function<Result<Referred>(const std::string& subject, int32_t version)>;

/// The text with all that its references name, as `find` answers them; names without a context are
/// of the context of `subject`. invalid_schema: more than the limits. Errors of `find` come with
/// the reference's name.
Result<schema::Source> collect_source(const FindReferred& find, std::string_view subject,
                                      std::string_view text,
                                      const std::vector<schema::Reference>& references);

/// The text with all that its references name, from the subjects' versions; names without a context
/// are of the context of `subject`. Softly deleted versions count. invalid_schema: a version that
/// is not there; more than the limits.
Result<schema::Source> source_of(const State& state, std::string_view subject,
                                 std::string_view text,
                                 const std::vector<schema::Reference>& references);

/// Parses what was registered.
Result<std::shared_ptr<const schema::Schema>> parse_known(const State& state,
                                                          std::string_view subject,
                                                          const SchemaText& schema);

}  // namespace millrace::registry
