#include "cli/consume_loop.h"

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/schema_reader.h"
#include "cli/signal_watch.h"
#include "client/topic_partition.h"
#include "millrace/client_error.h"

namespace millrace::server {
namespace {

using std::chrono::steady_clock;

constexpr milliseconds kPollWait{500};
constexpr milliseconds kAutoCommitInterval{5'000};

using Partitions = std::vector<TopicPartition>;

Result<Partitions> wanted_partitions(Admin& admin, const ConsumeOptions& options) {
  Partitions wanted;
  for (const auto& name : options.topics) {
    MILL_TRY(const auto topic, admin.describe_topic(name));
    const auto all = partitions_of(topic);
    if (options.partitions.empty()) wanted.insert(wanted.end(), all.begin(), all.end());
    for (const int32_t number : options.partitions) {
      const TopicPartition partition{.topic = name, .partition = number};
      if (std::ranges::find(all, partition) == all.end()) {
        return kafka_error(ErrorCode::unknown_topic_or_partition,
                           cat("topic '", name, "' has no partition ", number));
      }
      wanted.push_back(partition);
    }
  }
  return wanted;
}

PrintedRecord printed(const ConsumerRecord& record) {
  return {.topic = record.topic(),
          .partition = record.partition(),
          .offset = record.offset(),
          .timestamp_ms = record.timestamp_ms(),
          .key = record.key(),
          .value = record.value(),
          .headers = record.headers()};
}

OffsetReset reset_of(const StartPoint& from) {
  return from.kind == StartPoint::Kind::end ? OffsetReset::latest : OffsetReset::earliest;
}

/// An offset that was asked for and is not there is told, not silently replaced.
Result<void> check_within(Admin& admin, const PartitionOffsets& positions,
                          const Partitions& names) {
  MILL_TRY(const auto starts, offsets_at(admin, names, kEarliest));
  MILL_TRY(const auto ends, offsets_at(admin, names, kLatest));
  for (const auto& [name, offset] : positions) {
    if (offset >= starts.at(name) && offset <= ends.at(name)) continue;
    return kafka_error(ErrorCode::offset_out_of_range,
                       cat(name, " begins at offset ", starts.at(name), " and ends at ",
                           ends.at(name), "; there is no ", offset));
  }
  return {};
}

/// Polls and prints until there is nothing left to do.
class Reader {
 public:
  Reader(const Client& client, const ConsumeOptions& options)
      : client_(client), admin_(client.admin()), options_(options), left_(options.count) {}

  Result<void> read_alone() {
    MILL_TRY(const auto partitions, wanted_partitions(admin_, options_));
    MILL_TRY(const auto positions, resolve(admin_, options_.from, partitions));
    const bool is_exact = options_.from.kind == StartPoint::Kind::offset;
    if (is_exact) MILL_CHECK(check_within(admin_, positions, partitions));
    ConsumerOptions consumer{.auto_commit = false};
    consumer.auto_offset_reset = is_exact ? OffsetReset::none : reset_of(options_.from);
    MILL_TRY(consumer_, client_.consumer(std::move(consumer)));
    MILL_CHECK(consumer_->assign(partitions));
    for (const auto& [name, offset] : positions) MILL_CHECK(consumer_->seek(name, offset));
    MILL_CHECK(note_ends(partitions));
    return read();
  }

  /// Rebalances come in between, and it goes on where the group stands.
  Result<void> read_in_group() {
    for (const auto& name : options_.topics) MILL_CHECK(admin_.describe_topic(name));
    ConsumerOptions consumer{.group = options_.group, .auto_commit = false};
    consumer.auto_offset_reset = reset_of(options_.from);
    consumer.on_rebalance = {
        .assigned = [this](const Partitions& added) { keep_failure(on_assigned(added)); },
        .revoked = [this](const Partitions& taken) { keep_failure(on_revoked(taken)); },
        .lost = [this](const Partitions& taken) { forget(taken); }};
    MILL_TRY(consumer_, client_.consumer(std::move(consumer)));
    MILL_CHECK(consumer_->subscribe(options_.topics));
    auto outcome = read();
    // Whatever happened: what is on standard output is committed, and the place is given up.
    if (options_.commit == CommitMode::automatic) {
      if (auto done = commit(); !done && outcome) outcome = std::move(done);
    }
    if (const auto left = consumer_->close(); !left) tell(left.error().to_string());
    return outcome;
  }

 private:
  Result<void> read() {
    const SignalWatch signals([this] { consumer_->wakeup(); });
    while (true) {
      MILL_TRY(const bool done, is_done());
      if (done) return {};
      MILL_TRY(const auto records, consumer_->poll(kPollWait));
      if (failure_) return *failure_;
      for (const auto& record : records) {
        if (left_ == 0 || out_.is_closed()) break;
        print(record);
      }
      MILL_CHECK(out_.flush());
      if (is_commit_due()) MILL_CHECK(commit());
    }
  }

  Result<bool> is_done() {
    if (left_ == 0 || out_.is_closed()) return true;
    if (options_.follow || !is_assigned_) return false;
    for (const auto& [name, end] : ends_) {
      MILL_TRY(const int64_t position, consumer_->position(name));
      if (position < end) return false;
    }
    return true;
  }

  void print(const ConsumerRecord& record) {
    line_.clear();
    auto shown = printed(record);
    decode(RecordPart::key, record, decoded_key_, shown.key, shown.key_schema_id);
    decode(RecordPart::value, record, decoded_value_, shown.value, shown.value_schema_id);
    append_record(line_, options_.style, shown);
    out_.write(line_);
    progress_.add(1, line_.size());
    if (left_) --*left_;
    used_[record.topic_partition()] = {.offset = record.offset() + 1,
                                       .leader_epoch = record.leader_epoch()};
  }

  /// `bytes` become JSON where a schema decodes them; `decoded` keeps the text.
  void decode(RecordPart part, const ConsumerRecord& record, std::optional<DecodedPart>& decoded,
              std::optional<std::string_view>& bytes, std::optional<int32_t>& schema_id) {
    if (options_.schemas == nullptr || !bytes) return;
    decoded =
        options_.schemas->decode(part, *bytes, record.topic(), record.partition(), record.offset());
    if (!decoded) return;
    bytes = decoded->json;
    schema_id = decoded->schema_id;
  }

  /// Unless following, where these end now is where reading ends.
  Result<void> note_ends(const Partitions& partitions) {
    is_assigned_ = true;
    if (options_.follow || partitions.empty()) return {};
    MILL_TRY(const auto ends, consumer_->end_offsets(partitions));
    for (const auto& [name, end] : ends) ends_[name] = end;
    return {};
  }

  Result<void> on_assigned(const Partitions& added) {
    MILL_TRY(const auto committed, consumer_->committed(added));
    Partitions fresh;
    std::string names;
    for (const auto& name : added) {
      names += cat(' ', name);
      if (!committed.contains(name)) fresh.push_back(name);
    }
    MILL_TRY(const auto starts, resolve(admin_, options_.from, fresh));
    for (const auto& [name, offset] : starts) MILL_CHECK(consumer_->seek(name, offset));
    tell(cat("group ", options_.group, ", assigned:", names.empty() ? " nothing" : names));
    next_commit_ = steady_clock::now() + kAutoCommitInterval;
    return note_ends(added);
  }

  Result<void> on_revoked(const Partitions& taken) {
    auto done = options_.commit == CommitMode::never ? Result<void>() : commit();
    forget(taken);
    return done;
  }

  void forget(const Partitions& taken) {
    for (const auto& name : taken) {
      ends_.erase(name);
      used_.erase(name);
    }
  }

  void keep_failure(Result<void> outcome) {
    if (!outcome && !failure_) failure_ = std::move(outcome).error();
  }

  bool is_commit_due() const {
    if (options_.group.empty() || options_.commit == CommitMode::never) return false;
    return options_.commit == CommitMode::manual || steady_clock::now() >= next_commit_;
  }

  /// What was printed since the last commit. During a rebalance the offsets may be too late; then
  /// the next owner prints those records again.
  Result<void> commit() {
    next_commit_ = steady_clock::now() + kAutoCommitInterval;
    const auto used = std::exchange(used_, {});
    if (used.empty()) return {};
    auto done = consumer_->commit(used);
    if (done) return done;
    const auto& error = done.error();
    if (error.is(ErrorCode::rebalance_in_progress) || error.is(ErrorCode::illegal_generation) ||
        error.is(ErrorCode::unknown_member_id)) {
      tell(cat("some offsets were not committed: ", error.to_string()));
      return {};
    }
    return done;
  }

  const Client& client_;
  Admin admin_;
  const ConsumeOptions& options_;
  std::optional<Consumer> consumer_;
  std::optional<int64_t> left_;
  /// Where the assigned partitions ended when they were assigned.
  PartitionOffsets ends_;
  bool is_assigned_ = false;
  /// Behind the last record that was printed, of each partition with any since the last commit.
  Offsets used_;
  steady_clock::time_point next_commit_;
  std::optional<Error> failure_;
  std::string line_;
  std::optional<DecodedPart> decoded_key_;
  std::optional<DecodedPart> decoded_value_;
  Output out_;
  Progress progress_{std::nullopt, true};
};

}  // namespace

Result<void> consume(const Client& client, const ConsumeOptions& options) {
  Reader reader(client, options);
  return options.group.empty() ? reader.read_alone() : reader.read_in_group();
}

}  // namespace millrace::server
