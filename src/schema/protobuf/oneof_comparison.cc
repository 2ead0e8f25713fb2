#include "schema/protobuf/oneof_comparison.h"

#include <set>
#include <string_view>

#include "base/text.h"

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;

bool has_oneof(const pb::Descriptor& message, const std::string& name) {
  const pb::OneofDescriptor* oneof = message.FindOneofByName(name);
  return oneof && oneof->index() < message.real_oneof_decl_count();
}

/// Nothing of it is left, not even its name: who removes all that knows what it does.
bool removed_whole(const pb::OneofDescriptor& written, const pb::Descriptor& read) {
  if (has_oneof(read, written.name())) return false;
  for (int i = 0; i < written.field_count(); ++i) {
    if (read.FindFieldByNumber(written.field(i)->number())) return false;
  }
  return true;
}

void compare_removed(const pb::OneofDescriptor& written, const pb::Descriptor& read,
                     const std::string& path, Misfits& misfits) {
  if (removed_whole(written, read)) return;
  for (int i = 0; i < written.field_count(); ++i) {
    const pb::FieldDescriptor& field = *written.field(i);
    if (read.FindFieldByNumber(field.number())) continue;
    misfits.add(
        {.rule = "ONEOF_FIELD_REMOVED",
         .path = cat(path, "/", written.name(), "/", field.number()),
         .message = cat("field ", field.number(), " (", field.name(), ") of oneof ", written.name(),
                        " is gone, so data with it reads as if none was set: keep it")});
  }
}

/// Where the fields of a oneof were when data was written.
struct Origins {
  std::set<std::string_view> oneofs;
  int outside_count = 0;

  size_t count() const { return oneofs.size() + static_cast<size_t>(outside_count); }
};

Origins origins_of(const pb::OneofDescriptor& read, const pb::Descriptor& written) {
  Origins origins;
  for (int i = 0; i < read.field_count(); ++i) {
    const pb::FieldDescriptor* before = written.FindFieldByNumber(read.field(i)->number());
    if (!before) continue;  // new: no data has it
    if (const pb::OneofDescriptor* oneof = before->real_containing_oneof()) {
      origins.oneofs.insert(oneof->name());
    } else {
      ++origins.outside_count;
    }
  }
  return origins;
}

/// Fields that could be set together exclude each other now: of what was written the last one
/// wins.
void compare_moved(const pb::OneofDescriptor& read, const pb::Descriptor& written,
                   const std::string& path, Misfits& misfits) {
  const Origins origins = origins_of(read, written);
  if (origins.count() <= 1) return;
  const bool several = origins.outside_count > 1;
  misfits.add({.rule = several ? "MULTIPLE_FIELDS_MOVED_TO_ONEOF" : "FIELD_MOVED_TO_EXISTING_ONEOF",
               .path = cat(path, "/", read.name()),
               .message = cat("oneof ", read.name(),
                              " joins fields that data may have together: leave them where they "
                              "were, or give the oneof fields of its own")});
}

}  // namespace

void compare_oneofs(const pb::Descriptor& read, const pb::Descriptor& written,
                    const std::string& path, Misfits& misfits) {
  for (int i = 0; i < read.real_oneof_decl_count(); ++i) {
    compare_moved(*read.oneof_decl(i), written, path, misfits);
  }
  for (int i = 0; i < written.real_oneof_decl_count(); ++i) {
    compare_removed(*written.oneof_decl(i), read, path, misfits);
  }
}

}  // namespace millrace::schema::protobuf
