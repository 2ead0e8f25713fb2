#include "schema/json_schema/comparison.h"

#include <utility>

#include "base/text.h"

namespace millrace::schema::json_schema {
namespace {

using Kind = Facet::Kind;

/// Of all messages and places that are kept for pairs.
constexpr size_t kTextBytesMax = 64 << 20;

std::string placed(const std::string& outer, const std::string& inner) {
  if (outer.empty() || inner.empty()) return outer + inner;
  return cat(outer, "/", inner);
}

}  // namespace

std::vector<Incompatibility> compare(const Model& writer, const Model& reader) {
  return Comparison().run(*writer.root, *reader.root);
}

size_t Comparison::PairHash::operator()(const Pair& pair) const {
  const std::hash<const Facet*> hash;
  return hash(pair.writer) * 31 + hash(pair.reader);
}

std::vector<Incompatibility> Comparison::run(const Node& writer, const Node& reader) {
  const Facet& first = facets_.of(writer);
  const Facet& second = facets_.of(reader);
  Misfits misfits;
  for (;;) {
    known_.clear();
    assumed_ = false;
    misfits = misfits_of(first, second);
    const size_t before = misfits_.size();
    if (!assumed_ || gave_up_) break;
    learn_misfits();
    if (misfits_.size() == before) break;
  }
  for (Incompatibility& misfit : misfits) misfit.path.insert(0, "#/");
  if (gave_up_) {
    misfits.push_back({.rule = "COMPARISON_TOO_LARGE",
                       .path = "#/",
                       .message = "The schemas are too large or too deep to compare: combine fewer "
                                  "schemas, or set the compatibility to NONE for this change."});
  }
  return misfits;
}

void Comparison::learn_misfits() {
  for (const auto& [pair, misfits] : known_) {
    if (!misfits.empty()) misfits_.try_emplace(pair, misfits);
  }
}

bool Comparison::spend(size_t steps) {
  steps_ += steps;
  if (steps_ > kComparisonStepsMax || text_bytes_ > kTextBytesMax) gave_up_ = true;
  return !gave_up_;
}

void Comparison::compare(const Node* writer, const Node* reader) {
  if (reader == nullptr) return;
  if (writer == nullptr) {
    note("SCHEMA_ADDED",
         "The writer's schema asks nothing of these values, this one does: leave the schema out.");
    return;
  }
  compare(facets_.of(*writer), facets_.of(*reader));
}

void Comparison::compare(const Facet& writer, const Facet& reader) {
  for (Incompatibility misfit : misfits_of(writer, reader)) {
    misfit.path = placed(place_.joined(), misfit.path);
    keep(std::move(misfit));
  }
}

const Comparison::Misfits& Comparison::misfits_of(const Facet& writer, const Facet& reader) {
  static const Misfits kNone;
  const Pair pair = {.writer = &writer, .reader = &reader};
  if (const auto known = known_.find(pair); known != known_.end()) return known->second;
  if (in_progress_.contains(pair)) {
    if (const auto known = misfits_.find(pair); known != misfits_.end()) return known->second;
    assumed_ = true;
    return kNone;
  }
  if (in_progress_.size() == kComparisonDepthMax) gave_up_ = true;
  if (!spend(1)) return kNone;
  in_progress_.insert(pair);
  Place place = std::exchange(place_, Place());
  Misfits found = std::exchange(found_, Misfits());
  compare_kinds(writer, reader);
  std::swap(found, found_);
  place_ = std::move(place);
  in_progress_.erase(pair);
  return known_.insert_or_assign(pair, std::move(found)).first->second;
}

void Comparison::compare_kinds(const Facet& writer, const Facet& reader) {
  const bool from_combined = writer.kind == Kind::combined;
  const bool to_combined = reader.kind == Kind::combined;
  if (!from_combined && to_combined && fits_into_a_part(writer, reader)) return;
  if (from_combined && !to_combined && a_part_fits(writer, reader)) return;
  if (writer.kind == reader.kind) {
    compare_same_kind(writer, reader);
    return;
  }
  if (writer.kind == Kind::nothing || reader.kind == Kind::anything) return;
  // A decimal of Kafka Connect was a string once and is a number since.
  if (writer.node->connect_bytes && reader.node->connect_bytes) return;
  note("TYPE_CHANGED", cat("The writer's values are ", describe(writer), ", this schema wants ",
                           describe(reader), ": keep the writer's, or take both as oneOf."));
}

void Comparison::compare_same_kind(const Facet& writer, const Facet& reader) {
  switch (writer.kind) {
    case Kind::string: compare_strings(writer, reader); return;
    case Kind::number: compare_numbers(writer, reader); return;
    case Kind::array: compare_arrays(writer, reader); return;
    case Kind::object: compare_objects(writer, reader); return;
    case Kind::combined: compare_combined(writer, reader); return;
    case Kind::negation: compare_negations(writer, reader); return;
    case Kind::constant: compare_constants(writer, reader); return;
    case Kind::enumeration: compare_enumerations(writer, reader); return;
    // What their rules do not look into: if, then and else among it.
    case Kind::conditional:
    case Kind::boolean:
    case Kind::null:
    case Kind::anything:
    case Kind::nothing: return;
  }
}

void Comparison::note(std::string_view rule, std::string message) {
  keep({.rule = std::string(rule), .path = place_.joined(), .message = std::move(message)});
}

void Comparison::note_at(std::string_view keyword, std::string_view rule, std::string message) {
  const Place::Step step(place_, keyword);
  note(rule, std::move(message));
}

void Comparison::keep(Incompatibility misfit) {
  if (found_.size() == kMisfitsMax) return;
  text_bytes_ += misfit.path.size() + misfit.message.size();
  found_.push_back(std::move(misfit));
}

Comparison::Rest Comparison::rest_of(const Node* keyword) {
  if (keyword == nullptr || keyword->accepts_all()) return {};
  if (keyword->accepts_none()) return {.allowed = false, .schema = nullptr};
  return {.allowed = true, .schema = keyword};
}

void Comparison::compare_rest(std::string_view keyword, std::string_view stem, const Rest& writer,
                              const Rest& reader) {
  const Place::Step step(place_, keyword);
  if (writer.allowed != reader.allowed) {
    if (reader.allowed) return;
    note(cat(stem, "_REMOVED"),
         cat("This schema refuses what the writer's lets through behind what "
             "it names: leave ",
             keyword, " open."));
  } else if (writer.schema == nullptr && reader.schema != nullptr) {
    note(cat(stem, "_NARROWED"), cat("The writer's schema lets anything through behind what it "
                                     "names, this one has a schema for it: leave ",
                                     keyword, " open."));
  } else if (writer.schema != nullptr && reader.schema != nullptr) {
    compare(writer.schema, reader.schema);
  }
}

void Comparison::compare_unevaluated(std::string_view keyword, std::string_view stem,
                                     const Node* writer, const Node* reader) {
  if (reader == nullptr || (writer == nullptr && is_anything(*reader))) return;
  const Place::Step step(place_, keyword);
  const bool from_nothing = writer != nullptr && is_nothing(*writer);
  const bool from_anything = writer == nullptr || is_anything(*writer);
  if (from_nothing && !is_nothing(*reader)) return;
  if (!from_nothing && is_nothing(*reader)) {
    note(cat(stem, "_REMOVED"),
         cat("This schema refuses what no keyword looked at, the writer's does not: leave ",
             keyword, " as it was."));
  } else if (from_anything && !is_anything(*reader)) {
    note(cat(stem, "_NARROWED"),
         cat("This schema has a schema for what no keyword looked at, the writer's lets anything "
             "through: leave ",
             keyword, " as it was."));
  } else if (!from_anything) {
    compare(writer, reader);
  }
}

const Node* Comparison::covering(const Rest& rest, const Node* unevaluated) {
  if (!rest.allowed) return nullptr;
  if (rest.schema != nullptr) return rest.schema;
  if (unevaluated == nullptr || is_nothing(*unevaluated) || is_anything(*unevaluated))
    return nullptr;
  return unevaluated;
}

bool Comparison::leaves_open(const Rest& rest, const Node* unevaluated) {
  return rest.allowed && rest.schema == nullptr &&
         (unevaluated == nullptr || is_anything(*unevaluated));
}

}  // namespace millrace::schema::json_schema
