// A broker that fails as ordered, the two ways to it, and the three that its work is done.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "embed/one_thread.h"
#include "embed/two_ways.h"
#include "millrace/client_error.h"
#include "millrace/testing.h"

namespace millrace::embed {

enum class Mode : uint8_t { threads, executor, manual };

class FaultyWays : public ::testing::TestWithParam<std::tuple<Way, Mode>> {
 protected:
  static Mode mode() { return std::get<Mode>(GetParam()); }
  Client connect() {
    if (std::get<Way>(GetParam()) == Way::in_process) return broker_.client();
    auto client = Client::connect({.bootstrap = address_});
    EXPECT_TRUE(client.has_value()) << client.error().to_string();
    return *client;
  }
  Producer make(ProducerOptions options = {}) {
    return connect().producer(std::move(options)).value();
  }

  /// Where nothing happens by itself, time passes until the outcome is there.
  Result<RecordMetadata> outcome(const Delivery& delivery) {
    for (int i = 0; mode() == Mode::manual && !delivery.ready() && i < 100; ++i) {
      const auto outcome = delivery.get_within(milliseconds(100));
      if (outcome || !outcome.error().is(ClientErrc::timed_out)) return outcome;
      EXPECT_TRUE(testing::advance(broker_, clock_, milliseconds(100)));
    }
    return delivery.get();
  }
  static std::vector<std::string> values_of(const Topic& topic, int32_t partition) {
    std::vector<std::string> values;
    for (ReadOptions at;;) {
      const auto read = topic.read(partition, at);
      EXPECT_TRUE(read) << read.error().to_string();
      if (!read || read->empty()) return values;
      for (const auto& record : *read) values.emplace_back(record.value.value_or("<null>"));
      at.offset = read->next_offset();
    }
  }

 private:
  Broker open() {
    BrokerOptions options{.dir = std::string(in_memory), .allow_faults = true};
    options.manual = mode() == Mode::manual;
    if (mode() == Mode::manual) options.clock = &clock_;
    if (mode() == Mode::executor) options.executor = &executor_.emplace();
    return Broker::open(std::move(options)).value();
  }

  /// As the clients of the network have it.
  ManualClock clock_{SystemClock().wall_ms()};
  std::optional<OneThread> executor_;

 protected:
  Broker broker_ = open();
  testing::Faults faults_ = broker_.faults().value();
  const std::string address_ = broker_.listen("127.0.0.1:0").value();
};

inline std::string name_of_ways(const ::testing::TestParamInfo<std::tuple<Way, Mode>>& ways) {
  const bool is_local = std::get<Way>(ways.param) == Way::in_process;
  const std::string way = is_local ? "InProcess" : "Tcp";
  switch (std::get<Mode>(ways.param)) {
    case Mode::threads: return way + "Threads";
    case Mode::executor: return way + "Executor";
    case Mode::manual: return way + "Manual";
  }
  return way;
}

}  // namespace millrace::embed
