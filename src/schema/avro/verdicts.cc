#include "schema/avro/verdicts.h"

#include <algorithm>

namespace millrace::schema::avro {

Verdicts::Verdicts(const Pair& root, Budget& budget) {
  number_of(root);
  // Visiting finds new pairs.
  for (size_t node = 0; node < nodes_.size() && !budget.exhausted(); ++node) visit(node, budget);
  spread();
}

bool Verdicts::fit_none(const std::vector<Pair>& pairs) const {
  return std::ranges::none_of(pairs, [this](const Pair& pair) { return fits(pair); });
}

size_t Verdicts::number_of(const Pair& pair) {
  const auto [found, added] = numbers_.try_emplace(pair, nodes_.size());
  if (added) nodes_.push_back({.pair = pair, .fits = true, .hopes = {}});
  return found->second;
}

void Verdicts::visit(size_t node, Budget& budget) {
  const Comparison comparison = compare(nodes_[node].pair, budget);
  if (!comparison.misfits.empty()) refute(node);
  for (const Requirement& requirement : comparison.requirements) {
    if (requirement.any_of.empty()) refute(node);
    for (const Pair& pair : requirement.any_of) {
      nodes_[number_of(pair)].hopes.push_back(requirements_.size());
    }
    requirements_.push_back({.node = node, .left = requirement.any_of.size()});
  }
}

void Verdicts::refute(size_t node) {
  if (!nodes_[node].fits) return;
  nodes_[node].fits = false;
  refuted_.push_back(node);
}

void Verdicts::spread() {
  while (!refuted_.empty()) {
    const size_t node = refuted_.back();
    refuted_.pop_back();
    for (const size_t hope : nodes_[node].hopes) {
      if (--requirements_[hope].left == 0) refute(requirements_[hope].node);
    }
  }
}

}  // namespace millrace::schema::avro
