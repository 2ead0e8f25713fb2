#include "cli/consume_loop.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/output.h"
#include "client/fetcher.h"
#include "client/group_member.h"

namespace millrace::server {
namespace {

/// Short enough for heartbeats to be on time.
constexpr Milliseconds kPollWait{500};
constexpr Milliseconds kAutoCommitInterval{5'000};

using client::PartitionOffsets;

Result<std::vector<TopicPartition>> wanted_partitions(client::Cluster& cluster,
                                                      const ConsumeOptions& options) {
  std::vector<TopicPartition> wanted;
  for (const auto& name : options.topics) {
    MILL_TRY(const auto topic, cluster.topic(name, client::MissingTopic::refuse, cluster.limits()));
    const auto all = client::partitions_of(topic);
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

/// Fetches and prints from some partitions until told to stop.
class Printer {
 public:
  Printer(client::Cluster& cluster, const ConsumeOptions& options, std::optional<int64_t> reset)
      : cluster_(cluster),
        options_(options),
        left_(options.count),
        fetcher_(cluster, {.reset = reset}) {}

  /// From now on these; unless following, up to where they end now.
  Result<void> assign(PartitionOffsets positions) {
    std::vector<TopicPartition> names;
    for (const auto& [name, offset] : positions) names.push_back(name);
    ends_.clear();
    if (!options_.follow && !names.empty()) {
      MILL_TRY(ends_, client::list_offsets(cluster_, names, kLatest, cluster_.limits()));
    }
    fetcher_.assign(std::move(positions));
    used_.clear();
    return {};
  }

  /// Nothing is left to do.
  bool is_done() const {
    if (left_ == 0 || out_.is_closed()) return true;
    if (options_.follow) return false;
    return std::ranges::all_of(fetcher_.positions(), [&](const auto& item) {
      return item.second >= ends_.at(item.first);
    });
  }

  /// One fetch; its lines are written and flushed when it returns.
  Result<void> step() {
    MILL_TRY(const auto fetched, fetcher_.poll(kPollWait));
    for (const auto& batches : fetched) {
      if (left_ == 0 || out_.is_closed()) break;
      MILL_CHECK(print(batches));
    }
    return out_.flush();
  }

  /// The offset after the last record that was printed, of each partition with any since the last
  /// call.
  PartitionOffsets take_used() { return std::exchange(used_, {}); }

 private:
  Result<void> print(const client::FetchedBatches& batches) {
    std::string line;
    MILL_TRY(const int64_t next,
             client::for_each_record(batches, [&](const record::RecordView& record) {
               line.clear();
               append_record(line, options_.style, batches.partition, record);
               out_.write(line);
               if (left_) --*left_;
               return left_ != 0;
             }));
    if (next != batches.from) used_[batches.partition] = next;
    fetcher_.seek(batches.partition, next);
    return {};
  }

  client::Cluster& cluster_;
  const ConsumeOptions& options_;
  std::optional<int64_t> left_;
  client::Fetcher fetcher_;
  PartitionOffsets ends_;
  PartitionOffsets used_;
  Output out_;
};

std::optional<int64_t> reset_of(const StartPoint& from) {
  return from.kind == StartPoint::Kind::end ? kLatest : kEarliest;
}

/// An offset that was asked for and is not there is told, not silently replaced.
Result<void> check_within(client::Cluster& cluster, const PartitionOffsets& positions,
                          const std::vector<TopicPartition>& names) {
  MILL_TRY(const auto starts, client::list_offsets(cluster, names, kEarliest, cluster.limits()));
  MILL_TRY(const auto ends, client::list_offsets(cluster, names, kLatest, cluster.limits()));
  for (const auto& [name, offset] : positions) {
    if (offset >= starts.at(name) && offset <= ends.at(name)) continue;
    return kafka_error(ErrorCode::offset_out_of_range,
                       cat(name, " begins at offset ", starts.at(name), " and ends at ",
                           ends.at(name), "; there is no ", offset));
  }
  return {};
}

Result<void> consume_alone(client::Cluster& cluster, const ConsumeOptions& options) {
  MILL_TRY(const auto partitions, wanted_partitions(cluster, options));
  MILL_TRY(auto positions, resolve(cluster, options.from, partitions));
  const bool exact = options.from.kind == StartPoint::Kind::offset;
  if (exact) MILL_CHECK(check_within(cluster, positions, partitions));
  Printer printer(cluster, options, exact ? std::nullopt : reset_of(options.from));
  MILL_CHECK(printer.assign(std::move(positions)));
  while (!printer.is_done()) MILL_CHECK(printer.step());
  return {};
}

/// Reads as a member of a group; rebalances interrupt it and it goes on where the group stands.
class GroupReader {
 public:
  GroupReader(client::Cluster& cluster, const ConsumeOptions& options)
      : cluster_(cluster),
        options_(options),
        member_(cluster, {.group = options.group, .topics = options.topics}),
        printer_(cluster, options, reset_of(options.from)) {}

  Result<void> run() {
    auto outcome = read();
    // Whatever happened: what is on standard output is committed, and the place is given up.
    if (options_.commit == CommitMode::automatic) {
      if (auto done = commit(); !done && outcome) outcome = std::move(done);
    }
    if (auto left = member_.leave(); !left) tell(left.error().to_string());
    return outcome;
  }

 private:
  Result<void> read() {
    MILL_CHECK(join());
    while (!printer_.is_done()) {
      MILL_CHECK(printer_.step());
      const auto now = std::chrono::steady_clock::now();
      if (options_.commit == CommitMode::manual ||
          (options_.commit == CommitMode::automatic && now >= next_commit_)) {
        MILL_CHECK(commit());
        next_commit_ = now + kAutoCommitInterval;
      }
      MILL_TRY(const auto standing, member_.heartbeat());
      if (standing == client::GroupMember::Standing::rebalancing) {
        if (options_.commit != CommitMode::never) MILL_CHECK(commit());
        MILL_CHECK(join());
      }
    }
    return {};
  }

  Result<void> join() {
    MILL_TRY(const auto assigned, member_.join());
    MILL_TRY(auto positions, member_.committed(assigned));
    std::vector<TopicPartition> fresh;
    for (const auto& name : assigned) {
      if (!positions.contains(name)) fresh.push_back(name);
    }
    if (!fresh.empty()) {
      MILL_TRY(const auto starts, resolve(cluster_, options_.from, fresh));
      positions.insert(starts.begin(), starts.end());
    }
    std::string names;
    for (const auto& name : assigned) names += cat(' ', name);
    tell(cat("group ", options_.group, ", generation ", member_.generation(),
             ", assigned:", names.empty() ? " nothing" : names));
    MILL_CHECK(printer_.assign(std::move(positions)));
    next_commit_ = std::chrono::steady_clock::now() + kAutoCommitInterval;
    return {};
  }

  /// What was printed since the last commit. During a rebalance the offsets may be too late; then
  /// the next owner prints those records again.
  Result<void> commit() {
    const auto used = printer_.take_used();
    auto done = member_.commit(used);
    if (done) return done;
    const auto& error = done.error();
    if (error.is(ErrorCode::rebalance_in_progress) || error.is(ErrorCode::illegal_generation) ||
        error.is(ErrorCode::unknown_member_id)) {
      tell(cat("some offsets were not committed: ", error.to_string()));
      return {};
    }
    return done;
  }

  client::Cluster& cluster_;
  const ConsumeOptions& options_;
  client::GroupMember member_;
  Printer printer_;
  SteadyTime next_commit_;
};

}  // namespace

Result<void> consume(client::Cluster& cluster, const ConsumeOptions& options) {
  if (options.group.empty()) return consume_alone(cluster, options);
  for (const auto& name : options.topics) {
    MILL_CHECK(cluster.topic(name, client::MissingTopic::refuse, cluster.limits()));
  }
  return GroupReader(cluster, options).run();
}

}  // namespace millrace::server
