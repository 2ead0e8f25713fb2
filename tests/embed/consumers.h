// Consumers of one topic over both ways to a broker, and what tests do with them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "embed/two_ways.h"
#include "millrace/client_error.h"
#include "millrace/consumer.h"

namespace millrace::embed {

using Texts = std::vector<std::string>;

/// Longer than anything here takes; whoever waits so long has failed.
inline constexpr milliseconds kPatience{30'000};

inline TopicPartition part(int32_t partition) { return {.topic = "t", .partition = partition}; }

/// Polls until `count` records have come; the values, with `<null>` for none.
inline Texts poll_values(Consumer& consumer, size_t count) {
  Texts values;
  while (values.size() < count) {
    const auto records = consumer.poll(kPatience);
    EXPECT_TRUE(records) << records.error().to_string();
    if (!records || records->empty()) return values;
    for (const ConsumerRecord& record : *records) {
      values.emplace_back(record.value().value_or("<null>"));
    }
  }
  return values;
}

class Consumers : public TwoWays {
 protected:
  Consumer make(ConsumerOptions options = {}) {
    options.auto_offset_reset = OffsetReset::earliest;
    if (GetParam() == Way::in_process) return broker_.consumer(std::move(options)).value();
    return connect().consumer(std::move(options)).value();
  }
  Consumer reading(const std::vector<TopicPartition>& partitions, ConsumerOptions options = {}) {
    Consumer consumer = make(std::move(options));
    EXPECT_TRUE(consumer.assign(partitions));
    return consumer;
  }
  Topic topic(int32_t partitions) {
    return broker_.ensure_topic({.name = "t", .partitions = partitions}).value();
  }
  static void fill(Topic log, int32_t partition, int from, int to) {
    for (int i = from; i < to; ++i) {
      const std::string value = cat(i);
      EXPECT_TRUE(log.append(partition, {.value = value}, Acks::leader));
    }
  }
};

}  // namespace millrace::embed
