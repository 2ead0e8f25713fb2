#include "handlers/broker_loggers.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "handlers/errors.h"

namespace millrace::handlers {
namespace {

using Operation = broker::ConfigChange::Operation;

class BrokerLoggers : public testing::Test {
 protected:
  BrokerLoggers() { log::set_level(log::Level::warn); }
  ~BrokerLoggers() override { log::set_level(before_); }

  static ErrorCode alter(const broker::ConfigChange& change, bool validate_only = false) {
    const auto altered = alter_broker_loggers({&change, 1}, validate_only);
    return to_wire(altered);
  }

 private:
  const log::Level before_ = log::level();
};

TEST_F(BrokerLoggers, TheRootIsShownWithItsLevel) {
  EXPECT_EQ(describe_broker_loggers().at(0).value, "WARN");
  EXPECT_EQ(alter({.name = "root", .value = "DEBUG"}), ErrorCode::none);
  EXPECT_EQ(log::level(), log::Level::debug);
  EXPECT_EQ(describe_broker_loggers().at(0).value, "DEBUG");
}

TEST_F(BrokerLoggers, EachOfKafkasLevelsCanBeSet) {
  for (const auto* level : {"DEBUG", "INFO", "WARN", "ERROR", "FATAL"}) {
    EXPECT_EQ(alter({.name = "root", .value = level}), ErrorCode::none);
    EXPECT_EQ(describe_broker_loggers().at(0).value, level);
  }
  EXPECT_EQ(alter({.name = "root", .value = "TRACE"}), ErrorCode::none);
  EXPECT_EQ(log::level(), log::Level::debug) << "the finest there is";
}

TEST_F(BrokerLoggers, WhatIsRefusedChangesNothing) {
  EXPECT_EQ(alter({.name = "root", .value = "debug"}), ErrorCode::invalid_config);
  EXPECT_EQ(alter({.name = "root"}), ErrorCode::invalid_request) << "no value";
  EXPECT_EQ(alter({.name = "kafka.log", .value = "DEBUG"}), ErrorCode::invalid_config);
  EXPECT_EQ(alter({.name = "root", .operation = Operation::remove}), ErrorCode::invalid_request);
  EXPECT_EQ(alter({.name = "root", .operation = Operation::append, .value = "DEBUG"}),
            ErrorCode::invalid_request);
  EXPECT_EQ(alter({.name = "root", .value = "DEBUG"}, true), ErrorCode::none);
  EXPECT_EQ(log::level(), log::Level::warn);
}

}  // namespace
}  // namespace millrace::handlers
