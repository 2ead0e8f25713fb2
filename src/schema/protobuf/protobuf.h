// Protobuf files, proto2 and proto3, for the registry.
#pragma once

#include <memory>
#include <string_view>

#include "schema/schema.h"

namespace millrace::schema::protobuf {

/// See schema::parse.
Result<std::shared_ptr<const Schema>> parse(const Source& source);

/// See schema::make_codec.
Result<std::unique_ptr<const Codec>> make_codec(const Source& source, std::string_view message);

}  // namespace millrace::schema::protobuf
