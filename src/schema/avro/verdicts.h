// Which pairs of types fit, cycles included.
#pragma once

#include <deque>
#include <unordered_map>
#include <vector>

#include "schema/avro/comparison.h"

namespace millrace::schema::avro {

/// Compares a pair and all that is inside it, each pair once, and tells of each whether it fits:
/// types that contain themselves fit unless something in them does not (the greatest fixed point).
/// The work is linear in the pairs; nothing recurses.
class Verdicts {
 public:
  /// Of no use once the budget is exhausted.
  Verdicts(const Pair& root, Budget& budget);

  /// Of a pair that was met.
  bool fits(const Pair& pair) const { return nodes_[numbers_.at(pair)].fits; }
  bool fit_none(const std::vector<Pair>& pairs) const;

 private:
  struct Node {
    Pair pair;
    bool fits = true;
    /// Of requirements_: those that this pair might meet.
    std::vector<size_t> hopes;
  };
  struct Open {
    /// Of nodes_: whose requirement it is.
    size_t node = 0;
    /// Pairs that may still meet it.
    size_t left = 0;
  };

  size_t number_of(const Pair& pair);
  void visit(size_t node, Budget& budget);
  void refute(size_t node);
  void spread();

  std::deque<Node> nodes_;
  std::unordered_map<Pair, size_t, PairHash> numbers_;
  std::vector<Open> requirements_;
  std::vector<size_t> refuted_;
};

}  // namespace millrace::schema::avro
