// The broker as one object in a program: opened, served, driven by hand or by an executor, closed.
#include "millrace/broker.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "embed/one_thread.h"
#include "millrace/client.h"
#include "millrace/client_error.h"

namespace millrace::embed {
namespace {

constexpr Milliseconds kGrace{20'000};
constexpr Milliseconds kLongPoll{600'000};

/// The names of this process's threads that are a broker's. One of a networked client may end a
/// moment after the client.
std::multiset<std::string> our_threads() {
  std::multiset<std::string> names;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "comm");
    std::string name;
    if (std::getline(file, name) && name.starts_with("mill-") && name != "mill-client") {
      names.insert(name);
    }
  }
  return names;
}

class Brokers : public ::testing::Test {
 protected:
  Brokers() : dir_(::testing::TempDir() + "/brokers." + std::to_string(getpid())) {
    std::filesystem::remove_all(dir_);
  }
  ~Brokers() override { std::filesystem::remove_all(dir_); }

  BrokerOptions options() const { return {.dir = dir_}; }
  static BrokerOptions in_memory_options() { return {.dir = std::string(in_memory)}; }

  /// Where the one broker of the cluster says it is.
  static BrokerDescription told_by(const std::string& address) {
    auto client = Client::connect({.bootstrap = address});
    EXPECT_TRUE(client) << client.error().to_string();
    auto cluster = client->admin().describe_cluster();
    EXPECT_TRUE(cluster) << cluster.error().to_string();
    EXPECT_EQ(cluster->brokers.size(), 1U);
    return cluster->brokers.front();
  }

  const std::string dir_;
  SystemClock clock_;
};

TEST_F(Brokers, TellClientsTheAddressTheyCameInBy) {
  auto broker = Broker::open(options());
  ASSERT_TRUE(broker) << broker.error().message();
  const std::string first = broker->listen("127.0.0.1:0").value();
  const std::string second = broker->listen("127.0.0.1:0").value();
  EXPECT_NE(first, second);
  for (const std::string& address : {first, second}) {
    const auto told = told_by(address);
    EXPECT_EQ(told.host + ":" + std::to_string(told.port), address);
  }
  EXPECT_TRUE(broker->close());
}

TEST_F(Brokers, TellClientsTheAdvertisedAddressInstead) {
  auto with_advertised = in_memory_options();
  with_advertised.config["advertised.listeners"] = "PLAINTEXT://broker.example:19092";
  auto broker = Broker::open(std::move(with_advertised));
  ASSERT_TRUE(broker);
  const auto told = told_by(broker->listen("127.0.0.1:0").value());
  EXPECT_EQ(told.host, "broker.example");
  EXPECT_EQ(told.port, 19092);
}

TEST_F(Brokers, KeepTopicsOverACleanEnd) {
  {
    auto first = Broker::open(options());
    ASSERT_TRUE(first);
    ASSERT_TRUE(first->admin().create_topic({.name = "kept", .partitions = 3}));
  }
  EXPECT_TRUE(std::filesystem::exists(dir_ + "/.kafka_cleanshutdown"));
  auto second = Broker::open(options());
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->recovery_report().empty());
  const auto topics = second->admin().list_topics();
  ASSERT_TRUE(topics);
  ASSERT_EQ(topics->size(), 1U);
  EXPECT_EQ(topics->front().name, "kept");
  EXPECT_EQ(topics->front().partitions.size(), 3U);
}

TEST_F(Brokers, AClosedOneRefuses) {
  auto broker = Broker::open(options());
  ASSERT_TRUE(broker);
  Producer producer = broker->producer().value();
  Producer transactional = broker->producer({.transactional_id = "x"}).value();
  Consumer consumer = broker->consumer({.group = "g"}).value();
  EXPECT_TRUE(broker->close());
  EXPECT_TRUE(broker->listen("127.0.0.1:0").error().is(ClientErrc::closed));
  EXPECT_TRUE(broker->topic("t").error().is(ClientErrc::closed));
  EXPECT_TRUE(broker->close()) << "nothing is left to close";
  EXPECT_TRUE(producer.close()) << "it ended with its broker";
  EXPECT_TRUE(transactional.close());
  EXPECT_TRUE(consumer.close());
}

TEST_F(Brokers, RefuseADirectoryInUse) {
  auto first = Broker::open(options());
  ASSERT_TRUE(first);
  auto second = Broker::open(options());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), std::errc::resource_unavailable_try_again);
  EXPECT_NE(second.error().message().find(dir_), std::string::npos);
  EXPECT_NE(second.error().message().find(std::to_string(getpid())), std::string::npos);
}

TEST_F(Brokers, RefuseOptionsThatCannotBeMeant) {
  const auto refused = [](BrokerOptions options) {
    return Broker::open(std::move(options)).error();
  };
  EXPECT_TRUE(refused({}).is(ClientErrc::invalid_argument));
  EXPECT_TRUE(refused({.dir = dir_, .sync_threads = 0}).is(ClientErrc::invalid_argument));
  EXPECT_TRUE(
      refused({.dir = dir_, .config = {{"num.partitons", "3"}}}).is(ErrorCode::invalid_config));
  EXPECT_FALSE(std::filesystem::exists(dir_));
}

TEST_F(Brokers, GoOnWhereAPortIsTaken) {
  auto first = Broker::open(in_memory_options());
  const std::string taken = first->listen("127.0.0.1:0").value();
  auto second = Broker::open(in_memory_options());
  const auto refused = second->listen(taken);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find(taken), std::string::npos);
  EXPECT_TRUE(second->listen("nowhere").error().is(ClientErrc::bad_address));
  told_by(second->listen("127.0.0.1:0").value());
}

TEST_F(Brokers, WriteNoFileInMemory) {
  auto broker = Broker::open(in_memory_options());
  ASSERT_TRUE(broker);
  ASSERT_TRUE(broker->admin().create_topic({.name = "t"}));
  EXPECT_TRUE(broker->close());
  EXPECT_FALSE(std::filesystem::exists(std::string(in_memory)));
  EXPECT_FALSE(std::filesystem::exists("memory"));
}

TEST_F(Brokers, DoNotWaitForLongPollsWhenTheyEnd) {
  auto broker = Broker::open(in_memory_options());
  ASSERT_TRUE(broker);
  ASSERT_TRUE(broker->admin().create_topic({.name = "empty"}));
  const std::string address = broker->listen("127.0.0.1:0").value();
  Consumer consumer =
      Client::connect({.bootstrap = address})->consumer({.fetch_max_wait = kLongPoll}).value();
  ASSERT_TRUE(consumer.assign({{.topic = "empty", .partition = 0}}));
  ASSERT_TRUE(consumer.poll(milliseconds(100)));
  const auto asked = clock_.steady_now();
  EXPECT_TRUE(broker->close(kLongPoll));
  EXPECT_LT(clock_.steady_now() - asked, kGrace);
}

TEST_F(Brokers, HaveTheThreadsTheyTellOfAndJoinThem) {
  ASSERT_TRUE(our_threads().empty());
  auto broker = Broker::open({.dir = std::string(in_memory), .sync_threads = 3});
  EXPECT_EQ(our_threads(), (std::multiset<std::string>{"mill-cleaner", "mill-sync", "mill-sync",
                                                       "mill-sync", "mill-timer"}));
  ASSERT_TRUE(broker->admin().create_topic({.name = "t"}));
  EXPECT_EQ(our_threads().size(), 5U) << "an in-process client has none";
  ASSERT_TRUE(broker->listen("127.0.0.1:0"));
  EXPECT_EQ(our_threads().count("mill-io"), std::max(1U, std::thread::hardware_concurrency()));
  ASSERT_TRUE(broker->close());
  EXPECT_TRUE(our_threads().empty());
}

// ---- Driven by hand ---------------------------------------------------------------------------

class ManualBroker : public Brokers {
 protected:
  Broker open(std::string dir = std::string(in_memory)) {
    return Broker::open({.dir = std::move(dir), .manual = true, .clock = &time_}).value();
  }
  void pass(Broker& broker, milliseconds time) {
    time_.advance(time);
    ASSERT_TRUE(broker.run_until(time_.steady_now()));
  }

  ManualClock time_;
};

TEST_F(ManualBroker, HasNoThreadAndAnswersAtOnce) {
  Broker broker = open(dir_);
  EXPECT_TRUE(our_threads().empty());
  Admin admin = broker.admin();
  ASSERT_TRUE(admin.create_topic({.name = "t", .partitions = 2}));
  EXPECT_EQ(admin.describe_topic("t")->partitions.size(), 2U);
  ASSERT_TRUE(
      admin.alter_committed_offsets("g", {{{.topic = "t", .partition = 0}, {.offset = 3}}}));
  EXPECT_EQ(admin.committed_offsets("g")->at({.topic = "t", .partition = 0}).offset, 3);
  EXPECT_TRUE(our_threads().empty());
  EXPECT_TRUE(broker.close());
}

TEST_F(ManualBroker, DoesWhatIsDueWhenTold) {
  Broker broker = open();
  Admin admin = broker.admin();
  ASSERT_TRUE(admin.create_topic({.name = "t"}));
  ASSERT_TRUE(
      admin.alter_committed_offsets("g", {{{.topic = "t", .partition = 0}, {.offset = 3}}}));
  pass(broker, std::chrono::hours(6 * 24));
  EXPECT_EQ(admin.committed_offsets("g")->size(), 1U);
  pass(broker, std::chrono::hours(2 * 24));
  EXPECT_TRUE(admin.list_groups()->empty()) << "offsets.retention.minutes are over";
}

TEST_F(ManualBroker, TellsWhenTheNextWorkIsDue) {
  Broker broker = open();
  ASSERT_TRUE(broker.ensure_topic({.name = "t", .partitions = 1}));
  pass(broker, milliseconds(0));
  Producer producer = broker.producer({.linger = milliseconds(7)}).value();
  const Delivery sent = producer.send({.topic = "t", .value = "x"});
  const auto next = broker.next_deadline();
  ASSERT_TRUE(next) << next.error().to_string();
  EXPECT_EQ(*next, time_.steady_now() + milliseconds(7));
  ASSERT_TRUE(broker.run_until(time_.steady_now()));
  EXPECT_FALSE(sent.ready());
  pass(broker, milliseconds(7));
  EXPECT_TRUE(sent.ready());
}

TEST_F(ManualBroker, CanBeSteppedFromDeadlineToDeadline) {
  Broker broker = open();
  Admin admin = broker.admin();
  ASSERT_TRUE(admin.create_topic({.name = "t"}));
  ASSERT_TRUE(
      admin.alter_committed_offsets("g", {{{.topic = "t", .partition = 0}, {.offset = 3}}}));
  const SteadyTime begin = time_.steady_now();
  pass(broker, milliseconds(0));
  // Until offsets.retention.minutes are over.
  while (!admin.list_groups()->empty()) {
    const SteadyTime next = broker.next_deadline().value();
    ASSERT_GT(next, time_.steady_now()) << "all that was due is done";
    pass(broker, std::chrono::ceil<milliseconds>(next - time_.steady_now()));
    ASSERT_LT(time_.steady_now() - begin, std::chrono::hours(8 * 24));
  }
  EXPECT_GE(time_.steady_now() - begin, std::chrono::hours(7 * 24));
}

TEST_F(ManualBroker, OnlyThatOneCanBeDriven) {
  auto broker = Broker::open(in_memory_options());
  EXPECT_TRUE(broker->run_until(SteadyTime::max()).error().is(ClientErrc::wrong_state));
  EXPECT_TRUE(broker->next_deadline().error().is(ClientErrc::wrong_state));
  Broker manual = open();
  ASSERT_TRUE(manual.close());
  EXPECT_TRUE(manual.run_until(SteadyTime::max()).error().is(ClientErrc::closed));
  EXPECT_TRUE(manual.next_deadline().error().is(ClientErrc::closed));
}

// ---- On a program's own threads ---------------------------------------------------------------

TEST_F(Brokers, WorkOnTheExecutorTheyWereGiven) {
  OneThread executor;
  auto broker = Broker::open({.dir = dir_, .executor = &executor});
  ASSERT_TRUE(broker) << broker.error().to_string();
  EXPECT_TRUE(our_threads().empty());
  Admin admin = broker->admin();
  ASSERT_TRUE(admin.create_topic({.name = "t"}));
  const TopicPartition place{.topic = "t", .partition = 0};
  // Durable only once the executor has synced.
  ASSERT_TRUE(admin.alter_committed_offsets("g", {{place, {.offset = 3}}}));
  EXPECT_EQ(admin.committed_offsets("g")->at(place).offset, 3);
  EXPECT_TRUE(our_threads().empty());
  ASSERT_TRUE(broker->close());
  auto again = Broker::open({.dir = dir_, .executor = &executor});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->admin().committed_offsets("g")->at(place).offset, 3);
}

TEST_F(Brokers, AreDrivenByHandOrByAnExecutor) {
  OneThread executor;
  const auto both = Broker::open({.dir = dir_, .executor = &executor, .manual = true});
  ASSERT_FALSE(both);
  EXPECT_TRUE(both.error().is(ClientErrc::invalid_argument));
}

}  // namespace
}  // namespace millrace::embed
