#include "client/client_options.h"

#include <gtest/gtest.h>

#include "millrace/client.h"
#include "millrace/client_error.h"

namespace millrace::client {
namespace {

TEST(ClientOptions, TakeKafkasNames) {
  ClientOptions options;
  ASSERT_TRUE(options.set("bootstrap.servers", "a:1,b:2").has_value());
  ASSERT_TRUE(options.set("request.timeout.ms", "1500").has_value());
  EXPECT_EQ(options.bootstrap, "a:1,b:2");
  EXPECT_EQ(options.request_timeout, milliseconds(1'500));
}

TEST(ClientOptions, AnUnknownNameIsToldTheNearest) {
  ClientOptions options;
  const auto set = options.set("request.timeout", "1500");
  ASSERT_FALSE(set.has_value());
  EXPECT_TRUE(set.error().is(ClientErrc::invalid_argument));
  EXPECT_NE(set.error().message().find("'request.timeout.ms'"), std::string::npos);
}

TEST(ClientOptions, AValueThatCannotBeMeantChangesNothing) {
  for (const char* value : {"", "soon", "0", "-1", "1.5", "3000000000", "10 "}) {
    ClientOptions options;
    const auto set = options.set("request.timeout.ms", value);
    ASSERT_FALSE(set.has_value()) << value;
    EXPECT_TRUE(set.error().is(ClientErrc::invalid_argument));
    EXPECT_EQ(options.request_timeout, ClientOptions().request_timeout);
  }
}

TEST(ClientOptions, AFieldOutOfRangeIsNamedWithItsRange) {
  ClientOptions options;
  options.bootstrap = "127.0.0.1:1";
  options.api_timeout = milliseconds(0);
  const auto connected = Client::connect(options);
  ASSERT_FALSE(connected.has_value());
  EXPECT_TRUE(connected.error().is(ClientErrc::invalid_argument));
  EXPECT_EQ(connected.error().message(), "api_timeout is 0; it must be from 1 to 2147483647");
}

TEST(ProducerOptions, TakeKafkasNames) {
  millrace::ProducerOptions options;
  const std::pair<const char*, const char*> pairs[] = {
      {"acks", "1"},          {"enable.idempotence", "false"},
      {"linger.ms", "7"},     {"batch.size", "1000"},
      {"retries", "3"},       {"compression.type", "zstd"},
      {"buffer.memory", "9"}, {"compression.zstd.level", "-5"},
      {"max.block.ms", "0"},  {"partitioner", "consistent_random"}};
  for (const auto& [key, value] : pairs) {
    const auto set = options.set(key, value);
    ASSERT_TRUE(set) << set.error().to_string();
  }
  EXPECT_EQ(options.acks, Acks::leader);
  EXPECT_EQ(options.idempotence, false);
  EXPECT_EQ(options.linger, milliseconds(7));
  EXPECT_EQ(options.batch_bytes, 1'000U);
  EXPECT_EQ(options.retries, 3);
  EXPECT_EQ(options.compression, Compression::zstd);
  EXPECT_EQ(options.compression_level, -5);
  EXPECT_EQ(options.buffer_bytes, 9U);
  EXPECT_EQ(options.max_block, milliseconds(0));
  EXPECT_EQ(options.partitioner, Partitioner::consistent_random);
  for (const auto& [key, value] :
       {std::pair("acks", "2"), std::pair("linger.ms", "-1"),
        std::pair("compression.gzip.level", "10"), std::pair("compression.type", "brotli")}) {
    EXPECT_TRUE(options.set(key, value).error().is(ClientErrc::invalid_argument)) << key;
  }
  EXPECT_EQ(options.compression_level, -5);
}

TEST(ProducerOptions, ThatCannotBeMeantTogetherAreTold) {
  const auto message = [](const millrace::ProducerOptions& options) {
    const auto checked = check(options);
    return checked ? "" : checked.error().message();
  };
  EXPECT_EQ(message({}), "");
  EXPECT_EQ(message({.acks = Acks::none}), "") << "not idempotent then";
  EXPECT_EQ(message({.max_in_flight = 6}), "") << "not idempotent then";
  EXPECT_EQ(message({.idempotence = true, .max_in_flight = 6}),
            "max_in_flight is 6; idempotence allows 5");
  EXPECT_EQ(message({.idempotence = false, .transactional_id = "x"}),
            "idempotence is off; a transactional_id needs it");
  EXPECT_EQ(message({.compression = Compression::gzip, .compression_level = 12}),
            "compression_level is 12; gzip has no such level");
  EXPECT_EQ(message({.max_in_flight = 0}), "max_in_flight is 0; it must be from 1 to 2147483647");
}

}  // namespace
}  // namespace millrace::client
