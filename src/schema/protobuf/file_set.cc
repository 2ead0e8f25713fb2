#include "schema/protobuf/file_set.h"

#include <google/protobuf/descriptor.pb.h>

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/text.h"
#include "base/try.h"
#include "schema/protobuf/builtin_files.h"
#include "schema/protobuf/invalid.h"
#include "schema/protobuf/limits.h"
#include "schema/protobuf/source_file.h"

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;

/// No import can mean it.
constexpr const char* kRootName = "<schema>";

/// Keeps the first error that linking a file finds, with its place in the text.
class FirstLinkError : public pb::DescriptorPool::ErrorCollector {
 public:
  explicit FirstLinkError(const SourceFile& file) : file_(file) {}

  void AddError(const std::string&, const std::string& element, const pb::Message* descriptor,
                ErrorLocation location, const std::string& message) override {
    if (!error_.empty()) return;
    int line = -1;
    int column = 0;
    file_.locations.Find(descriptor, location, &line, &column);
    error_ =
        file_.at_position(line, column, element.empty() ? message : cat(element, ": ", message));
  }
  const std::string& error() const { return error_; }

 private:
  const SourceFile& file_;
  std::string error_;
};

std::string place_of_import(const SourceFile& file, const std::string& name,
                            std::string_view message) {
  int line = -1;
  int column = 0;
  file.locations.FindImport(&file.descriptor, name, &line, &column);
  return file.at_position(line, column, message);
}

}  // namespace

/// Links files in the order in which they need each other. It recurses along imports, of which
/// there are no more than dependencies.
class Linker {
 public:
  explicit Linker(const Source& source) {
    for (const Dependency& dependency : source.dependencies) {
      texts_.emplace(dependency.name, dependency.text);
    }
  }

  Result<std::unique_ptr<const FileSet>> link(const std::string& text) && {
    MILL_CHECK(add_file(kRootName, text));
    files_->root_ = files_->pool_.FindFileByName(kRootName);
    return std::unique_ptr<const FileSet>(std::move(files_));
  }

 private:
  Result<void> add_file(const std::string& name, std::string_view text) {
    MILL_TRY(auto file, read_source_file(name, text));
    for (const std::string& import : file->descriptor.dependency()) {
      if (auto added = add_import(import); !added) {
        return invalid(place_of_import(*file, import, added.error().message()));
      }
    }
    FirstLinkError errors(*file);
    if (!files_->pool_.BuildFileCollectingErrors(file->descriptor, &errors)) {
      return invalid(errors.error());
    }
    return {};
  }

  Result<void> add_import(const std::string& name) {
    if (files_->pool_.FindFileByName(name)) return {};
    if (!open_.insert(name).second) {
      return invalid(cat("\"", name, "\" imports itself, directly or through others"));
    }
    auto added = add_found(name);
    open_.erase(name);
    if (!added) return std::move(added).error().with_context(cat("in \"", name, "\""));
    return {};
  }

  Result<void> add_found(const std::string& name) {
    if (const auto found = texts_.find(name); found != texts_.end()) {
      return add_file(name, found->second);
    }
    if (const std::string_view text = builtin_text(name); !text.empty()) {
      return add_file(name, text);
    }
    if (const pb::FileDescriptor* file = well_known_file(name)) return add_well_known(*file);
    return invalid("no such import: the schema needs a reference of that name");
  }

  Result<void> add_well_known(const pb::FileDescriptor& file) {
    SourceFile copy;
    file.CopyTo(&copy.descriptor);
    for (const std::string& import : copy.descriptor.dependency()) MILL_CHECK(add_import(import));
    FirstLinkError errors(copy);
    if (!files_->pool_.BuildFileCollectingErrors(copy.descriptor, &errors)) {
      return invalid(errors.error());
    }
    return {};
  }

  std::map<std::string_view, std::string_view, std::less<>> texts_;
  std::set<std::string> open_;
  std::unique_ptr<FileSet> files_{new FileSet()};
};

Result<std::unique_ptr<const FileSet>> FileSet::link(const Source& source) {
  if (source.dependencies.size() > kDependencyCountMax) {
    return invalid(cat("the schema refers to ", source.dependencies.size(), " others, at most ",
                       kDependencyCountMax, " are taken"));
  }
  size_t size = source.text.size();
  for (const Dependency& dependency : source.dependencies) size += dependency.text.size();
  if (size > kSourceSizeMax) {
    return invalid(cat("the schema and what it refers to have ", size, " bytes, at most ",
                       kSourceSizeMax, " are taken"));
  }
  return Linker(source).link(source.text);
}

const pb::FileDescriptor& effective_file(const pb::FileDescriptor& root) {
  const bool declares = root.message_type_count() > 0 || root.enum_type_count() > 0 ||
                        root.service_count() > 0 || root.extension_count() > 0;
  const bool wraps = root.dependency_count() == 1 && root.public_dependency_count() == 1;
  return !declares && wraps ? *root.public_dependency(0) : root;
}

}  // namespace millrace::schema::protobuf
