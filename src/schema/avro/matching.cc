#include "schema/avro/matching.h"

#include <algorithm>

namespace millrace::schema::avro {

bool is_promoted(Kind writer, Kind reader) {
  switch (reader) {
    case Kind::int64: return writer == Kind::int32;
    case Kind::float32: return writer == Kind::int32 || writer == Kind::int64;
    case Kind::float64:
      return writer == Kind::int32 || writer == Kind::int64 || writer == Kind::float32;
    case Kind::string: return writer == Kind::bytes;
    case Kind::bytes: return writer == Kind::string;
    default: return false;
  }
}

bool names_match(const Type& reader, const Type& writer) {
  return reader.name.simple() == writer.name.simple() ||
         std::ranges::find(reader.aliases, writer.name) != reader.aliases.end();
}

BranchIndex::BranchIndex(const Type& reader) {
  for (const Type* branch : reader.types) {
    if (!is_named(branch->kind)) {
      unnamed_.push_back(branch);
      continue;
    }
    by_simple_name_.emplace(branch->name.simple(), branch);
    for (const Name& alias : branch->aliases) by_alias_.emplace(alias.full(), branch);
  }
}

std::vector<const Type*> BranchIndex::candidates(const Type& writer) const {
  if (is_named(writer.kind)) return named_candidates(writer);
  std::vector<const Type*> found;
  std::ranges::copy_if(unnamed_, std::back_inserter(found), [&](const Type* branch) {
    return branch->kind == writer.kind || is_promoted(writer.kind, branch->kind);
  });
  return found;
}

std::vector<const Type*> BranchIndex::named_candidates(const Type& writer) const {
  std::vector<const Type*> found;
  const auto [first, last] = by_simple_name_.equal_range(writer.name.simple());
  for (auto at = first; at != last; ++at) {
    if (at->second->kind == writer.kind) found.push_back(at->second);
  }
  const auto [alias, aliases_end] = by_alias_.equal_range(writer.name.full());
  for (auto at = alias; at != aliases_end; ++at) {
    const bool found_before = at->second->name.simple() == writer.name.simple();
    if (at->second->kind == writer.kind && !found_before) found.push_back(at->second);
  }
  return found;
}

}  // namespace millrace::schema::avro
