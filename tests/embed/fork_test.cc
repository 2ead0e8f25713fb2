// What a child of fork finds of its parent's brokers and clients: everything closed, nothing to
// wait for, and no way to what is the parent's. docs/embedding.md, "fork".
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/text.h"
#include "millrace/broker.h"
#include "millrace/client.h"
#include "millrace/client_error.h"
#include "millrace/faults.h"

namespace millrace::embed {
namespace {

/// What does not answer a child for so long never will.
constexpr unsigned kPatienceSeconds = 60;

/// Whether `work`, done in a child, answers true. One that hangs is killed.
template <class Work>
bool in_child(Work work) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(kPatienceSeconds);
    _exit(work() ? 0 : 1);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// In a child googletest's expectations tell nobody.
class Findings {
 public:
  void expect(bool holds, std::string_view what) {
    if (holds) return;
    std::cerr << "in the child: " << what << '\n';
    are_good_ = false;
  }
  template <class T>
  void expect_closed(const Result<T>& answer, std::string_view what) {
    expect(!answer && answer.error().is(ClientErrc::closed), what);
  }
  bool are_good() const { return are_good_; }

 private:
  bool are_good_ = true;
};

/// A program with everything that it can have of one broker.
class Forks : public ::testing::Test {
 protected:
  Forks() : dir_(::testing::TempDir() + cat("/forks.", getpid())) {
    std::filesystem::remove_all(dir_);
    broker_ = Broker::open({.dir = dir_}).value();
    log_ = broker_->ensure_topic({.name = "t", .partitions = 1}).value();
    local_ = broker_->client();
    remote_ = Client::connect({.bootstrap = broker_->listen("127.0.0.1:0").value()}).value();
  }
  ~Forks() override {
    broker_.reset();
    std::filesystem::remove_all(dir_);
  }

  size_t count() { return log_->read(0, {})->size(); }

  const std::string dir_;
  std::optional<Broker> broker_;
  std::optional<Topic> log_;
  std::optional<Client> local_, remote_;
};

TEST_F(Forks, FindTheBrokerClosed) {
  EXPECT_TRUE(in_child([this] {
    Findings found;
    found.expect_closed(broker_->listen("127.0.0.1:0"), "listen");
    found.expect_closed(broker_->topic("t"), "topic");
    found.expect_closed(broker_->ensure_topic({.name = "u"}), "ensure_topic");
    found.expect_closed(broker_->producer(), "producer");
    found.expect_closed(broker_->consumer(), "consumer");
    found.expect_closed(broker_->admin().list_topics(), "admin");
    found.expect_closed(broker_->faults(), "faults");
    found.expect_closed(log_->append(0, {.value = "child"}), "append");
    found.expect_closed(log_->read(0, {}), "read");
    found.expect(log_->high_watermark(0) == -1, "high_watermark");
    found.expect(log_->partition_count() == 0, "partition_count");
    found.expect_closed(broker_->close(), "close");
    broker_.reset();
    log_.reset();
    return found.are_good();
  }));
  EXPECT_FALSE(std::filesystem::exists(dir_ + "/.kafka_cleanshutdown"));
  EXPECT_EQ(log_->append(0, {.value = "parent"}).value(), 0);
  EXPECT_TRUE(broker_->close());
  broker_ = Broker::open({.dir = dir_}).value();
  EXPECT_TRUE(broker_->recovery_report().empty());
  log_ = broker_->topic("t").value();
  EXPECT_EQ(count(), 1U);
}

TEST_F(Forks, FindClientsClosed) {
  for (const auto& client : {local_, remote_}) {
    std::optional<Producer> producer = client->producer({.linger = milliseconds(600'000)}).value();
    std::optional<Producer> transactional = client->producer({.transactional_id = "x"}).value();
    std::optional<Transaction> transaction = transactional->begin().value();
    std::optional<Consumer> consumer = client->consumer({.group = "g"}).value();
    ASSERT_TRUE(consumer->assign({{.topic = "t", .partition = 0}}));
    const Delivery lingers = producer->send({.topic = "t", .value = "parent"});
    EXPECT_TRUE(in_child([&] {
      Findings found;
      found.expect_closed(client->producer(), "Client::producer");
      found.expect_closed(client->consumer(), "Client::consumer");
      found.expect_closed(client->admin().list_topics(), "Client::admin");
      found.expect_closed(producer->send({.topic = "t"}).get(), "send");
      found.expect_closed(producer->flush(), "flush");
      found.expect_closed(producer->partition_count("t"), "partition_count");
      found.expect(producer->statistics().records_waiting == 0, "Producer::statistics");
      found.expect_closed(producer->close(), "Producer::close");
      found.expect_closed(lingers.get(), "Delivery::get");
      found.expect(!lingers.ready(), "Delivery::ready");
      found.expect_closed(transactional->init_transactions(), "init_transactions");
      found.expect(!transaction->commit(), "Transaction::commit");
      found.expect_closed(consumer->poll(milliseconds(0)), "poll");
      found.expect_closed(consumer->commit(), "commit");
      found.expect(consumer->assignment().empty(), "assignment");
      consumer->wakeup();
      found.expect_closed(consumer->close(), "Consumer::close");
      transaction.reset();
      transactional.reset();
      producer.reset();
      consumer.reset();
      return found.are_good();
    }));
    EXPECT_TRUE(transaction->commit()) << "the child has aborted nothing";
    EXPECT_TRUE(producer->flush());
    EXPECT_TRUE(lingers.get()) << "and sent nothing";
    EXPECT_TRUE(consumer->poll(milliseconds(0)));
    EXPECT_TRUE(consumer->close());
  }
  EXPECT_EQ(count(), 2U);
}

TEST_F(Forks, MayOpenBrokersOfTheirOwn) {
  EXPECT_TRUE(in_child([this] {
    Findings found;
    const auto same = Broker::open({.dir = dir_, .manual = true});
    found.expect(!same && same.error().code() == std::errc::resource_unavailable_try_again,
                 "the parent's directory");
    auto own = Broker::open({.dir = dir_ + ".child", .manual = true});
    found.expect(own.has_value(), "a directory of its own");
    auto log = own->ensure_topic({.name = "t", .partitions = 1});
    found.expect(log && log->append(0, {.value = "child"}), "append");
    found.expect(own->close().has_value(), "close");
    return found.are_good();
  }));
  std::filesystem::remove_all(dir_ + ".child");
}

/// A lock may be held, at that moment, by a thread that the child has not.
TEST_F(Forks, DoNotHangWhereTheParentIsBusy) {
  std::atomic<bool> is_over = false;
  std::vector<std::thread> busy;
  std::array producers{local_->producer().value(), remote_->producer().value()};
  for (Producer& producer : producers) {
    busy.emplace_back([&] {
      while (!is_over) EXPECT_TRUE(producer.send({.topic = "t", .value = "x"}).get());
    });
  }
  busy.emplace_back([&] {
    while (!is_over) EXPECT_TRUE(log_->append(0, {.value = "x"}, Acks::leader));
  });
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(in_child([&] {
      Findings found;
      for (Producer& producer : producers) {
        found.expect_closed(producer.send({.topic = "t"}).get(), "send");
        const Producer gone = std::move(producer);
      }
      found.expect_closed(log_->append(0, {.value = "child"}), "append");
      broker_.reset();
      return found.are_good();
    }));
  }
  is_over = true;
  for (std::thread& thread : busy) thread.join();
  EXPECT_TRUE(broker_->close());
}

}  // namespace
}  // namespace millrace::embed
