// What of a field's type counts for compatibility: how its values are encoded.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

namespace millrace::schema::protobuf {

/// Enums are scalars: on the wire they are numbers.
enum class Kind { scalar, message, map, group };

/// Scalars that read each other's encoding (protobuf.dev, "Updating A Message Type").
enum class ScalarGroup { varint, zigzag, string_or_bytes, fixed32, fixed64, single_real, real };

Kind kind_of(const google::protobuf::FieldDescriptor& field);
/// `field` must be a scalar.
ScalarGroup scalar_group_of(const google::protobuf::FieldDescriptor& field);

std::string_view name_of(Kind kind);
/// The types of the group: "int32, uint32, int64, uint64, bool or an enum".
std::string_view types_of(ScalarGroup group);
/// As a schema's text has it: "int32", "shop.Order", "map<string, int32>".
std::string name_of_type(const google::protobuf::FieldDescriptor& field);

/// A type's full name without the package of its file, which may change between versions.
std::string local_name(const google::protobuf::Descriptor& message);

}  // namespace millrace::schema::protobuf
