#include "registry/error.h"

#include "base/text.h"

namespace millrace::registry {
namespace {

class RegistryCategory : public std::error_category {
 public:
  const char* name() const noexcept override { return "registry"; }
  std::string message(int code) const override { return cat("registry error ", code); }
};

}  // namespace

const std::error_category& registry_category() {
  static const RegistryCategory category;
  return category;
}

RegistryErrc code_of(const Error& error) {
  if (error.code().category() != registry_category()) return RegistryErrc::store_failed;
  return static_cast<RegistryErrc>(error.code().value());
}

Error subject_not_found(std::string_view subject) {
  return registry_error(RegistryErrc::subject_not_found, cat("Subject '", subject, "' not found."));
}

Error version_not_found(int32_t version) {
  return registry_error(RegistryErrc::version_not_found, cat("Version ", version, " not found."));
}

}  // namespace millrace::registry
