#include "registry/source.h"

#include <unordered_set>

#include "base/text.h"
#include "base/try.h"
#include "registry/error.h"

namespace millrace::registry {
namespace {

/// Collects what is referred to, each before those that refer to it. Keeps a stack of its own: a
/// chain of references may be long.
class Collector {
 public:
  explicit Collector(const State& state) : state_(state) {}

  Result<std::vector<schema::Dependency>> collect(std::string_view subject,
                                                  const std::vector<schema::Reference>& roots) {
    MILL_CHECK(open({.subject = std::string(subject), .name = {}, .text = {}, .rest = roots}));
    while (!open_.empty()) MILL_CHECK(step());
    return std::move(dependencies_);
  }

 private:
  /// A schema whose references are being collected; the root has no name.
  struct Open {
    std::string subject;
    std::string name;
    std::string text;
    std::vector<schema::Reference> rest;
    size_t next = 0;
  };

  Result<void> step() {
    Open& last = open_.back();
    if (last.next == last.rest.size()) {
      if (!last.name.empty()) {
        dependencies_.push_back({.name = std::move(last.name), .text = std::move(last.text)});
      }
      open_.pop_back();
      return {};
    }
    const schema::Reference reference = last.rest[last.next++];
    // A name stands for one schema; who comes first defines it.
    if (!names_.insert(reference.name).second) return {};
    const std::string subject = qualify(reference.subject, last.subject);
    const Version* version = find(subject, reference.version);
    if (version == nullptr) {
      return registry_error(
          RegistryErrc::invalid_schema,
          cat("the reference ", reference.name, " names version ", reference.version,
              " of subject ", subject, ", which is not there; register it first"));
    }
    return open({.subject = subject,
                 .name = reference.name,
                 .text = version->schema->text,
                 .rest = version->schema->references});
  }

  Result<void> open(Open next) {
    bytes_ += next.text.size();
    if (names_.size() > kDependenciesMax || bytes_ > kDependencyBytesMax) {
      return registry_error(RegistryErrc::invalid_schema,
                            cat("its references pull in more than ", kDependenciesMax,
                                " schemas or ", kDependencyBytesMax, " bytes"));
    }
    open_.push_back(std::move(next));
    return {};
  }

  const Version* find(const std::string& subject, int32_t number) const {
    if (number != -1) return state_.version(subject, number, Deleted::with);
    const auto latest = state_.latest(subject, Deleted::without);
    return latest ? state_.version(subject, *latest, Deleted::without) : nullptr;
  }

  const State& state_;
  std::vector<Open> open_;
  std::unordered_set<std::string> names_;
  std::vector<schema::Dependency> dependencies_;
  size_t bytes_ = 0;
};

}  // namespace

Result<schema::Source> source_of(const State& state, std::string_view subject,
                                 std::string_view text,
                                 const std::vector<schema::Reference>& references) {
  MILL_TRY(auto dependencies, Collector(state).collect(subject, references));
  return schema::Source{.text = std::string(text), .dependencies = std::move(dependencies)};
}

Result<std::shared_ptr<const schema::Schema>> parse_known(const State& state,
                                                          std::string_view subject,
                                                          const SchemaText& schema) {
  MILL_TRY(const auto source, source_of(state, subject, schema.text, schema.references));
  return schema::parse(schema.format, source);
}

}  // namespace millrace::registry
