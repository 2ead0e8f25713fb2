#include "client/consumer/record_fetcher.h"

#include <algorithm>
#include <utility>

namespace millrace::client {

RecordFetcher::RecordFetcher(std::shared_ptr<ClientCore> client, std::shared_ptr<Gateway> gateway,
                             std::shared_ptr<PartitionStates> states,
                             std::shared_ptr<Mailbox> mailbox, Terms terms)
    : client_(std::move(client)),
      gateway_(std::move(gateway)),
      states_(std::move(states)),
      mailbox_(std::move(mailbox)),
      terms_(std::move(terms)) {}

void RecordFetcher::wake() {
  if (is_woken_.exchange(true)) return;
  driver().post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->is_woken_ = false;
      self->pass();
    }
  });
}

void RecordFetcher::hurry() {
  is_hungry_ = true;
  wake();
}

void RecordFetcher::start() { spawn(watch(shared_from_this())); }

void RecordFetcher::pass() {
  if (is_closed_) return;
  const SteadyTime now = driver().now();
  next_pass_ = SteadyTime::max();
  is_hurried_ = is_hungry_.exchange(false);
  auto leaders = sort(states_->look(now, next_pass_), now);
  size_t reading = 0;
  for (const auto& [leader, work] : leaders) reading += work.to_fetch.empty() ? 0 : 1;
  for (auto& [leader, work] : leaders) {
    const size_t room = work.to_fetch.empty() ? 0 : states_->room() / reading;
    launch(leader, std::move(work), room);
  }
  arm();
}

void RecordFetcher::arm() {
  if (timer_ != 0) driver().cancel(std::exchange(timer_, 0));
  if (next_pass_ == SteadyTime::max()) return;
  timer_ = driver().schedule(next_pass_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->wake();
  });
}

std::map<int32_t, RecordFetcher::Work> RecordFetcher::sort(std::vector<View> views,
                                                           SteadyTime now) {
  std::map<int32_t, Work> leaders;
  std::vector<View> without_beginning;
  for (View& view : views) {
    if (view.lookup == PartitionStates::Lookup::committed) {
      without_beginning.push_back(std::move(view));
      continue;
    }
    const auto leader = leader_of(*view.name, now);
    if (!leader) continue;
    Work& work = leaders[leader->leader];
    Item item{.view = std::move(view), .leader_epoch = leader->leader_epoch};
    if (item.view.lookup == PartitionStates::Lookup::by_time) {
      work.by_time.push_back(std::move(item));
    } else if (item.view.is_full) {
      work.is_full = true;
    } else if (needs_check(item)) {
      work.to_check.push_back(std::move(item));
    } else {
      work.is_fresh = work.is_fresh || item.view.is_fresh;
      work.to_fetch.push_back(std::move(item));
    }
  }
  if (!without_beginning.empty()) need_committed(std::move(without_beginning));
  return leaders;
}

bool RecordFetcher::needs_check(const Item& item) {
  const int32_t read = item.view.from.leader_epoch;
  return read >= 0 && item.leader_epoch >= 0 && item.leader_epoch != read &&
         item.leader_epoch != item.view.checked_under;
}

std::optional<PartitionDescription> RecordFetcher::leader_of(const TopicPartition& name,
                                                             SteadyTime now) {
  const TopicDescription* const topic = gateway_->known_topic(name.topic);
  if (topic == nullptr) {
    need_topic(name.topic, now);
    return std::nullopt;
  }
  const auto found =
      std::ranges::find(topic->partitions, name.partition, &PartitionDescription::id);
  if (found == topic->partitions.end() || found->leader < 0) {
    gateway_->forget_topic(name.topic);
    need_topic(name.topic, now);
    return std::nullopt;
  }
  return *found;
}

void RecordFetcher::need_topic(const std::string& topic, SteadyTime now) {
  Asking& asking = topics_[topic];
  if (asking.is_asking) return;
  if (asking.retry_at > now) return look_again_at(asking.retry_at);
  asking.is_asking = true;
  spawn(ask_topic(shared_from_this(), topic));
}

void RecordFetcher::need_committed(std::vector<View> views) {
  if (terms_.group.empty()) {
    for (const View& view : views) {
      reset(view, kafka_error(ErrorCode::offset_out_of_range,
                              to_string(*view.name) + " has no position; seek"));
    }
    return wake();
  }
  if (is_asking_committed_) return;
  is_asking_committed_ = true;
  for (const View& view : views) states_->begin(view);
  spawn(ask_committed(shared_from_this(), std::move(views)));
}

void RecordFetcher::launch(int32_t leader, Work work, size_t room) {
  Node& node = nodes_[leader];
  if (node.retry_at > driver().now()) return look_again_at(node.retry_at);
  const bool has_lookups = !work.by_time.empty() || !work.to_check.empty();
  if (has_lookups && !node.is_looking_up) {
    node.is_looking_up = true;
    for (const Item& item : work.by_time) states_->begin(item.view);
    for (const Item& item : work.to_check) states_->begin(item.view);
    spawn(look_up(shared_from_this(), leader, std::move(work.by_time), std::move(work.to_check)));
  }
  if (work.to_fetch.empty() || work.is_full || room == 0) return;
  if (!node.is_waiting) {
    node.is_waiting = true;
    launch_fetch(leader, std::move(work.to_fetch), Lane::fetches, room);
  } else if (!node.is_peeking && (work.is_fresh || is_hurried_)) {
    node.is_peeking = true;
    launch_fetch(leader, std::move(work.to_fetch), Lane::requests, room);
  }
}

void RecordFetcher::launch_fetch(int32_t leader, std::vector<Item> items, Lane lane, size_t room) {
  const auto by_name = [](const Item& item) -> const TopicPartition& { return *item.view.name; };
  const auto turn = std::ranges::upper_bound(items, nodes_[leader].last_read, {}, by_name);
  std::ranges::rotate(items, turn);
  FetchTerms terms = terms_.fetch;
  terms.bytes_max = static_cast<int32_t>(std::min(static_cast<size_t>(terms.bytes_max), room));
  if (lane == Lane::requests) terms.max_wait = Milliseconds(0);
  for (const Item& item : items) states_->begin(item.view);
  states_->note_fetch();
  spawn(read(shared_from_this(), leader, lane, terms, std::move(items)));
}

void RecordFetcher::abort() {
  if (std::exchange(is_closed_, true)) return;
  if (timer_ != 0) driver().cancel(std::exchange(timer_, 0));
}

}  // namespace millrace::client
