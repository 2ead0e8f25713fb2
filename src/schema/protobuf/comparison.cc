#include "schema/protobuf/comparison.h"

#include <google/protobuf/descriptor.pb.h>

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/text.h"
#include "schema/protobuf/field_comparison.h"
#include "schema/protobuf/field_kind.h"
#include "schema/protobuf/message_members.h"
#include "schema/protobuf/oneof_comparison.h"

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;

std::string path_of(const pb::Descriptor& message) {
  std::string path = "#/" + local_name(message);
  for (char& c : path) {
    if (c == '.') c = '/';
  }
  return path;
}

/// Compares files, then the imported messages that their fields need, one after the other: types
/// may refer to each other in circles or in long chains.
class Comparison {
 public:
  Comparison(const pb::FileDescriptor& reader, const pb::FileDescriptor& writer)
      : reader_(reader), writer_(writer) {}

  std::vector<Incompatibility> run() && {
    if (reader_.package() != writer_.package()) {
      misfits_.add(
          {.rule = "PACKAGE_CHANGED",
           .path = "#/",
           .message = cat("the package is \"", reader_.package(), "\", data was written with \"",
                          writer_.package(), "\": keep the package")});
    }
    compare_declared();
    compare_imported();
    return std::move(misfits_).finish();
  }

 private:
  using Messages = std::pair<const pb::Descriptor*, const pb::Descriptor*>;

  /// Where a field has a message whose versions are not both declared in the files themselves.
  struct Use {
    std::string path;
    Messages types;
  };

  void compare_declared() {
    for (int i = 0; i < writer_.message_type_count(); ++i) {
      const pb::Descriptor& written = *writer_.message_type(i);
      compare_if_there(reader_.FindMessageTypeByName(written.name()), written);
    }
  }

  void compare_if_there(const pb::Descriptor* read, const pb::Descriptor& written) {
    if (written.options().map_entry()) return;
    if (read) return compare_messages(*read, written);
    if (comes_with_field(written)) return;  // a group is gone with its field
    misfits_.add({.rule = "MESSAGE_REMOVED",
                  .path = path_of(written),
                  .message = cat("message ", local_name(written),
                                 " is no longer declared: keep it where it was")});
  }

  /// Recurses into nested messages alone, which are at most kMessageNestingMax deep.
  void compare_messages(const pb::Descriptor& read, const pb::Descriptor& written) {
    const std::string path = path_of(written);
    compare_oneofs(read, written, path, misfits_);
    for (int i = 0; i < read.field_count(); ++i) {
      const pb::FieldDescriptor& field = *read.field(i);
      const pb::FieldDescriptor* before = written.FindFieldByNumber(field.number());
      if (!before) {
        note_if_required(field, path, "REQUIRED_FIELD_ADDED", "data without it cannot be read");
        continue;
      }
      const std::string field_path = path_of_field(path, field);
      const auto needed = compare_fields(field, *before, field_path, misfits_);
      const bool itself = needed && needed->read == &read && needed->written == &written;
      if (needed && !itself) need(field_path, needed->read, needed->written);
    }
    compare_removed(read, written, path);
    for (int i = 0; i < written.nested_type_count(); ++i) {
      const pb::Descriptor& nested = *written.nested_type(i);
      compare_if_there(read.FindNestedTypeByName(nested.name()), nested);
    }
  }

  /// Those of oneofs have their own rule.
  void compare_removed(const pb::Descriptor& read, const pb::Descriptor& written,
                       const std::string& path) {
    for (int i = 0; i < written.field_count(); ++i) {
      const pb::FieldDescriptor& field = *written.field(i);
      if (read.FindFieldByNumber(field.number())) continue;
      note_if_required(field, path, "REQUIRED_FIELD_REMOVED",
                       "readers of the other schema insist on it");
    }
  }

  void note_if_required(const pb::FieldDescriptor& field, const std::string& path,
                        const std::string& rule, std::string_view why) {
    if (!field.is_required()) return;
    const bool added = rule == "REQUIRED_FIELD_ADDED";
    misfits_.add({.rule = rule,
                  .path = path_of_field(path, field),
                  .message = cat("required field ", field.name(), " is ", added ? "new" : "gone",
                                 " and ", why, ": ", added ? "make it optional" : "keep it")});
  }

  void need(const std::string& path, const pb::Descriptor* read, const pb::Descriptor* written) {
    // What both files declare is compared by its name, whether a field uses it or not.
    if (read->file() == &reader_ && written->file() == &writer_) return;
    const Messages types(read, written);
    uses_.push_back({.path = path, .types = types});
    if (known_.insert(types).second) waiting_.push_back(types);
  }

  void compare_imported() {
    std::set<Messages> misfitting;
    for (; !waiting_.empty(); waiting_.pop_front()) {
      const size_t before = misfits_.size();
      compare_messages(*waiting_.front().first, *waiting_.front().second);
      if (misfits_.size() > before) misfitting.insert(waiting_.front());
    }
    for (const Use& use : uses_) {
      if (!misfitting.contains(use.types)) continue;
      misfits_.add({.rule = "FIELD_NAMED_TYPE_CHANGED",
                    .path = use.path,
                    .message = cat("its message ", use.types.first->full_name(),
                                   " changed in a way that does not fit: mend that one")});
    }
  }

  const pb::FileDescriptor& reader_;
  const pb::FileDescriptor& writer_;
  Misfits misfits_;
  std::vector<Use> uses_;
  std::set<Messages> known_;
  std::deque<Messages> waiting_;
};

}  // namespace

std::vector<Incompatibility> compare(const pb::FileDescriptor& reader,
                                     const pb::FileDescriptor& writer) {
  return Comparison(reader, writer).run();
}

}  // namespace millrace::schema::protobuf
