// How a member of the consumer protocol gets from what it has to what the coordinator wants: one
// step after the other, each told to the coordinator.
#include <algorithm>
#include <utility>

#include "client/consumer/consumer_member.h"
#include "client/consumer/partition_sets.h"

namespace millrace::client {

Task<void> ConsumerMember::run(Self self, uint64_t life) {
  while (!self->is_over(life)) {
    if (!self->may_beat()) {
      auto losing = lose_all(self, life);
      co_await losing;
      if (self->is_over(life) || self->stage_ == Stage::failed) co_return;
      if (self->stage_ == Stage::fenced) {
        self->enter(Stage::joining);
        continue;
      }
    } else {
      self->look_for_names();
      if (Partitions surplus = self->surplus(); !surplus.empty()) {
        auto giving_up = give_up(self, std::move(surplus));
        co_await giving_up;
        continue;
      }
      if (self->may_adopt()) {
        auto adopting = adopt(self);
        co_await adopting;
        continue;
      }
      self->acknowledge();
    }
    co_await self->changed_.wait_until(SteadyTime::max());
  }
}

Task<void> ConsumerMember::lose_all(Self self, uint64_t life) {
  MemberHost& host = self->host_;
  for (Partitions all = host.assigned(); !all.empty(); all = host.assigned()) {
    auto losing = host.lose(std::move(all));
    co_await losing;
    if (self->is_over(life)) co_return;
  }
  self->owned_.clear();
}

ConsumerMember::Partitions ConsumerMember::named(const Ids& ids) const {
  Partitions partitions;
  for (const auto& [id, numbers] : ids) {
    const std::string& topic = names_.at(id);
    for (const int32_t number : numbers) {
      partitions.push_back({.topic = topic, .partition = number});
    }
  }
  std::ranges::sort(partitions);
  return partitions;
}

ConsumerMember::Ids ConsumerMember::wanted() const {
  Ids wanted = target_.value_or(owned_);
  std::erase_if(wanted, [this](const auto& topic) { return !names_.contains(topic.first); });
  return wanted;
}

std::vector<Uuid> ConsumerMember::nameless() const {
  std::vector<Uuid> ids;
  for (const auto& [id, partitions] : target_.value_or(Ids())) {
    if (!names_.contains(id)) ids.push_back(id);
  }
  return ids;
}

/// Beside the host's coroutine, so that what the member has can be lost while this waits.
void ConsumerMember::look_for_names() {
  if (is_looking_ || nameless().empty()) return;
  is_looking_ = true;
  spawn(find_names(shared_from_this(), life_));
}

Task<void> ConsumerMember::find_names(Self self, uint64_t life) {
  Gateway& gateway = *self->gateway_;
  Backoff backoff = gateway.backoff();
  for (auto ids = self->nameless(); !ids.empty(); ids = self->nameless()) {
    auto asking = gateway.find_topics(std::move(ids), gateway.request_deadline(SteadyTime::max()));
    const auto found = co_await asking;
    if (self->is_over(life)) co_return;
    if (found) self->learn_names(*found);
    if (self->nameless().empty()) break;
    self->are_names_late_ = true;
    self->changed_.raise();
    auto pausing = gateway.pause(backoff.next());
    co_await pausing;
    if (self->is_over(life)) co_return;
  }
  self->is_looking_ = false;
}

/// The coordinator creates no topics; whoever asks for them by name may.
Task<void> ConsumerMember::create_topics(Self self, uint64_t life, std::vector<std::string> names) {
  Gateway& gateway = *self->gateway_;
  const auto attempt = [&](SteadyTime by) {
    return gateway.find_topics(names, MissingTopic::create, by);
  };
  auto asking = gateway.retrying<std::vector<TopicDescription>>(
      gateway.request_deadline(SteadyTime::max()), attempt);
  const auto found = co_await asking;
  if (found && !self->is_over(life)) self->learn_names(*found);
}

void ConsumerMember::learn_names(const std::vector<TopicDescription>& topics) {
  for (const TopicDescription& topic : topics) {
    if (const auto id = Uuid::parse(topic.id)) names_[*id] = topic.name;
  }
  changed_.raise();
}

ConsumerMember::Partitions ConsumerMember::surplus() const {
  Partitions assigned = host_.assigned();
  std::ranges::sort(assigned);
  return without(assigned, named(wanted()));
}

Task<void> ConsumerMember::give_up(Self self, Partitions surplus) {
  const uint64_t stage_number = self->stage_number_;
  const Ids kept = self->wanted();
  auto revoking = self->host_.revoke(std::move(surplus));
  co_await revoking;
  if (self->stage_number_ != stage_number) co_return;
  self->disown_all_but(kept);
  self->beat_now();
}

/// Only what the coordinator wanted when it last learned what the member owns: it takes back at
/// once what it wanted before and is not told of.
bool ConsumerMember::may_adopt() const { return wanted() != owned_ && told_ && !is_telling_; }

Task<void> ConsumerMember::adopt(Self self) {
  const uint64_t stage_number = self->stage_number_;
  Partitions assigned = self->host_.assigned();
  std::ranges::sort(assigned);
  self->owned_ = self->wanted();
  Partitions added = without(self->named(self->owned_), assigned);
  auto assigning = self->host_.assign(std::move(added), false);
  co_await assigning;
  if (self->stage_number_ == stage_number) self->beat_now();
}

/// Each target is answered with what the member owns, even where that is the same as before. What
/// must go is not kept from others by topics whose names are not to be found.
void ConsumerMember::acknowledge() {
  if (!must_acknowledge_ || wanted() != owned_) return;
  if (!are_names_late_ && !nameless().empty()) return;
  must_acknowledge_ = false;
  if (told_) told_->owned.reset();
  beat_now();
}

void ConsumerMember::disown_all_but(const Ids& wanted) {
  for (auto& [id, numbers] : owned_) {
    const auto found = wanted.find(id);
    std::erase_if(numbers, [&](int32_t number) {
      return found == wanted.end() || !found->second.contains(number);
    });
  }
  std::erase_if(owned_, [](const auto& topic) { return topic.second.empty(); });
}

}  // namespace millrace::client
