// One reader's type against one writer's, without what is inside them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "schema/avro/type.h"
#include "schema/schema.h"

namespace millrace::schema::avro {

struct Pair {
  const Type* reader = nullptr;
  const Type* writer = nullptr;

  bool operator==(const Pair&) const = default;
};

struct PairHash {
  size_t operator()(const Pair& pair) const {
    const std::hash<const Type*> hash;
    return hash(pair.reader) * 31 + hash(pair.writer);
  }
};

/// What inner types have to do for the outer ones to fit: one pair of `any_of` fits.
struct Requirement {
  /// From the outer type to the inner one: "/fields/2/type".
  std::string path;
  std::vector<Pair> any_of;
  /// Why the outer types do not fit if none does. Where it is missing, there is one pair, which has
  /// the reason.
  std::optional<Incompatibility> otherwise;
};

/// The paths begin at the types.
struct Comparison {
  std::vector<Incompatibility> misfits;
  std::vector<Requirement> requirements;
};

/// A number of comparisons; below zero there are none left.
class Budget {
 public:
  explicit Budget(int64_t left) : left_(left) {}
  bool spend(size_t count = 1) {
    left_ -= static_cast<int64_t>(count);
    return left_ >= 0;
  }
  bool exhausted() const { return left_ < 0; }

 private:
  int64_t left_;
};

/// By the specification's rules. Where the budget runs out in between, the answer is of no use.
Comparison compare(const Pair& pair, Budget& budget);

}  // namespace millrace::schema::avro
