// Configurations described and altered: topics, this broker, all brokers.
#include <algorithm>

#include "broker/harness.h"

namespace millrace::broker {
namespace {

using Operation = ConfigChange::Operation;

class ConfigTest : public BrokerTest {
 protected:
  void SetUp() override {
    BrokerTest::SetUp();
    create("t");
  }
  ConfigEntry entry(const std::string& key, const std::string& topic = "t") {
    return find(*catalog().describe_config(topic), key);
  }
  ConfigEntry broker_entry(const std::string& key, const std::string& name = "1") {
    return find(*broker().describe_config(name), key);
  }
  static ConfigEntry find(const std::vector<ConfigEntry>& entries, const std::string& key) {
    const auto found = std::ranges::find(entries, key, &ConfigEntry::name);
    EXPECT_TRUE(found != entries.end()) << key;
    return found == entries.end() ? ConfigEntry() : *found;
  }
  ErrorCode change(const std::vector<ConfigChange>& changes) {
    return code_of(catalog().alter_config("t", changes));
  }
  ErrorCode change_broker(const std::string& name, const ConfigChange& change) {
    return code_of(broker().alter_config(name, std::span(&change, 1)));
  }
};

TEST_F(ConfigTest, ADefaultIsShownAsOne) {
  const auto shown = entry("retention.ms");
  EXPECT_EQ(shown.value, "604800000");
  EXPECT_EQ(shown.source, ConfigSource::default_value);
  EXPECT_EQ(shown.type, ConfigType::int64);
  EXPECT_FALSE(shown.read_only);
}

TEST_F(ConfigTest, AnAlteredValueIsShownWithWhereItComesFromAndLasts) {
  ASSERT_EQ(alter("t", "retention.ms", "5000"), ErrorCode::none);
  crash();
  const auto shown = entry("retention.ms");
  EXPECT_EQ(shown.value, "5000");
  EXPECT_EQ(shown.source, ConfigSource::dynamic_topic);
  ASSERT_FALSE(shown.synonyms.empty());
  EXPECT_EQ(shown.synonyms.front().name, "retention.ms");
  EXPECT_EQ(shown.synonyms.size(), 1U)
      << "Kafka shows no synonym but those that say log.retention.ms";
}

TEST_F(ConfigTest, RemovingAValueFallsBackToTheInheritedOne) {
  restart({{"log.retention.hours", "2"}});
  ASSERT_EQ(alter("t", "retention.ms", "5000"), ErrorCode::none);
  ASSERT_EQ(alter("t", "retention.ms", std::nullopt), ErrorCode::none);
  EXPECT_EQ(entry("retention.ms").value, "7200000");
  restart({{"log.retention.ms", "3600000"}});
  EXPECT_EQ(entry("retention.ms").value, "3600000");
  EXPECT_EQ(entry("retention.ms").source, ConfigSource::static_broker);
}

TEST_F(ConfigTest, TheBrokersMillisecondsWinOverItsHours) {
  restart({{"log.retention.hours", "2"}, {"log.retention.ms", "9000"}});
  EXPECT_EQ(entry("retention.ms").value, "9000");
}

TEST_F(ConfigTest, ListsCanBeAppendedToAndSubtractedFrom) {
  ASSERT_EQ(change({{"cleanup.policy", Operation::append, "compact"}}), ErrorCode::none);
  EXPECT_EQ(entry("cleanup.policy").value, "delete,compact");
  ASSERT_EQ(change({{"cleanup.policy", Operation::subtract, "delete"}}), ErrorCode::none);
  EXPECT_EQ(entry("cleanup.policy").value, "compact");
  EXPECT_EQ(change({{"retention.ms", Operation::append, "1"}}), ErrorCode::invalid_config);
}

TEST_F(ConfigTest, OneBadChangeRefusesAll) {
  EXPECT_EQ(change({{"retention.ms", Operation::set, "5000"}, {"segment.ms", Operation::set, "x"}}),
            ErrorCode::invalid_config);
  EXPECT_EQ(entry("retention.ms").value, "604800000");
  EXPECT_EQ(change({{"retention.ms", Operation::set, "1"}, {"retention.ms", Operation::set, "2"}}),
            ErrorCode::invalid_request);
  EXPECT_EQ(change({{"retention.ms", Operation::set, std::nullopt}}), ErrorCode::invalid_request);
  EXPECT_EQ(change({{"no.such.key", Operation::set, "1"}}), ErrorCode::invalid_config);
}

TEST_F(ConfigTest, ValuesOutsideTheirBoundsAreRefused) {
  const std::pair<const char*, const char*> bad[] = {{"retention.ms", "-2"},
                                                     {"segment.bytes", "100"},
                                                     {"max.message.bytes", "2147483648"},
                                                     {"compression.type", "brotli"},
                                                     {"compression.gzip.level", "0"},
                                                     {"remote.storage.enable", "true"},
                                                     {"min.cleanable.dirty.ratio", "1.5"},
                                                     {"min.cleanable.dirty.ratio", "nan"},
                                                     {"cleanup.policy", "delete,delete"},
                                                     {"preallocate", "maybe"},
                                                     {"millrace.durability", "flush:0"},
                                                     {"millrace.durability", "tape"}};
  for (const auto& [key, value] : bad) {
    EXPECT_EQ(alter("t", key, value), ErrorCode::invalid_config) << key << "=" << value;
  }
}

TEST_F(ConfigTest, ValidateOnlyChangesNothing) {
  const ConfigChange asked{"retention.ms", Operation::set, "5000"};
  EXPECT_TRUE(catalog().alter_config("t", std::span(&asked, 1), {.validate_only = true}));
  EXPECT_EQ(entry("retention.ms").source, ConfigSource::default_value);
}

TEST_F(ConfigTest, AnUnknownTopicHasNoConfig) {
  EXPECT_EQ(code_of(catalog().describe_config("u")), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(alter("u", "retention.ms", "1"), ErrorCode::unknown_topic_or_partition);
}

TEST_F(ConfigTest, AlteredValuesCountFromTheNextRecord) {
  ASSERT_EQ(alter("t", "max.message.bytes", "100"), ErrorCode::none);
  EXPECT_EQ(produce("t", {.values = {std::string(200, 'x')}}).error, ErrorCode::message_too_large);
  ASSERT_EQ(alter("t", "max.message.bytes", std::nullopt), ErrorCode::none);
  EXPECT_EQ(produce("t", {.values = {std::string(200, 'x')}}).error, ErrorCode::none);
  ASSERT_EQ(alter("t", "message.timestamp.type", "LogAppendTime"), ErrorCode::none);
  EXPECT_EQ(produce("t").log_append_time_ms, clock_.wall_ms());
}

TEST_F(ConfigTest, AnAlteredBrokerValueReachesTopicsThatSetNoneAndLasts) {
  create("own", {{"max.message.bytes", "5000"}});
  ASSERT_EQ(change_broker("", {"message.max.bytes", Operation::set, "100"}), ErrorCode::none);
  EXPECT_EQ(produce("t", {.values = {std::string(200, 'x')}}).error, ErrorCode::message_too_large);
  EXPECT_EQ(produce("own", {.values = {std::string(200, 'x')}}).error, ErrorCode::none);
  crash();
  EXPECT_EQ(entry("max.message.bytes").value, "100");
  EXPECT_EQ(entry("max.message.bytes").source, ConfigSource::dynamic_default_broker);
}

TEST_F(ConfigTest, AValueOfThisBrokerWinsOverTheDefaultOfAll) {
  ASSERT_EQ(change_broker("", {"message.max.bytes", Operation::set, "100"}), ErrorCode::none);
  ASSERT_EQ(change_broker("1", {"message.max.bytes", Operation::set, "200"}), ErrorCode::none);
  EXPECT_EQ(broker_entry("message.max.bytes").value, "200");
  EXPECT_EQ(broker_entry("message.max.bytes").source, ConfigSource::dynamic_broker);
  EXPECT_EQ(broker_entry("message.max.bytes", "").value, "100");
  ASSERT_EQ(change_broker("1", {"message.max.bytes", Operation::remove, {}}), ErrorCode::none);
  EXPECT_EQ(broker_entry("message.max.bytes").value, "100");
}

TEST_F(ConfigTest, KeysThatNeedARestartCannotBeAltered) {
  EXPECT_TRUE(broker_entry("num.partitions").read_only);
  EXPECT_EQ(change_broker("1", {"num.partitions", Operation::set, "3"}),
            ErrorCode::invalid_request);
}

TEST_F(ConfigTest, AnotherBrokersNameIsRefused) {
  EXPECT_EQ(code_of(broker().describe_config("2")), ErrorCode::invalid_request);
  EXPECT_EQ(change_broker("2", {"message.max.bytes", Operation::set, "1"}),
            ErrorCode::invalid_request);
}

TEST_F(ConfigTest, AStartWithAnUnknownKeyNamesTheNearest) {
  const auto opened = Broker::open({.file_system = fs_.get(),
                                    .dir = "elsewhere",
                                    .clock = &clock_,
                                    .timers = &timers_,
                                    .config = {{"num.partition", "3"}},
                                    .sync_threads = 0});
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message().find("num.partitions"), std::string::npos);
}

}  // namespace
}  // namespace millrace::broker
