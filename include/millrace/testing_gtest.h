// A googletest fixture: each test has a broker of its own, in memory, whose clock it turns and
// whose faults it orders. The one public header that needs googletest.
//
//   using Orders = millrace::testing::BrokerTest;
//
//   TEST_F(Orders, AreSentAgain) {
//     faults().add({.api_key = 0}, {.error = millrace::ErrorCode::not_leader_or_follower});
//     auto producer = broker().producer().value();
//     auto sent = producer.send({.topic = "orders", .value = "42"});
//     advance(std::chrono::seconds(1));
//     EXPECT_EQ(sent.get()->offset, 0);
//   }
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "millrace/broker.h"
#include "millrace/client.h"
#include "millrace/clock.h"
#include "millrace/testing.h"

namespace millrace::testing {

/// Nothing happens by itself: work is done inside the calls that need it and inside advance(). Any
/// number of them may be in one process, and tests may run at the same time.
class BrokerTest : public ::testing::Test {
 protected:
  BrokerTest() : BrokerTest(BrokerOptions()) {}
  /// With a configuration, or with a directory, whose files then stay behind. `manual`, `clock` and
  /// `allow_faults` are the fixture's.
  explicit BrokerTest(BrokerOptions options) : options_(std::move(options)) {
    if (options_.dir.empty()) options_.dir = in_memory;
    options_.manual = true;
    options_.clock = &clock_;
    options_.allow_faults = true;
    open();
  }

  Broker& broker() { return *broker_; }
  ManualClock& clock() { return clock_; }
  Faults& faults() { return *faults_; }

  /// In-process.
  Client client() { return broker_->client(); }
  /// Where clients of the network reach the broker: a port of 127.0.0.1 that was free. They have
  /// clocks of their own, and the broker answers them while nobody advances its clock, but for what
  /// waits.
  const std::string& address() {
    if (address_.empty()) address_ = must(broker_->listen("127.0.0.1:0"));
    return address_;
  }

  /// Time passes, and everything that is due happens, each at its time.
  void advance(milliseconds by) {
    const auto done = testing::advance(*broker_, clock_, by);
    EXPECT_TRUE(done.has_value()) << done.error().to_string();
  }

  /// Closes the broker and opens it again, on what it left in its directory. In memory everything
  /// is gone. Faults that were ordered are, too; what they did to the files is not.
  void reopen() {
    // A broker whose disk failed says so once more; that is no failure of the test.
    (void)broker_->close();
    open();
  }

 private:
  /// What has no place for an assertion; googletest shows the text.
  template <class T>
  static T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().to_string());
    return *std::move(result);
  }

  void open() {
    broker_.reset();
    broker_.emplace(must(Broker::open(options_)));
    faults_.emplace(must(broker_->faults()));
    address_.clear();
  }

  static int64_t today_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<milliseconds>(now).count();
  }

  BrokerOptions options_;
  /// Stands at the hour of the test's start, since clients of the network stamp their records by
  /// theirs, and a broker refuses those from its future.
  ManualClock clock_{today_ms()};
  std::optional<Broker> broker_;
  std::optional<Faults> faults_;
  std::string address_;
};

}  // namespace millrace::testing
