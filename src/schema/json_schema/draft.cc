#include "schema/json_schema/draft.h"

#include <algorithm>
#include <array>
#include <string>

namespace millrace::schema::json_schema {
namespace {

struct KnownDraft {
  std::string_view place;
  Draft draft;
};

constexpr std::array<KnownDraft, 6> kKnown = {{
    {"json-schema.org/schema", Draft::v4},
    {"json-schema.org/draft-04/schema", Draft::v4},
    {"json-schema.org/draft-06/schema", Draft::v6},
    {"json-schema.org/draft-07/schema", Draft::v7},
    {"json-schema.org/draft/2019-09/schema", Draft::v2019_09},
    {"json-schema.org/draft/2020-12/schema", Draft::v2020_12},
}};

bool cut_front(std::string_view& text, std::string_view front) {
  if (!text.starts_with(front)) return false;
  text.remove_prefix(front.size());
  return true;
}

}  // namespace

std::optional<Draft> draft_of(const json::Value& document) {
  if (document.object() == nullptr) return std::nullopt;
  auto place = document.object()->text("$schema");
  if (!place) return std::nullopt;
  if (!cut_front(*place, "http://") && !cut_front(*place, "https://")) return std::nullopt;
  if (place->ends_with('#')) place->remove_suffix(1);
  const auto* known = std::ranges::find(kKnown, *place, &KnownDraft::place);
  if (known == kKnown.end()) return std::nullopt;
  return known->draft;
}

std::string_view id_keyword(Draft draft) { return draft == Draft::v4 ? "id" : "$id"; }

}  // namespace millrace::schema::json_schema
