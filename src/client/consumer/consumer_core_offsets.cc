// Where a consumer stands, where it is sent, and what it can ask of partitions.
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "client/admin/offsets.h"
#include "client/consumer/consumer_core.h"
#include "client/error.h"
#include "client/topic_partition.h"

namespace millrace::client {
namespace {

using Found = std::map<TopicPartition, OffsetAndTimestamp>;

/// Without partitions that are not there, which list_offsets would wait for.
Task<Result<Found>> list_known_offsets(std::shared_ptr<Gateway> gateway,
                                       std::map<TopicPartition, int64_t> timestamps,
                                       Isolation isolation, SteadyTime deadline) {
  for (const auto& [name, timestamp] : timestamps) {
    auto asking = gateway->topic(name.topic, MissingTopic::refuse, deadline);
    MILL_CO_TRY(const TopicDescription topic, co_await asking);
    if (static_cast<size_t>(name.partition) < topic.partitions.size()) continue;
    co_return kafka_error(ErrorCode::unknown_topic_or_partition,
                          cat("there is no partition ", name));
  }
  auto listing = list_offsets(*gateway, std::move(timestamps), isolation, deadline);
  auto found = co_await listing;
  co_return found;
}

Task<Result<Offsets>> ask_committed(std::shared_ptr<Gateway> gateway, CommittedQuery query,
                                    SteadyTime deadline) {
  const auto attempt = [&](SteadyTime by) { return fetch_committed(*gateway, query, by); };
  auto asking = gateway->retrying<Offsets>(deadline, attempt);
  auto offsets = co_await asking;
  co_return offsets;
}

}  // namespace

Result<void> ConsumerCore::check_assigned(const std::vector<TopicPartition>& partitions) const {
  for (const TopicPartition& partition : partitions) {
    if (states_->contains(partition)) continue;
    return client_error(ClientErrc::wrong_state, cat(partition, " is not assigned"));
  }
  return {};
}

Result<int64_t> ConsumerCore::position(const TopicPartition& partition) {
  MILL_TRY(const auto use, enter());
  MILL_CHECK(check_assigned({partition}));
  Result<std::optional<Position>> found = std::optional<Position>();
  const auto is_there = [&] {
    found = states_->position(partition);
    return !found || *found;
  };
  if (!is_there()) {
    fetcher_->wake();
    const SteadyTime deadline = driver_.deadline_in(client_->options().api_timeout);
    MILL_CHECK(wait_until(is_there, deadline, Wakeups::heed));
  }
  if (!found) return std::move(found).error();
  return (*found)->offset;
}

Result<void> ConsumerCore::seek(const TopicPartition& partition, int64_t offset) {
  MILL_TRY(const auto use, enter());
  MILL_CHECK(check_assigned({partition}));
  if (offset < 0) {
    return client_error(ClientErrc::invalid_argument,
                        cat("the offset is ", offset, "; it must not be negative"));
  }
  states_->seek(partition, {.offset = offset});
  fetcher_->wake();
  return {};
}

Result<void> ConsumerCore::seek_to_time(const std::vector<TopicPartition>& partitions,
                                        int64_t timestamp_ms) {
  MILL_TRY(const auto use, enter());
  MILL_CHECK(check_assigned(partitions));
  for (const TopicPartition& partition : partitions) {
    states_->seek_to_time(partition, timestamp_ms);
  }
  fetcher_->wake();
  return {};
}

Result<void> ConsumerCore::set_paused(const std::vector<TopicPartition>& partitions,
                                      bool is_paused) {
  MILL_TRY(const auto use, enter());
  MILL_CHECK(check_assigned(partitions));
  states_->set_paused(partitions, is_paused);
  fetcher_->wake();
  return {};
}

Result<Offsets> ConsumerCore::committed(const std::vector<TopicPartition>& partitions) {
  MILL_TRY(const auto use, enter_group());
  const SteadyTime deadline = driver_.deadline_in(client_->options().api_timeout);
  CommittedQuery query{.group = group_->name(), .partitions = partitions, .is_stable_only = true};
  return wait_for<Offsets>([gateway = gateway_, query = std::move(query), deadline] {
    return ask_committed(gateway, query, deadline);
  });
}

Result<Found> ConsumerCore::list_offsets(const std::map<TopicPartition, int64_t>& timestamps_ms) {
  MILL_TRY(const auto use, enter());
  const SteadyTime deadline = driver_.deadline_in(client_->options().api_timeout);
  return wait_for<Found>(
      [gateway = gateway_, timestamps_ms, isolation = options_.isolation, deadline] {
        return list_known_offsets(gateway, timestamps_ms, isolation, deadline);
      });
}

}  // namespace millrace::client
