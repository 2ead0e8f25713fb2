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
  explicit Collector(const FindReferred& find) : find_(find) {}

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
    auto found = find_(subject, reference.version);
    if (!found) {
      return std::move(found).error().with_context(cat("the reference ", reference.name));
    }
    return open({.subject = subject,
                 .name = reference.name,
                 .text = std::move(found->text),
                 .rest = std::move(found->references)});
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

  const FindReferred& find_;
  std::vector<Open> open_;
  std::unordered_set<std::string> names_;
  std::vector<schema::Dependency> dependencies_;
  size_t bytes_ = 0;
};

const Version* find_version(const State& state, const std::string& subject, int32_t number) {
  if (number != -1) return state.version(subject, number, Deleted::with);
  const auto latest = state.latest(subject, Deleted::without);
  return latest ? state.version(subject, *latest, Deleted::without) : nullptr;
}

}  // namespace

Result<schema::Source> collect_source(const FindReferred& find, std::string_view subject,
                                      std::string_view text,
                                      const std::vector<schema::Reference>& references) {
  MILL_TRY(auto dependencies, Collector(find).collect(subject, references));
  return schema::Source{.text = std::string(text), .dependencies = std::move(dependencies)};
}

Result<schema::Source> source_of(const State& state, std::string_view subject,
                                 std::string_view text,
                                 const std::vector<schema::Reference>& references) {
  const auto find = [&state](const std::string& name, int32_t number) -> Result<Referred> {
    const Version* version = find_version(state, name, number);
    if (version != nullptr) {
      return Referred{.text = version->schema->text, .references = version->schema->references};
    }
    return registry_error(
        RegistryErrc::invalid_schema,
        cat("there is no version ", number, " of subject ", name, "; register it first"));
  };
  return collect_source(find, subject, text, references);
}

Result<std::shared_ptr<const schema::Schema>> parse_known(const State& state,
                                                          std::string_view subject,
                                                          const SchemaText& schema) {
  MILL_TRY(auto source, source_of(state, subject, schema.text, schema.references));
  source.is_known = true;
  return schema::parse(schema.format, source);
}

}  // namespace millrace::registry
