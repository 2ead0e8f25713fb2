#include "schema/json_schema/matching.h"

#include <optional>

namespace millrace::schema::json_schema {
namespace {

class Matching {
 public:
  Matching(const std::vector<std::vector<size_t>>& edges, size_t right_count)
      : edges_(edges), taken_by_(right_count), tried_(right_count) {}

  size_t run() {
    size_t matched = 0;
    for (size_t left = 0; left < edges_.size(); ++left) {
      tried_.assign(tried_.size(), false);
      if (place(left)) ++matched;
    }
    return matched;
  }

 private:
  /// Gives `left` one of the right; who has it already moves to another.
  bool place(size_t left) {
    for (const size_t right : edges_[left]) {
      if (tried_[right]) continue;
      tried_[right] = true;
      if (!taken_by_[right] || place(*taken_by_[right])) {
        taken_by_[right] = left;
        return true;
      }
    }
    return false;
  }

  const std::vector<std::vector<size_t>>& edges_;
  std::vector<std::optional<size_t>> taken_by_;
  std::vector<bool> tried_;
};

}  // namespace

size_t largest_matching(const std::vector<std::vector<size_t>>& edges, size_t right_count) {
  return Matching(edges, right_count).run();
}

}  // namespace millrace::schema::json_schema
