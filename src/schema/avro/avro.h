// Avro schemas (specification 1.11) for the registry.
#pragma once

#include <memory>

#include "schema/schema.h"

namespace millrace::schema::avro {

/// See schema::parse. Strict where the specification is and Avro's Java library, of late, is not: a
/// name is defined before it is used, and once.
Result<std::shared_ptr<const Schema>> parse(const Source& source);

/// See schema::make_codec.
Result<std::unique_ptr<const Codec>> make_codec(const Source& source);

}  // namespace millrace::schema::avro
