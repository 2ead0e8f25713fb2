// Which rules two schemas are compared by.
#include "base/text.h"
#include "schema/json_schema/comparison.h"

namespace millrace::schema::json_schema {
namespace {

using Kind = Facet::Kind;

}  // namespace

void Comparison::compare_kinds(const Facet& writer, const Facet& reader) {
  const bool from_combined = writer.kind == Kind::combined;
  const bool to_combined = reader.kind == Kind::combined;
  if (!from_combined && to_combined && fits_into_a_part(writer, reader)) return;
  if (from_combined && !to_combined && a_part_fits(writer, reader)) return;
  if (writer.kind == reader.kind) {
    compare_same_kind(writer, reader);
    return;
  }
  if (writer.kind == Kind::nothing || reader.kind == Kind::anything) return;
  // A decimal of Kafka Connect was a string once and is a number since.
  if (writer.node->connect_bytes && reader.node->connect_bytes) return;
  note("TYPE_CHANGED", cat("The writer's values are ", describe(writer), ", this schema wants ",
                           describe(reader), ": keep the writer's, or take both as oneOf."));
}

void Comparison::compare_same_kind(const Facet& writer, const Facet& reader) {
  switch (writer.kind) {
    case Kind::string: compare_strings(writer, reader); return;
    case Kind::number: compare_numbers(writer, reader); return;
    case Kind::array: compare_arrays(writer, reader); return;
    case Kind::object: compare_objects(writer, reader); return;
    case Kind::combined: compare_combined(writer, reader); return;
    case Kind::negation: compare_negations(writer, reader); return;
    case Kind::constant: compare_constants(writer, reader); return;
    case Kind::enumeration: compare_enumerations(writer, reader); return;
    // What their rules do not look into: if, then and else among it.
    case Kind::conditional:
    case Kind::boolean:
    case Kind::null:
    case Kind::anything:
    case Kind::nothing: return;
  }
}

}  // namespace millrace::schema::json_schema
