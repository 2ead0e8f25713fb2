// Whether data of one Avro type can be read as another (specification 1.11, "Schema Resolution").
#pragma once

#include <vector>

#include "schema/avro/type.h"
#include "schema/schema.h"

namespace millrace::schema::avro {

/// What Apache Avro's SchemaCompatibility, and so Confluent's registry, finds, by its names of
/// rules and its paths:
///   NAME_MISMATCH, FIXED_SIZE_MISMATCH, MISSING_ENUM_SYMBOLS, READER_FIELD_MISSING_DEFAULT_VALUE,
///   TYPE_MISMATCH, MISSING_UNION_BRANCH
/// Names are compared without namespaces, aliases are the reader's, logical types do not count.
///
/// Each pair of types is compared once and, other than there, reported once, where it comes first.
/// Past kComparisonsMax comparisons or kReasonsMax reasons it stops with one more reason.
std::vector<Incompatibility> misfits_of(const Type& reader, const Type& writer);

inline constexpr size_t kComparisonsMax = 1'000'000;
inline constexpr size_t kReasonsMax = 100;

}  // namespace millrace::schema::avro
