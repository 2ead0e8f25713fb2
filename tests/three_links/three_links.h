// The client library over three links: to a broker in this process, to the same one by TCP, and to
// an Apache Kafka where MILLRACE_TEST_KAFKA=HOST:PORT names one.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "millrace/broker.h"
#include "millrace/client.h"
#include "polled_values.h"

namespace millrace::three_links {

enum class Link : uint8_t { in_process, tcp, kafka };

inline const char* kafka_address() { return std::getenv("MILLRACE_TEST_KAFKA"); }

inline std::vector<Link> every_link() {
  std::vector<Link> links{Link::in_process, Link::tcp};
  if (kafka_address() != nullptr) links.push_back(Link::kafka);
  return links;
}

inline std::string name_of(Link link) {
  switch (link) {
    case Link::in_process: return "InProcess";
    case Link::tcp: return "Tcp";
    case Link::kafka: return "Kafka";
  }
  return "";
}

/// googletest shows it so.
inline void PrintTo(Link link, std::ostream* out) { *out << name_of(link); }

inline std::string name_of_link(const ::testing::TestParamInfo<Link>& link) {
  return name_of(link.param);
}

/// Until it is true. A cluster may learn a moment later what one of its brokers has answered.
template <class Condition>
void wait_until(const Condition& is_true) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!is_true()) {
    if (std::chrono::steady_clock::now() < deadline) continue;
    FAIL() << "it has not become true";
  }
}

/// A broker at the end of a link, and what tests do with it by the client library alone. Kafka is
/// shared with other tests and runs: names are this test's own.
class Linked : public ::testing::Test {
 protected:
  explicit Linked(Link link) : link_(link) {
    if (link == Link::kafka) {
      address_ = kafka_address();
      return;
    }
    broker_ = Broker::open({.dir = std::string(in_memory),
                            .config = {{"group.initial.rebalance.delay.ms", "0"},
                                       {"group.consumer.heartbeat.interval.ms", "500"}}})
                  .value();
    address_ = broker_->listen("127.0.0.1:0").value();
  }

  Client connect() const {
    if (link_ == Link::in_process) return broker_->client();
    auto client = Client::connect({.bootstrap = address_});
    EXPECT_TRUE(client.has_value()) << client.error().to_string();
    return *client;
  }
  Admin admin() const { return connect().admin(); }
  Producer make_producer(ProducerOptions options = {}) const {
    if (link_ == Link::in_process) return broker_->producer(std::move(options)).value();
    return connect().producer(std::move(options)).value();
  }
  /// Begins at the beginning.
  Consumer make_consumer(ConsumerOptions options = {}) const {
    options.auto_offset_reset = OffsetReset::earliest;
    if (link_ == Link::in_process) return broker_->consumer(std::move(options)).value();
    return connect().consumer(std::move(options)).value();
  }
  Consumer reading(const std::vector<TopicPartition>& partitions,
                   ConsumerOptions options = {}) const {
    Consumer reader = make_consumer(std::move(options));
    EXPECT_TRUE(reader.assign(partitions));
    return reader;
  }

  std::string name(std::string_view word) const { return cat(word, '-', run_); }
  TopicPartition part(int32_t partition) const { return {.topic = topic_, .partition = partition}; }

  /// There when it returns. Old records stay.
  void make_topic(const std::string& topic, int32_t partitions, ConfigMap configs = {}) const {
    configs.emplace("retention.ms", "-1");
    Admin admin = this->admin();
    const auto made = admin.create_topic(
        {.name = topic, .partitions = partitions, .configs = std::move(configs)});
    ASSERT_TRUE(made) << made.error().to_string();
    wait_until([&] { return admin.describe_topic(topic).has_value(); });
  }
  void make_topic(int32_t partitions, ConfigMap configs = {}) const {
    make_topic(topic_, partitions, std::move(configs));
  }
  /// Numbers as values.
  void fill(int32_t partition, int from, int to) const {
    Producer writer = make_producer();
    for (int i = from; i < to; ++i) {
      const std::string value = cat(i);
      writer.send({.topic = topic_, .value = value, .partition = partition},
                  [](const auto& at) { EXPECT_TRUE(at) << at.error().to_string(); });
    }
    EXPECT_TRUE(writer.close());
  }
  /// The values of all that is there now. Where only committed ones are wanted it waits for what is
  /// open; markers may come a moment after the end of a transaction was answered.
  Texts values_of(const TopicPartition& partition,
                  Isolation isolation = Isolation::read_uncommitted) const {
    const int64_t end = admin().list_offsets({{partition, kLatest}})->at(partition);
    Consumer reader = reading({partition}, {.isolation = isolation});
    Texts values;
    wait_until([&] {
      const auto records = reader.poll(milliseconds(10));
      EXPECT_TRUE(records) << records.error().to_string();
      append_values(*records, values);
      return reader.position(partition).value() >= end;
    });
    return values;
  }

  const Link link_;
  std::optional<Broker> broker_;
  std::string address_;
  const std::string run_ = cat(std::random_device()(), std::random_device()());
  const std::string topic_ = name("t");
};

/// Tests that need no parameter but the link.
class ThreeLinks : public Linked, public ::testing::WithParamInterface<Link> {
 protected:
  ThreeLinks() : Linked(GetParam()) {}
};

}  // namespace millrace::three_links
