#include "cli/line_difference.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/text.h"

namespace millrace::server {
namespace {

using Lines = std::vector<std::string_view>;

constexpr size_t kCellsMax = 4'000'000;
constexpr size_t kContextLines = 3;

struct Step {
  /// ' ', '-' or '+'.
  char mark;
  std::string_view line;
};

Lines lines_of(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return split(text, '\n');
}

/// The length of the longest common subsequence of every pair of ends, in one table.
class CommonLengths {
 public:
  CommonLengths(const Lines& before, const Lines& after)
      : columns_(after.size() + 1), cells_((before.size() + 1) * columns_) {
    for (size_t i = before.size(); i-- > 0;) {
      for (size_t j = after.size(); j-- > 0;) {
        cells_[i * columns_ + j] =
            before[i] == after[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
      }
    }
  }
  uint32_t at(size_t i, size_t j) const { return cells_[i * columns_ + j]; }

 private:
  size_t columns_;
  std::vector<uint32_t> cells_;
};

void add_all(std::vector<Step>& steps, char mark, const Lines& lines) {
  for (const auto line : lines) steps.push_back({.mark = mark, .line = line});
}

void add_middle(std::vector<Step>& steps, const Lines& before, const Lines& after) {
  if (!before.empty() && after.size() > kCellsMax / before.size()) {
    add_all(steps, '-', before);
    add_all(steps, '+', after);
    return;
  }
  const CommonLengths lengths(before, after);
  size_t i = 0;
  size_t j = 0;
  while (i < before.size() || j < after.size()) {
    if (i < before.size() && j < after.size() && before[i] == after[j]) {
      steps.push_back({.mark = ' ', .line = before[i]});
      ++i, ++j;
    } else if (j == after.size() ||
               (i < before.size() && lengths.at(i + 1, j) >= lengths.at(i, j + 1))) {
      steps.push_back({.mark = '-', .line = before[i++]});
    } else {
      steps.push_back({.mark = '+', .line = after[j++]});
    }
  }
}

std::vector<Step> steps_between(Lines before, Lines after) {
  const auto [left, right] = std::ranges::mismatch(before, after);
  const Lines head(before.begin(), left);
  before.erase(before.begin(), left);
  after.erase(after.begin(), right);
  Lines tail;
  while (!before.empty() && !after.empty() && before.back() == after.back()) {
    tail.push_back(before.back());
    before.pop_back();
    after.pop_back();
  }
  std::ranges::reverse(tail);
  std::vector<Step> steps;
  add_all(steps, ' ', head);
  add_middle(steps, before, after);
  add_all(steps, ' ', tail);
  return steps;
}

/// Which steps are a change or near one.
std::vector<bool> near_changes(const std::vector<Step>& steps) {
  std::vector<bool> shown(steps.size());
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].mark == ' ') continue;
    const size_t end = std::min(i + kContextLines + 1, steps.size());
    for (size_t j = i - std::min(i, kContextLines); j < end; ++j) shown[j] = true;
  }
  return shown;
}

}  // namespace

std::string line_difference(std::string_view before, std::string_view after) {
  const auto steps = steps_between(lines_of(before), lines_of(after));
  const auto shown = near_changes(steps);
  std::string out;
  bool is_gap = false;
  for (size_t i = 0; i < steps.size(); ++i) {
    if (!shown[i]) {
      is_gap = !out.empty();
      continue;
    }
    if (std::exchange(is_gap, false)) out += "...\n";
    out += steps[i].mark;
    out += steps[i].line;
    out += '\n';
  }
  return out;
}

}  // namespace millrace::server
