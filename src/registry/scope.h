// Which configuration and mode hold for a subject: its own, else its context's, else everybody's.
#pragma once

#include <string>
#include <string_view>

#include "registry/compatibility.h"
#include "registry/state.h"

namespace millrace::registry {

inline constexpr std::string_view kReadWrite = "READWRITE";
inline constexpr std::string_view kReadOnly = "READONLY";
/// As READONLY, and for every subject whatever its own mode is.
inline constexpr std::string_view kReadOnlyOverride = "READONLY_OVERRIDE";
inline constexpr std::string_view kImport = "IMPORT";

/// BACKWARD where nothing else was ever asked for. "" is everything.
json::Object config_in_scope(const State& state, std::string_view subject);
Level level_in_scope(const State& state, std::string_view subject);
/// True where schemas are normalized without being asked to.
bool normalizes(const State& state, std::string_view subject);

/// The subject that its configuration names as its alias, else the subject itself. What is asked of
/// an alias is done to the subject behind it; only its settings are its own.
std::string behind_alias(const State& state, std::string_view subject);

std::string mode_in_scope(const State& state, std::string_view subject);
/// operation_not_permitted where the subject may not be changed.
Result<void> check_not_read_only(const State& state, std::string_view subject);

}  // namespace millrace::registry
