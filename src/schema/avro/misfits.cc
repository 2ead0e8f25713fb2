#include "schema/avro/misfits.h"

#include <algorithm>
#include <unordered_set>

#include "base/text.h"
#include "schema/avro/comparison.h"
#include "schema/avro/verdicts.h"

namespace millrace::schema::avro {
namespace {

/// Steps of a path that a reason may have.
constexpr size_t kStepsMax = 1'000;

/// Collects the reasons in the order of the reader's text.
class Report {
 public:
  Report(const Verdicts& verdicts, Budget& budget) : verdicts_(verdicts), budget_(budget) {}

  std::vector<Incompatibility> of(const Pair& root) && {
    enter(root, "");
    while (!ways_.empty() && reasons_.size() < kReasonsMax) {
      if (ways_.back().rest.empty()) {
        ways_.pop_back();
      } else {
        take_step();
      }
    }
    if (reasons_.size() >= kReasonsMax) {
      reasons_.push_back({.rule = reasons_.back().rule,
                          .path = "/",
                          .message = cat("there may be more than these ", kReasonsMax,
                                         " reasons; mend them first")});
    }
    return std::move(reasons_);
  }

 private:
  /// Where the walk is at: what is still to be looked at of one pair, the last first.
  struct Way {
    std::string path;
    std::vector<Requirement> rest;
  };

  void enter(const Pair& pair, const std::string& path) {
    if (!told_.insert(pair).second) return;
    if (ways_.size() >= kStepsMax) return tell(too_deep(), path);
    Comparison comparison = compare(pair, budget_);
    for (Incompatibility& misfit : comparison.misfits) tell(std::move(misfit), path);
    std::ranges::reverse(comparison.requirements);
    ways_.push_back({.path = path, .rest = std::move(comparison.requirements)});
  }

  static Incompatibility too_deep() {
    return {.rule = "TYPE_MISMATCH",
            .path = "",
            .message = cat("the types differ in more than ", kStepsMax,
                           " levels; what differs further down is not looked for")};
  }

  void take_step() {
    Requirement next = std::move(ways_.back().rest.back());
    ways_.back().rest.pop_back();
    if (!verdicts_.fit_none(next.any_of)) return;
    const std::string path = ways_.back().path;
    if (next.otherwise) tell(*std::move(next.otherwise), path);
    // A union's only candidate, known by its name, has the reason that people look for.
    if (next.any_of.size() == 1) enter(next.any_of.front(), path + next.path);
  }

  void tell(Incompatibility misfit, const std::string& path) {
    if (reasons_.size() >= kReasonsMax) return;
    misfit.path.insert(0, path);
    if (misfit.path.empty()) misfit.path = "/";
    reasons_.push_back(std::move(misfit));
  }

  const Verdicts& verdicts_;
  Budget& budget_;
  std::vector<Way> ways_;
  std::unordered_set<Pair, PairHash> told_;
  std::vector<Incompatibility> reasons_;
};

}  // namespace

std::vector<Incompatibility> misfits_of(const Type& reader, const Type& writer) {
  const Pair root{&reader, &writer};
  Budget budget(kComparisonsMax);
  const Verdicts verdicts(root, budget);
  if (budget.exhausted()) {
    return {{.rule = "TYPE_MISMATCH",
             .path = "/",
             .message = cat("the schemas are too large to compare, more than ", kComparisonsMax,
                            " pairs of their parts meet; split them, or use fewer branches")}};
  }
  if (verdicts.fits(root)) return {};
  Budget walk(kComparisonsMax);
  return Report(verdicts, walk).of(root);
}

}  // namespace millrace::schema::avro
