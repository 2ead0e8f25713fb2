// A UUID in its usual spelling (RFC 4122), which Kafka's topic ids (Uuid::to_string) do not have.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace millrace {

/// "123e4567-e89b-12d3-a456-426614174000".
std::string uuid_text(std::span<const std::byte, 16> bytes);

}  // namespace millrace
