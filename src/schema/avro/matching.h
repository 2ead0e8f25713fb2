// Whether a reader's type may take a writer's, seen from outside: by kinds and names.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "schema/avro/type.h"

namespace millrace::schema::avro {

/// The numbers and texts that are read as another type ("Schema Resolution").
bool is_promoted(Kind writer, Kind reader);

/// Of two named types: without namespaces, or by one of the reader's aliases in full.
bool names_match(const Type& reader, const Type& writer);

/// The branches of a reader's union, found without a look at each.
class BranchIndex {
 public:
  /// The union must outlive this.
  explicit BranchIndex(const Type& reader);

  /// Those that may take the writer's type, which is no union.
  std::vector<const Type*> candidates(const Type& writer) const;

 private:
  std::vector<const Type*> named_candidates(const Type& writer) const;

  std::vector<const Type*> unnamed_;
  std::unordered_multimap<std::string_view, const Type*> by_simple_name_;
  std::unordered_multimap<std::string_view, const Type*> by_alias_;
};

}  // namespace millrace::schema::avro
