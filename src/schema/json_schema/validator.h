// Whether a value fits a schema.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "millrace/result.h"
#include "schema/json_schema/model.h"
#include "schema/json_schema/place.h"

namespace millrace::schema::json_schema {

/// Steps that a value may take beside those that its size explains.
inline constexpr size_t kValidationStepsMax = 1'000'000;
/// Schemas within each other, in the value or, by references, in place.
inline constexpr size_t kValidationDepthMax = 1'000;

/// `size` is how many bytes the value was written with. Errors (invalid_request): the first thing
/// that does not fit, with its place in the value and the keyword; too many steps or too deep,
/// which references that lead back to themselves are. `format` and contents are annotations;
/// patterns that RE2 has not are not checked.
Result<void> validate(const Model& model, const json::Value& value, size_t size);

/// The work of `validate`, for one value.
class Validator {
 public:
  Validator(const Model& model, size_t steps_max) : model_(model), steps_left_(steps_max) {}

  Result<void> run(const json::Value& value);

 private:
  /// Which children of a value some keyword looked at; empty where nobody asks.
  using Seen = std::vector<bool>;

  /// A schema while it is applied: how deep we are, and for dynamic references the resources that
  /// lead here.
  class Nesting {
   public:
    Nesting(Validator& validator, const Node& node);
    ~Nesting();
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    Validator& validator_;
    bool new_resource_;
  };

  // validator.cc: a schema.
  /// Adds to `seen` what the schema looked at if the value fits it.
  bool valid(const Node& node, const json::Value& value, Seen& seen);
  bool valid_children(const Node& node, const json::Value& value, Seen& seen);
  /// Without a word about why not.
  bool would_be_valid(const Node& node, const json::Value& value, Seen& seen);
  bool check_references(const Node& node, const json::Value& value, Seen& seen);
  const Node& target_of(const DynamicReference& reference) const;
  bool check_all_any_one(const Node& node, const json::Value& value, Seen& seen);
  bool check_any_of(const Node& node, const json::Value& value, Seen& seen);
  bool check_one_of(const Node& node, const json::Value& value, Seen& seen);
  /// Tells why the first schema of the value's type does not fit, which most likely is the one that
  /// was meant. Always false.
  bool fail_all(std::string_view keyword, const std::vector<const Node*>& schemas,
                const json::Value& value);
  bool check_not_if(const Node& node, const json::Value& value, Seen& seen);
  bool spend(size_t steps);
  /// Keeps the first reason, which `what` tells, unless this is but a trial. Always false.
  template <class What>
  bool fail(std::string_view keyword, const What& what);

  // validate_values.cc
  static bool is_of_type(const Node& node, const json::Value& value);
  bool check_type(const Node& node, const json::Value& value);
  bool check_choices(const Node& node, const json::Value& value);
  bool check_number(const NumberKeywords& keywords, const json::Number& number);
  bool check_string(const StringKeywords& keywords, const std::string& text);
  bool check_count(std::string_view min_keyword, const std::optional<uint64_t>& min,
                   std::string_view max_keyword, const std::optional<uint64_t>& max, uint64_t count,
                   std::string_view of_what);
  /// An opaque pattern matches whatever it is asked about.
  bool matches(const Pattern& pattern, std::string_view text);

  // validate_arrays.cc
  bool check_array(const Node& node, const json::Array& array, Seen& seen);
  bool check_items(const ArrayKeywords& keywords, const json::Array& array, Seen& seen);
  bool check_unique(const json::Array& array);
  bool check_contains(const Node& node, const json::Array& array, Seen& seen);
  bool check_unevaluated_items(const Node& node, const json::Array& array, Seen& seen);

  // validate_objects.cc
  bool check_object(const Node& node, const json::Object& object, const json::Value& value,
                    Seen& seen);
  bool check_required(const ObjectKeywords& keywords, const json::Object& object);
  bool check_properties(const ObjectKeywords& keywords, const json::Object& object, Seen& seen);
  bool check_property(const ObjectKeywords& keywords, const json::Member& member, bool& looked_at);
  bool check_dependencies(const ObjectKeywords& keywords, const json::Object& object,
                          const json::Value& value, Seen& seen);
  bool check_unevaluated_properties(const Node& node, const json::Object& object, Seen& seen);

  /// A child has marks of its own.
  bool valid_child(const Node& node, const json::Value& value) {
    Seen seen;
    return valid(node, value, seen);
  }
  static void mark(Seen& seen, size_t index) {
    if (index < seen.size()) seen[index] = true;
  }

  const Model& model_;
  size_t steps_left_;
  size_t depth_ = 0;
  /// Trials within each other; reasons are kept outside of them alone.
  size_t trials_ = 0;
  bool gave_up_ = false;
  std::vector<const Resource*> resources_;
  Place place_;
  std::string reason_;
};

}  // namespace millrace::schema::json_schema
