// One broker in this process, and the two ways to it that clients have.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "millrace/broker.h"
#include "millrace/client.h"

namespace millrace::embed {

enum class Way : uint8_t { in_process, tcp };

/// Tests that run over both.
class TwoWays : public ::testing::TestWithParam<Way> {
 protected:
  Client connect() {
    if (GetParam() == Way::in_process) return broker_.client();
    auto client = Client::connect({.bootstrap = address_});
    EXPECT_TRUE(client.has_value()) << client.error().to_string();
    return *client;
  }

  Broker broker_ = Broker::open({.dir = std::string(in_memory)}).value();
  const std::string address_ = broker_.listen("127.0.0.1:0").value();
};

inline std::string name_of(const ::testing::TestParamInfo<Way>& way) {
  return way.param == Way::in_process ? "InProcess" : "Tcp";
}

}  // namespace millrace::embed
