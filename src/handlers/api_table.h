// What is served: one row for each API.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "handlers/call.h"

namespace millrace::handlers {

struct WireReturn;

struct Api {
  /// Kafka's name of it: "Produce".
  std::string_view name;
  int16_t key = 0;
  /// What ApiVersions says; below the first version served only for Produce.
  int16_t advertised_min = 0;
  int16_t version_min = 0;
  int16_t version_max = 0;
  int16_t flexible_from = 0;
  /// An answer may wait for data or for other members of a group.
  bool may_wait = false;
  /// Decodes the body and calls the handler; false for a body that is not of this version, whose
  /// connection is closed.
  bool (*serve)(ByteReader& body, RequestContext context, WireReturn to);
};

/// By rising key.
std::span<const Api> api_table();

/// The row of `key`, or nullptr.
const Api* find_api(int16_t key);

}  // namespace millrace::handlers
