// Members of one group, the real coordinator, and a check of who reads what.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "client/admin/topics.h"
#include "client/consumer/memberships.h"
#include "client/signal.h"
#include "embed/broker_impl.h"
#include "embed/flaky_links.h"
#include "embed/local_driver.h"
#include "embed/local_link.h"

namespace millrace::embed {

/// A program with a consumer: it polls when the test says.
class Reader final : public client::MemberHost {
 public:
  /// Of all programs that are alive.
  using All = std::set<Reader*>;

  Reader(client::Driver& driver, All& all)
      : driver_(driver), all_(all), polled_(driver), last_polled_(driver.now()) {
    all_.insert(this);
  }
  ~Reader() override { all_.erase(this); }

  std::vector<TopicPartition> assigned() const override {
    return {assigned_.begin(), assigned_.end()};
  }
  client::Task<void> revoke(std::vector<TopicPartition> partitions) override {
    return take_away(std::move(partitions));
  }
  client::Task<void> lose(std::vector<TopicPartition> partitions) override {
    return take_away(std::move(partitions));
  }
  client::Task<void> assign(std::vector<TopicPartition> added, bool) override {
    return add(std::move(added));
  }
  void fail(Error error) override { ADD_FAILURE() << error.to_string(); }
  SteadyTime last_polled() const override { return last_polled_; }

  void poll() {
    last_polled_ = driver_.now();
    polled_.raise();
  }
  /// As a consumer that closes.
  void stop_reading() { reading_.clear(); }
  const std::set<TopicPartition>& has() const { return assigned_; }
  int changes() const { return changes_; }

 private:
  /// Inside a callback the program reads nothing.
  bool reads(const TopicPartition& name) const { return !is_called_ && reading_.contains(name); }

  client::Task<void> take_away(std::vector<TopicPartition> partitions) {
    for (const auto& name : partitions) reading_.erase(name);
    auto waiting = wait_for_poll();
    co_await waiting;
    for (const auto& name : partitions) assigned_.erase(name);
    ++changes_;
  }
  client::Task<void> add(std::vector<TopicPartition> added) {
    for (const auto& name : added) {
      for (const Reader* const other : all_) {
        EXPECT_FALSE(other->reads(name)) << name << " is read by two";
      }
      EXPECT_TRUE(assigned_.insert(name).second) << name;
      reading_.insert(name);
    }
    auto waiting = wait_for_poll();
    co_await waiting;
    ++changes_;
  }
  client::Task<void> wait_for_poll() {
    EXPECT_FALSE(is_called_) << "one call at a time";
    is_called_ = true;
    co_await polled_.wait_until(SteadyTime::max());
    is_called_ = false;
  }

  client::Driver& driver_;
  All& all_;
  client::Signal polled_;
  SteadyTime last_polled_;
  bool is_called_ = false;
  std::set<TopicPartition> assigned_, reading_;
  int changes_ = 0;
};

/// A program, its consumer's membership and its way to the broker.
struct Participant {
  std::unique_ptr<Reader> reader;
  std::shared_ptr<FlakyLinks> links;
  std::shared_ptr<client::Gateway> gateway;
  std::shared_ptr<client::Membership> membership;
  bool is_idle = false;
  SteadyTime is_cut_until = SteadyTime::min();
};

/// Everything runs on the test's thread; time passes in steps.
class MembershipWorld {
 public:
  static constexpr milliseconds kStep{50};

  explicit MembershipWorld(std::map<std::string, std::string> config = {}) {
    BrokerOptions options{.dir = std::string(in_memory),
                          .config = std::move(config),
                          .manual = true,
                          .clock = &clock_};
    broker_ = BrokerImpl::open(std::move(options), std::nullopt).value();
    driver_ = std::make_shared<LocalDriver>(
        timers_, std::shared_ptr<const Clock>(std::shared_ptr<void>(), &clock_));
    admin_ = broker_->make_client();
    pass(kStep);
  }
  ~MembershipWorld() {
    while (!participants.empty()) crash(0);
    EXPECT_TRUE(broker_->close(milliseconds(0)));
  }

  void create_topic(const std::string& name, int32_t partitions) {
    change([=](client::Gateway& gateway, SteadyTime deadline) {
      return client::create_topic(gateway, {.name = name, .partitions = partitions}, deadline);
    });
    topics[name] = partitions;
  }
  void grow_topic(const std::string& name, int32_t partitions) {
    change([=](client::Gateway& gateway, SteadyTime deadline) {
      return client::add_partitions(gateway, name, partitions, deadline);
    });
    topics[name] = partitions;
  }

  /// One more member; answers its place.
  size_t join(const ConsumerOptions& options, client::Subscription subscription) {
    Participant next;
    next.reader = std::make_unique<Reader>(*driver_, readers_);
    next.links = std::make_shared<FlakyLinks>(
        std::make_shared<LocalLinkFactory>(driver_, broker_->gate(), "test"));
    ClientOptions client_options;
    client_options.metadata_max_age = milliseconds(5'000);
    client_options.request_timeout = milliseconds(5'000);
    next.gateway = std::make_shared<client::Gateway>(*driver_, next.links, client_options);
    next.membership = client::make_membership(next.gateway, *next.reader, options);
    driver_->post([&] { next.membership->subscribe(std::move(subscription)); });
    participants.push_back(std::move(next));
    return participants.size() - 1;
  }
  void subscribe(size_t place, client::Subscription subscription) {
    driver_->post([&] { participants[place].membership->subscribe(std::move(subscription)); });
  }
  /// Reads nothing any more and leaves.
  void leave(size_t place) {
    const auto membership = participants[place].membership;
    participants[place].reader->stop_reading();
    driver_->post([&] { client::spawn(leave_group(membership, driver_->now())); });
    crash(place);
  }
  /// Is gone without a word.
  void crash(size_t place) {
    Participant& gone = participants[place];
    driver_->post([&] {
      gone.membership->abandon();
      gone.gateway->close();
    });
    gone.reader->poll();
    participants.erase(participants.begin() + static_cast<int64_t>(place));
  }

  void pass(milliseconds time) {
    for (; time > milliseconds(0); time -= kStep) {
      clock_.advance(kStep);
      // A session ends at the member no later than at the coordinator: of one step it comes first.
      timers_->run_due(clock_.steady_now());
      EXPECT_TRUE(broker_->run_until(clock_.steady_now()));
      for (Participant& each : participants) {
        if (each.is_idle) continue;
        driver_->post([&] {
          each.reader->poll();
          each.membership->on_poll();
        });
      }
    }
  }
  SteadyTime now() const { return clock_.steady_now(); }

  /// How many each member has, where every partition has one that reads it.
  std::vector<size_t> shares() const {
    std::vector<size_t> counts;
    std::set<TopicPartition> all;
    for (const Participant& each : participants) {
      counts.push_back(each.reader->has().size());
      for (const auto& name : each.reader->has()) EXPECT_TRUE(all.insert(name).second) << name;
    }
    size_t expected = 0;
    for (const auto& [topic, count] : topics) expected += static_cast<size_t>(count);
    EXPECT_EQ(all.size(), expected);
    return counts;
  }

  std::map<std::string, int32_t> topics;
  std::vector<Participant> participants;

 private:
  template <class Ask>
  void change(Ask ask) {
    const auto done = admin_->wait_for<void>(
        [&, this] { return ask(admin_->gateway(), clock_.steady_now() + milliseconds(30'000)); });
    EXPECT_TRUE(done) << done.error().to_string();
  }
  static client::Task<void> leave_group(std::shared_ptr<client::Membership> membership,
                                        SteadyTime now) {
    auto leaving = membership->leave(now + milliseconds(1'000));
    co_await leaving;
  }

  ManualClock clock_;
  const std::shared_ptr<Timers> timers_ = std::make_shared<Timers>();
  std::shared_ptr<BrokerImpl> broker_;
  std::shared_ptr<LocalDriver> driver_;
  std::shared_ptr<client::ClientCore> admin_;
  Reader::All readers_;
};

}  // namespace millrace::embed
