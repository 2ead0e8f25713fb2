// Avro types as text.
#pragma once

#include <string>

#include "schema/avro/type.h"

namespace millrace::schema::avro {

/// What Confluent's registry keeps: the text that Apache Avro's Java library writes. Attributes in
/// a fixed order, namespaces only where they differ from the one around, a named type in full where
/// it comes first and by its name from then on, unknown attributes kept. Types that a reference
/// defines are named, never written out. What that library does not keep is gone: attributes that a
/// kind does not have, a doc that is no text, an order that is the default, the difference between
/// 1e2 and 100.0.
std::string canonical_text(const TypeGraph& graph);

/// What Confluent's registry keeps with `normalize`: the same with properties sorted at every level
/// (those of a logical type first), aliases sorted, defaults as their types have them (a double's 1
/// is 1.0), no empty doc of a type, "error" as "record".
///
/// Unlike there, a default of another branch of a union than the first is kept.
std::string normalized_text(const TypeGraph& graph);

/// The canonical text with what references define in it, where it comes first. Where that would be
/// nested too deep to be read by anyone, the canonical text.
std::string resolved_text(const TypeGraph& graph);

}  // namespace millrace::schema::avro
