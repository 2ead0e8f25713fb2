// The drafts of JSON Schema, and which of them a document is written in.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "json/value.h"

namespace millrace::schema::json_schema {

/// In the order in which they appeared.
enum class Draft : uint8_t { v4, v6, v7, v2019_09, v2020_12 };

/// What a document without `$schema`, or with one that nobody knows, is read as: Confluent's
/// choice.
inline constexpr Draft kDraftByDefault = Draft::v7;

/// By the document's `$schema`; nothing where there is none or it names no draft.
std::optional<Draft> draft_of(const json::Value& document);

/// Whether keywords beside `$ref` are ignored, as they are up to draft 7.
inline bool reference_stands_alone(Draft draft) { return draft <= Draft::v7; }

/// "id" in draft 4, "$id" since.
std::string_view id_keyword(Draft draft);

}  // namespace millrace::schema::json_schema
