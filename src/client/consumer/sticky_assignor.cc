// Sticky assignment. Three steps: members keep what they own, what nobody has goes where the least
// is, and then partitions move from those with many to those with few, along chains of members
// where no direct way is. After that no move makes the shares more even.
#include <algorithm>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include "client/consumer/assignors.h"

namespace millrace::client {
namespace {

constexpr size_t kNobody = std::numeric_limits<size_t>::max();

/// Without the newer field members tell it in the user data: Java's consumers alone, others behind
/// the partitions that they had.
int32_t generation_of(const MemberSubscription& subscription) {
  if (subscription.generation >= 0 || !subscription.user_data) return subscription.generation;
  const Bytes& data = *subscription.user_data;
  if (data.size() < sizeof(int32_t)) return -1;
  return load_be<int32_t>(data.data() + data.size() - sizeof(int32_t));
}

/// Members and topics are numbered, in the order of their names.
class Sharing {
 public:
  Sharing(std::vector<Subscriber> subscribers, const PartitionCounts& counts);

  void keep_owned();
  void fill();
  void balance();
  Shares shares() const;

 private:
  struct Topic {
    std::string name;
    int32_t count = 0;
    std::vector<size_t> takers;
    /// Per partition.
    std::vector<size_t> holder;
    std::vector<size_t> owner;
    std::vector<std::vector<size_t>> claimants;
  };
  struct Member {
    Subscriber subscriber;
    size_t load = 0;
    /// The partitions it holds, by topic.
    std::map<size_t, std::set<int32_t>> held;
  };
  /// How a search came to a member: it can get a partition of the topic from `giver`.
  struct Step {
    size_t giver = kNobody;
    size_t topic = 0;
    size_t distance = 0;
  };

  void note_claims();
  void hold(size_t member, size_t topic, int32_t partition);
  size_t least_loaded(const Topic& topic) const;
  /// One partition from this member towards the one with the least that has two less or fewer.
  bool relieve(size_t member);
  void give(size_t giver, size_t taker, size_t topic);
  int32_t choose(size_t giver, size_t taker, size_t topic) const;
  bool must_be_given_up_first(const Topic& topic, size_t partition) const;

  std::vector<Topic> topics_;
  std::vector<Member> members_;
};

Sharing::Sharing(std::vector<Subscriber> subscribers, const PartitionCounts& counts) {
  std::ranges::sort(subscribers, {}, &Subscriber::member_id);
  for (auto& subscriber : subscribers) members_.push_back({.subscriber = std::move(subscriber)});
  for (const auto& [name, count] : counts) {
    const auto size = static_cast<size_t>(std::max(count, 0));
    topics_.push_back({.name = name,
                       .count = count,
                       .takers = {},
                       .holder = std::vector(size, kNobody),
                       .owner = std::vector(size, kNobody),
                       .claimants = std::vector<std::vector<size_t>>(size)});
  }
  for (size_t i = 0; i < members_.size(); ++i) {
    const auto& names = members_[i].subscriber.subscription.topics;
    for (const std::string& name : std::set(names.begin(), names.end())) {
      const auto found = std::ranges::lower_bound(topics_, name, {}, &Topic::name);
      if (found != topics_.end() && found->name == name) found->takers.push_back(i);
    }
  }
  note_claims();
}

/// Whoever claims a partition in the newest generation owns it; two of the same generation do not.
void Sharing::note_claims() {
  for (size_t i = 0; i < members_.size(); ++i) {
    for (const auto& [name, partition] : members_[i].subscriber.subscription.owned) {
      const auto topic = std::ranges::lower_bound(topics_, name, {}, &Topic::name);
      if (topic == topics_.end() || topic->name != name) continue;
      if (partition < 0 || partition >= topic->count) continue;
      topic->claimants[static_cast<size_t>(partition)].push_back(i);
    }
  }
  const auto generation = [this](size_t member) {
    return generation_of(members_[member].subscriber.subscription);
  };
  for (Topic& topic : topics_) {
    for (size_t p = 0; p < topic.claimants.size(); ++p) {
      const auto& claimants = topic.claimants[p];
      if (claimants.empty()) continue;
      const size_t newest = *std::ranges::max_element(claimants, {}, generation);
      if (std::ranges::count(claimants, generation(newest), generation) == 1) {
        topic.owner[p] = newest;
      }
    }
  }
}

void Sharing::hold(size_t member, size_t topic, int32_t partition) {
  topics_[topic].holder[static_cast<size_t>(partition)] = member;
  members_[member].held[topic].insert(partition);
  ++members_[member].load;
}

void Sharing::keep_owned() {
  for (size_t t = 0; t < topics_.size(); ++t) {
    for (int32_t p = 0; p < topics_[t].count; ++p) {
      const size_t owner = topics_[t].owner[static_cast<size_t>(p)];
      if (std::ranges::binary_search(topics_[t].takers, owner)) hold(owner, t, p);
    }
  }
}

size_t Sharing::least_loaded(const Topic& topic) const {
  return *std::ranges::min_element(topic.takers, {},
                                   [this](size_t member) { return members_[member].load; });
}

/// Topics that few can take come first: the others even out what that leaves uneven.
void Sharing::fill() {
  std::vector<size_t> order(topics_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(
      order, {}, [this](size_t topic) { return std::pair(topics_[topic].takers.size(), topic); });
  for (const size_t t : order) {
    const Topic& topic = topics_[t];
    if (topic.takers.empty()) continue;
    for (int32_t p = 0; p < topic.count; ++p) {
      if (topic.holder[static_cast<size_t>(p)] == kNobody) hold(least_loaded(topic), t, p);
    }
  }
}

/// Always the one with the most, so that nobody gives more than it has to. A move changes what
/// others can pass on: whoever could not be relieved is looked at again, until nobody can. Each
/// move makes the sum of squares smaller, so that ends.
void Sharing::balance() {
  const auto load = [this](size_t member) { return members_[member].load; };
  std::vector<size_t> all(members_.size());
  std::iota(all.begin(), all.end(), size_t{0});
  std::vector<size_t> left = all;
  for (bool has_moved = false; !left.empty();) {
    const auto heaviest = std::ranges::max_element(left, {}, load);
    const bool is_uneven = load(*heaviest) > load(*std::ranges::min_element(all, {}, load)) + 1;
    if (is_uneven && relieve(*heaviest)) {
      has_moved = true;
      continue;
    }
    left.erase(heaviest);
    if (left.empty() && std::exchange(has_moved, false)) left = all;
  }
}

bool Sharing::relieve(size_t member) {
  std::map<size_t, Step> steps{{member, Step{}}};
  std::set<size_t> seen;
  std::vector<size_t> queue{member};
  size_t lightest = kNobody;
  for (size_t next = 0; next < queue.size(); ++next) {
    const size_t giver = queue[next];
    const size_t distance = steps[giver].distance + 1;
    // Few moves matter more than the very lightest.
    if (lightest != kNobody && distance > steps[lightest].distance) break;
    for (const auto& [topic, partitions] : members_[giver].held) {
      if (partitions.empty() || !seen.insert(topic).second) continue;
      for (const size_t taker : topics_[topic].takers) {
        const Step step{.giver = giver, .topic = topic, .distance = distance};
        if (!steps.emplace(taker, step).second) continue;
        queue.push_back(taker);
        if (members_[taker].load + 2 > members_[member].load) continue;
        if (lightest == kNobody || members_[taker].load < members_[lightest].load) {
          lightest = taker;
        }
      }
    }
  }
  if (lightest == kNobody) return false;
  for (size_t taker = lightest; taker != member; taker = steps[taker].giver) {
    give(steps[taker].giver, taker, steps[taker].topic);
  }
  return true;
}

void Sharing::give(size_t giver, size_t taker, size_t topic) {
  const int32_t partition = choose(giver, taker, topic);
  members_[giver].held[topic].erase(partition);
  --members_[giver].load;
  hold(taker, topic, partition);
}

/// Best one that the taker owned, then one that the giver does not own.
int32_t Sharing::choose(size_t giver, size_t taker, size_t topic) const {
  const auto& partitions = members_[giver].held.at(topic);
  const auto& owner = topics_[topic].owner;
  int32_t chosen = *partitions.rbegin();
  for (const int32_t partition : partitions) {
    const size_t its_owner = owner[static_cast<size_t>(partition)];
    if (its_owner == taker) return partition;
    if (its_owner != giver) chosen = partition;
  }
  return chosen;
}

/// Somebody else reads it still; two that claim it in the same generation both give it up. Whoever
/// claims what another got in a newer generation has lost it.
bool Sharing::must_be_given_up_first(const Topic& topic, size_t partition) const {
  const size_t holder = topic.holder[partition];
  if (topic.owner[partition] == holder) return false;
  return std::ranges::any_of(topic.claimants[partition],
                             [holder](size_t claimant) { return claimant != holder; });
}

Shares Sharing::shares() const {
  Shares shares;
  for (const Member& member : members_) shares[member.subscriber.member_id];
  for (const Topic& topic : topics_) {
    for (size_t p = 0; p < topic.holder.size(); ++p) {
      const size_t holder = topic.holder[p];
      if (holder == kNobody || must_be_given_up_first(topic, p)) continue;
      shares[members_[holder].subscriber.member_id].push_back(
          {.topic = topic.name, .partition = static_cast<int32_t>(p)});
    }
  }
  return shares;
}

}  // namespace

Shares assign_sticky(std::vector<Subscriber> subscribers, const PartitionCounts& counts) {
  Sharing sharing(std::move(subscribers), counts);
  sharing.keep_owned();
  sharing.fill();
  sharing.balance();
  return sharing.shares();
}

}  // namespace millrace::client
