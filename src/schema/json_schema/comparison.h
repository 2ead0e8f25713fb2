// Whether data of a writer's schema fits a reader's: the rules of Confluent's registry.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "schema/json_schema/facets.h"
#include "schema/json_schema/place.h"
#include "schema/schema.h"

namespace millrace::schema::json_schema {

/// Steps (pairs of schemas, properties, patterns tried) after which a comparison gives up, beside
/// those that one look at each schema takes.
inline constexpr size_t kComparisonStepsMax = 500'000;
/// Misfits told; more say nothing new.
inline constexpr size_t kMisfitsMax = 100;

/// The differences that do not fit, named and placed as Confluent's registry does
/// (io.confluent.kafka.schemaregistry.json.diff): what a reader may do without harm is not told.
/// Rules: docs.confluent.io, "JSON Schema compatibility rules". Past the limits above there is one
/// more misfit, COMPARISON_TOO_LARGE.
std::vector<Incompatibility> compare(const Model& writer, const Model& reader);

/// The work of `compare`, without recursion: schemas may contain themselves. Each pair of schemas
/// that meets is taken to fit until a look at its keywords says otherwise; whoever counted on it is
/// then looked at again. A pair that does not fit never fits again, so this ends.
class Comparison {
 public:
  explicit Comparison(size_t steps_max) : steps_left_(steps_max) {}

  std::vector<Incompatibility> run(const Node& writer, const Node& reader);

 private:
  struct Verdict;

  struct Pair {
    const Facet* writer;
    const Facet* reader;
    bool operator==(const Pair&) const = default;
  };
  struct PairHash {
    size_t operator()(const Pair& pair) const;
  };
  /// What a look at a pair came to, at a place within it: a misfit, or another pair.
  struct Finding {
    std::string place;
    std::string rule;
    std::string message;
    const Verdict* behind = nullptr;
  };
  struct Verdict {
    Pair pair;
    bool misfit = false;
    bool waits_for_look = true;
    std::vector<Finding> findings;
    /// Findings that are misfits of its own.
    size_t own_misfits = 0;
    /// Pairs that count on this one.
    std::vector<Verdict*> dependents;
  };

  // comparison.cc: pairs.
  /// What does not fit between these two does not fit at the current place; a schema may be missing
  /// on either side.
  void compare(const Node* writer, const Node* reader);
  /// As far as it is known.
  bool fits(const Facet& writer, const Facet& reader) { return !verdict_on(writer, reader).misfit; }
  bool fits(const Node& writer, const Node& reader) {
    return fits(facets_.of(writer), facets_.of(reader));
  }
  /// The pair that is being looked at counts on it from now on.
  const Verdict& verdict_on(const Facet& writer, const Facet& reader);
  Verdict& enter(const Pair& pair);
  void look_at_all();
  void look_at(Verdict& verdict);
  /// Of the pair and those behind it, with places from `root` on.
  static std::vector<Incompatibility> misfits_of(const Verdict& root);
  /// False once the limits are reached.
  bool spend(size_t steps);
  void note(std::string_view rule, std::string message);
  void note_at(std::string_view keyword, std::string_view rule, std::string message);

  // compare_kinds.cc
  void compare_kinds(const Facet& writer, const Facet& reader);
  void compare_same_kind(const Facet& writer, const Facet& reader);

  // compare_combined.cc
  bool fits_into_a_part(const Facet& writer, const Facet& combined_reader);
  bool a_part_fits(const Facet& combined_writer, const Facet& reader);
  void compare_combined(const Facet& writer, const Facet& reader);
  bool compare_criteria(const Facet& writer, const Facet& reader);
  void compare_sizes(const Facet& writer, const Facet& reader, size_t writers, size_t readers);
  void match_parts(const Facet& writer, const std::vector<const Facet*>& writers,
                   const std::vector<const Facet*>& readers);
  std::vector<const Facet*> distinct_parts(const Facet& combined);
  std::string why_not(const Facet& writer, const std::vector<const Facet*>& readers);

  // compare_values.cc
  void compare_numbers(const Facet& writer, const Facet& reader);
  void compare_strings(const Facet& writer, const Facet& reader);
  void compare_enumerations(const Facet& writer, const Facet& reader);
  void compare_constants(const Facet& writer, const Facet& reader);
  void compare_negations(const Facet& writer, const Facet& reader);
  template <class T>
  void compare_upper(std::string_view keyword, std::string_view stem,
                     const std::optional<T>& writer, const std::optional<T>& reader);
  template <class T>
  void compare_lower(std::string_view keyword, std::string_view stem,
                     const std::optional<T>& writer, const std::optional<T>& reader);

  // compare_objects.cc, compare_properties.cc
  void compare_objects(const Facet& writer, const Facet& reader);
  void compare_required(const ObjectKeywords& writer, const ObjectKeywords& reader);
  void compare_properties(const ObjectKeywords& writer, const ObjectKeywords& reader);
  void compare_removed(const ObjectKeywords& reader, const NamedSchema& removed);
  void compare_added(const ObjectKeywords& writer, const ObjectKeywords& reader,
                     const NamedSchema& added);
  void note_added_to_open(const ObjectKeywords& reader, const NamedSchema& added);
  void compare_dependencies(const ObjectKeywords& writer, const ObjectKeywords& reader);
  void compare_required_with(const std::vector<std::string_view>* writer,
                             const std::vector<std::string_view>& reader);
  bool is_open(const ObjectKeywords& object);
  const Node* cover_of(const ObjectKeywords& object, std::string_view name);

  // compare_arrays.cc
  void compare_arrays(const Facet& writer, const Facet& reader);
  void compare_first_items(const Facet& writer, const Facet& reader);
  void compare_removed_item(const Facet& reader, const Node& removed);
  void compare_added_item(const Facet& writer, const Node& added);
  void compare_contains(const Facet& writer, const Facet& reader);

  // compare_rest.cc
  /// What holds for the children that have no schema of their own: additional or unevaluated ones.
  struct Rest {
    bool allowed = true;
    /// Null where anything is allowed.
    const Node* schema = nullptr;
  };
  static Rest rest_of(const Node* keyword);
  static Rest other_items_of(const Facet& array);
  static const Node* every_item_of(const Facet& array);
  void compare_rest(std::string_view keyword, std::string_view stem, const Rest& writer,
                    const Rest& reader);
  void compare_unevaluated(std::string_view keyword, std::string_view stem, const Node* writer,
                           const Node* reader);
  bool is_anything(const Node& node) { return facets_.of(node).kind == Facet::Kind::anything; }
  bool is_nothing(const Node& node) { return facets_.of(node).kind == Facet::Kind::nothing; }
  /// `rest` or, where that says nothing, `unevaluated`: what covers children without a schema.
  const Node* covering(const Rest& rest, const Node* unevaluated);
  bool leaves_open(const Rest& rest, const Node* unevaluated);

  Facets facets_;
  std::unordered_map<Pair, Verdict, PairHash> verdicts_;
  /// Pairs without a look so far, and those to look at once more.
  std::vector<Verdict*> fresh_;
  std::deque<Verdict*> stale_;
  /// The pair that is looked at, and where within it.
  Verdict* current_ = nullptr;
  Place place_;
  size_t steps_left_;
  size_t text_bytes_ = 0;
  bool gave_up_ = false;
};

}  // namespace millrace::schema::json_schema
