#include "schema/protobuf/field_comparison.h"

#include "base/text.h"
#include "schema/protobuf/field_kind.h"

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;

/// "field 3 (age) is int32, data was written with string".
std::string change_of(const pb::FieldDescriptor& read, const pb::FieldDescriptor& written) {
  return cat("field ", read.number(), " (", read.name(), ") is ", name_of_type(read),
             ", data was written with ", name_of_type(written));
}

void compare_scalars(const pb::FieldDescriptor& read, const pb::FieldDescriptor& written,
                     const std::string& path, Misfits& misfits) {
  const ScalarGroup group = scalar_group_of(written);
  if (scalar_group_of(read) == group) return;
  misfits.add({.rule = "FIELD_SCALAR_KIND_CHANGED",
               .path = path,
               .message = cat(change_of(read, written), ": only ", types_of(group),
                              " can read that, or give the new field a number of its own")});
}

/// A list of numbers is packed into one value, which a reader of single ones does not expect.
/// Confluent's registry does not see this where a proto3 field has no label at all; protobuf.dev
/// makes no difference there.
void compare_labels(const pb::FieldDescriptor& read, const pb::FieldDescriptor& written,
                    const std::string& path, Misfits& misfits) {
  if (read.label() == written.label()) return;
  if (scalar_group_of(written) == ScalarGroup::string_or_bytes) return;
  const auto word = [](const pb::FieldDescriptor& field) {
    return field.is_repeated() ? "repeated" : field.is_required() ? "required" : "singular";
  };
  misfits.add({.rule = "FIELD_NUMERIC_LABEL_CHANGED",
               .path = path,
               .message = cat("field ", read.number(), " (", read.name(), ") is ", word(read),
                              ", data was written with it ", word(written),
                              ": keep that, or give the new field a number of its own")});
}

std::optional<MessageVersions> compare_message_types(const pb::FieldDescriptor& read,
                                                     const pb::FieldDescriptor& written,
                                                     const std::string& path, Misfits& misfits) {
  if (local_name(*read.message_type()) == local_name(*written.message_type())) {
    return MessageVersions{.read = read.message_type(), .written = written.message_type()};
  }
  misfits.add({.rule = "FIELD_NAMED_TYPE_CHANGED",
               .path = path,
               .message = cat(change_of(read, written),
                              ": keep the type, or give the new field a number of its own")});
  return std::nullopt;
}

/// Labels aside: those of a map's key and value say nothing.
std::optional<MessageVersions> compare_types(const pb::FieldDescriptor& read,
                                             const pb::FieldDescriptor& written,
                                             const std::string& path, Misfits& misfits) {
  const Kind kind = kind_of(written);
  if (kind_of(read) != kind) {
    misfits.add({.rule = "FIELD_KIND_CHANGED",
                 .path = path,
                 .message = cat(change_of(read, written), ", ", name_of(kind),
                                ": keep the type, or give the new field a number of its own")});
    return std::nullopt;
  }
  if (kind == Kind::scalar) {
    compare_scalars(read, written, path, misfits);
    return std::nullopt;
  }
  return compare_message_types(read, written, path, misfits);
}

}  // namespace

std::string path_of_field(const std::string& message_path, const pb::FieldDescriptor& field) {
  const pb::OneofDescriptor* oneof = field.real_containing_oneof();
  return oneof ? cat(message_path, "/", oneof->name(), "/", field.number())
               : cat(message_path, "/", field.number());
}

std::optional<MessageVersions> compare_fields(const pb::FieldDescriptor& read,
                                              const pb::FieldDescriptor& written,
                                              const std::string& path, Misfits& misfits) {
  if (kind_of(read) == Kind::map && kind_of(written) == Kind::map) {
    const pb::Descriptor& read_entry = *read.message_type();
    const pb::Descriptor& written_entry = *written.message_type();
    compare_types(*read_entry.map_key(), *written_entry.map_key(), path, misfits);
    return compare_types(*read_entry.map_value(), *written_entry.map_value(), path, misfits);
  }
  const size_t before = misfits.size();
  const auto needed = compare_types(read, written, path, misfits);
  if (misfits.size() == before && kind_of(read) == Kind::scalar) {
    compare_labels(read, written, path, misfits);
  }
  return needed;
}

}  // namespace millrace::schema::protobuf
