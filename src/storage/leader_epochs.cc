#include "storage/leader_epochs.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "storage/text_lines.h"

namespace millrace::storage {

Result<LeaderEpochs> LeaderEpochs::read(io::FileSystem& fs, const std::string& path) {
  LeaderEpochs epochs;
  MILL_TRY(const auto lines, read_counted_lines(fs, path));
  for (const std::string& line : lines) {
    const auto words = split(line, ' ');
    const auto epoch = words.size() == 2 ? parse_int64(words[0]) : std::nullopt;
    const auto start = words.size() == 2 ? parse_int64(words[1]) : std::nullopt;
    if (!epoch || !start || *epoch < 0 || *epoch > INT32_MAX || *start < 0) {
      return malformed_file(path, cat("expected \"epoch offset\", found \"", line, '"'));
    }
    if (!epochs.assign(LeaderEpoch(static_cast<int32_t>(*epoch)), Offset(*start))) {
      return malformed_file(path, cat("epoch ", *epoch, " does not ascend"));
    }
  }
  return epochs;
}

std::string LeaderEpochs::text() const {
  std::vector<std::string> lines;
  for (const EpochStart& entry : entries_) {
    lines.push_back(cat(entry.epoch, ' ', entry.start_offset));
  }
  return counted_text(lines);
}

Result<void> LeaderEpochs::write(io::FileSystem& fs, const std::string& path) const {
  return io::replace_file(fs, path, as_bytes(text()));
}

bool LeaderEpochs::assign(LeaderEpoch epoch, Offset start) {
  if (!entries_.empty() && epoch <= entries_.back().epoch) return false;
  while (!entries_.empty() && entries_.back().start_offset >= start) entries_.pop_back();
  entries_.push_back({epoch, start});
  return true;
}

void LeaderEpochs::truncate_from_end(Offset end) {
  // The last epoch stays even when all its records went: it is the one appends go on under.
  while (entries_.size() > 1 && entries_.back().start_offset > end &&
         entries_[entries_.size() - 2].start_offset >= end) {
    entries_.erase(entries_.end() - 2);
  }
  if (!entries_.empty() && entries_.back().start_offset > end) entries_.back().start_offset = end;
}

void LeaderEpochs::truncate_from_start(Offset start) {
  while (entries_.size() > 1 && entries_[1].start_offset <= start) entries_.erase(entries_.begin());
  if (!entries_.empty() && entries_.front().start_offset < start) {
    entries_.front().start_offset = start;
  }
}

std::optional<EpochStart> LeaderEpochs::last() const {
  return entries_.empty() ? std::nullopt : std::optional(entries_.back());
}

std::optional<LeaderEpoch> LeaderEpochs::epoch_of(Offset offset) const {
  const auto after =
      std::upper_bound(entries_.begin(), entries_.end(), offset,
                       [](Offset at, const EpochStart& entry) { return at < entry.start_offset; });
  if (after == entries_.begin()) return std::nullopt;
  return std::prev(after)->epoch;
}

std::optional<LeaderEpochs::End> LeaderEpochs::end_of(LeaderEpoch epoch, Offset log_end) const {
  if (entries_.empty() || epoch > entries_.back().epoch) return std::nullopt;
  if (epoch == entries_.back().epoch) return End{epoch, log_end};
  const auto next =
      std::upper_bound(entries_.begin(), entries_.end(), epoch,
                       [](LeaderEpoch at, const EpochStart& entry) { return at < entry.epoch; });
  // Older than all that is known: as Kafka, the epoch itself, ending where the history begins.
  if (next == entries_.begin()) return End{epoch, next->start_offset};
  return End{std::prev(next)->epoch, next->start_offset};
}

}  // namespace millrace::storage
