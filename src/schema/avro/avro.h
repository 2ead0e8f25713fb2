// Avro schemas (specification 1.11) for the registry.
#pragma once

#include <memory>

#include "schema/schema.h"

namespace millrace::schema::avro {

/// See schema::parse.
Result<std::shared_ptr<const Schema>> parse(const Source& source);

/// See schema::make_codec.
Result<std::unique_ptr<const Codec>> make_codec(const Source& source);

}  // namespace millrace::schema::avro
