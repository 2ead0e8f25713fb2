#include "cli/schema_reader.h"

#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/wire_format.h"
#include "registry/error.h"

namespace millrace::server {
namespace {

using std::chrono::steady_clock;

/// A registry that cannot be reached must not hold up every record.
constexpr std::chrono::seconds kPauseAfterFailure{5};

/// Of the connection or of the registry's own making: the same question may be answered later.
bool may_pass(const Error& error) {
  if (error.code().category() == std::generic_category()) return true;
  const int code = error.code().value();
  return error.code().category() == registry::registry_category() &&
         ((code >= 500 && code < 600) || (code >= 50'000 && code < 60'000));
}

std::string_view name_of(RecordPart part) { return part == RecordPart::key ? "key" : "value"; }

}  // namespace

std::optional<DecodedPart> SchemaReader::decode(RecordPart part, std::string_view bytes,
                                                std::string_view topic, int32_t partition,
                                                int64_t offset) {
  const auto framed = parse_framed(bytes);
  if (!framed && (part == RecordPart::key || std::exchange(has_told_of_plain_, true))) {
    return std::nullopt;
  }
  const std::string where =
      cat("the ", name_of(part), " at ", topic, '-', partition, ", offset ", offset);
  if (!framed) {
    note(cat(where, " has no schema id in front; such values are printed as they are"));
    return std::nullopt;
  }
  Known* const known = find(framed->id, cat(topic, '-', name_of(part)), where);
  if (known == nullptr || known->codec == nullptr) return std::nullopt;
  auto json = known->codec->decode(framed->payload);
  if (json) return DecodedPart{.json = *std::move(json), .schema_id = framed->id};
  if (!std::exchange(known->is_told, true)) {
    note(cat(where, " is no record of schema id ", framed->id,
             " and is printed as it is: ", json.error().message()));
  }
  return std::nullopt;
}

SchemaReader::Known* SchemaReader::find(int32_t id, const std::string& subject,
                                        std::string_view where) {
  if (const auto found = known_.find(id); found != known_.end()) return &found->second;
  if (steady_clock::now() < ask_again_at_) return nullptr;
  auto codec = fetch(id, subject);
  if (!codec) note(cat(where, " is printed as it is: ", codec.error().message()));
  if (!codec && may_pass(codec.error())) {
    ask_again_at_ = steady_clock::now() + kPauseAfterFailure;
    return nullptr;
  }
  if (known_.size() == kKnownSchemasMax) known_.clear();
  Known known{.codec = codec ? *std::move(codec) : nullptr, .is_told = false};
  return &known_.emplace(id, std::move(known)).first->second;
}

Result<std::unique_ptr<const schema::Codec>> SchemaReader::fetch(int32_t id,
                                                                 const std::string& subject) {
  MILL_TRY(const auto schema, registry_.by_id(id, subject));
  MILL_TRY(auto source, registry_.source_of(schema));
  source.is_known = true;
  return schema::make_codec(schema.format, source, "");
}

void SchemaReader::note(std::string_view line) {
  if (notes_left_ == 0) return;
  tell(line);
  if (--notes_left_ == 0) tell("further notes about records are left out");
}

}  // namespace millrace::server
