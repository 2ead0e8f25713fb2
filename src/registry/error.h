// What the registry refuses, by the codes of Confluent's REST API.
#pragma once

#include <string>
#include <string_view>
#include <system_error>

#include "millrace/result.h"

namespace millrace::registry {

/// The first three digits are the HTTP status.
enum class RegistryErrc {
  bad_request = 400,
  unauthorized = 401,
  not_found = 404,
  method_not_allowed = 405,
  incompatible_schema = 409,
  unsupported_media_type = 415,
  unprocessable = 422,
  subject_not_found = 40401,
  version_not_found = 40402,
  schema_not_found = 40403,
  subject_soft_deleted = 40404,
  subject_not_soft_deleted = 40405,
  version_soft_deleted = 40406,
  version_not_soft_deleted = 40407,
  subject_compatibility_not_configured = 40408,
  subject_mode_not_configured = 40409,
  association_not_found = 40410,
  incompatible_schema_in_batch = 40901,
  association_for_resource_exists = 40903,
  association_for_subject_exists = 40904,
  strong_association_exists = 40905,
  no_active_version = 40907,
  association_frozen = 40908,
  invalid_schema = 42201,
  invalid_version = 42202,
  invalid_compatibility_level = 42203,
  invalid_mode = 42204,
  operation_not_permitted = 42205,
  reference_exists = 42206,
  id_does_not_match = 42207,
  invalid_subject = 42208,
  schema_too_large = 42209,
  invalid_rule_set = 42210,
  invalid_association = 42212,
  store_failed = 50001,
  timed_out = 50002,
};

const std::error_category& registry_category();
inline std::error_code make_error_code(RegistryErrc code) {
  return {static_cast<int>(code), registry_category()};
}
inline Error registry_error(RegistryErrc code, std::string message) {
  return {make_error_code(code), std::move(message)};
}

/// store_failed where the error is another layer's.
RegistryErrc code_of(const Error& error);

Error subject_not_found(std::string_view subject);
Error version_not_found(int32_t version);

}  // namespace millrace::registry
