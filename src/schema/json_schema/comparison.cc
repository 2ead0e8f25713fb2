#include "schema/json_schema/comparison.h"

#include <set>

#include "base/text.h"

namespace millrace::schema::json_schema {
namespace {

/// Of all messages and places that are kept for pairs.
constexpr size_t kTextBytesMax = 64 << 20;
/// As a property: met from both sides, with a pair that is asked for and looked at.
constexpr size_t kStepsASchema = 5;
/// Pairs within each other whose misfits are told.
constexpr size_t kDepthTold = 1'000;

}  // namespace

std::vector<Incompatibility> compare(const Model& writer, const Model& reader) {
  const size_t schemas = writer.nodes.size() + reader.nodes.size();
  return Comparison(kComparisonStepsMax + schemas * kStepsASchema).run(*writer.root, *reader.root);
}

size_t Comparison::PairHash::operator()(const Pair& pair) const {
  const std::hash<const Facet*> hash;
  return hash(pair.writer) * 31 + hash(pair.reader);
}

std::vector<Incompatibility> Comparison::run(const Node& writer, const Node& reader) {
  const Verdict& root = enter({.writer = &facets_.of(writer), .reader = &facets_.of(reader)});
  look_at_all();
  std::vector<Incompatibility> misfits = misfits_of(root);
  if (gave_up_ || (root.misfit && misfits.empty())) {
    misfits.push_back({.rule = "COMPARISON_TOO_LARGE",
                       .path = "#/",
                       .message = "The schemas are too large or too deep to compare: combine fewer "
                                  "schemas, or set the compatibility to NONE for this change."});
  }
  return misfits;
}

/// Those that are new come first: the fewer are looked at with a wrong guess about another.
void Comparison::look_at_all() {
  while (!gave_up_ && !(fresh_.empty() && stale_.empty())) {
    Verdict* next = nullptr;
    if (!fresh_.empty()) {
      next = fresh_.back();
      fresh_.pop_back();
    } else {
      next = stale_.front();
      stale_.pop_front();
    }
    look_at(*next);
  }
}

void Comparison::look_at(Verdict& verdict) {
  if (!spend(1)) return;
  current_ = &verdict;
  verdict.waits_for_look = false;
  verdict.findings.clear();
  verdict.own_misfits = 0;
  const bool fitted = !verdict.misfit;
  compare_kinds(*verdict.pair.writer, *verdict.pair.reader);
  for (const Finding& finding : verdict.findings) {
    if (finding.behind == nullptr || finding.behind->misfit) verdict.misfit = true;
  }
  if (!fitted || !verdict.misfit) return;
  for (Verdict* dependent : verdict.dependents) {
    if (dependent->waits_for_look) continue;
    dependent->waits_for_look = true;
    stale_.push_back(dependent);
  }
  verdict.dependents.clear();
}

Comparison::Verdict& Comparison::enter(const Pair& pair) {
  const auto [place, is_new] = verdicts_.try_emplace(pair, Verdict{.pair = pair});
  if (is_new) fresh_.push_back(&place->second);
  return place->second;
}

const Comparison::Verdict& Comparison::verdict_on(const Facet& writer, const Facet& reader) {
  spend(1);
  Verdict& verdict = enter({.writer = &writer, .reader = &reader});
  if (!verdict.misfit) verdict.dependents.push_back(current_);
  return verdict;
}

void Comparison::compare(const Node* writer, const Node* reader) {
  if (reader == nullptr) return;
  if (writer == nullptr) {
    note("SCHEMA_ADDED",
         "The writer's schema asks nothing of these values, this one does: leave the schema out.");
    return;
  }
  const Verdict& verdict = verdict_on(facets_.of(*writer), facets_.of(*reader));
  current_->findings.push_back(
      {.place = place_.joined(), .rule = {}, .message = {}, .behind = &verdict});
}

bool Comparison::spend(size_t steps) {
  if (steps > steps_left_ || text_bytes_ > kTextBytesMax) gave_up_ = true;
  if (!gave_up_) steps_left_ -= steps;
  return !gave_up_;
}

void Comparison::note(std::string_view rule, std::string message) {
  if (current_->own_misfits == kMisfitsMax) return;
  ++current_->own_misfits;
  current_->findings.push_back(
      {.place = place_.joined(), .rule = std::string(rule), .message = std::move(message)});
  text_bytes_ += current_->findings.back().message.size();
}

void Comparison::note_at(std::string_view keyword, std::string_view rule, std::string message) {
  const Place::Step step(place_, keyword);
  note(rule, std::move(message));
}

std::vector<Incompatibility> Comparison::misfits_of(const Verdict& root) {
  struct Level {
    const Verdict* verdict;
    size_t next;
    size_t place_size;
  };
  std::vector<Incompatibility> misfits;
  std::string place = "#/";
  std::set<const Verdict*> entered = {&root};
  std::vector<Level> levels = {{.verdict = &root, .next = 0, .place_size = place.size()}};
  for (size_t steps = 0; !levels.empty() && steps < kComparisonStepsMax; ++steps) {
    Level& level = levels.back();
    place.resize(level.place_size);
    if (level.next == level.verdict->findings.size() || misfits.size() == kMisfitsMax) {
      entered.erase(level.verdict);
      levels.pop_back();
      continue;
    }
    const Finding& finding = level.verdict->findings[level.next++];
    if (!finding.place.empty() && place.size() > 2) place += '/';
    place += finding.place;
    if (finding.behind == nullptr) {
      misfits.push_back({.rule = finding.rule, .path = place, .message = finding.message});
    } else if (finding.behind->misfit && levels.size() < kDepthTold &&
               entered.insert(finding.behind).second) {
      levels.push_back({.verdict = finding.behind, .next = 0, .place_size = place.size()});
    }
  }
  return misfits;
}

}  // namespace millrace::schema::json_schema
