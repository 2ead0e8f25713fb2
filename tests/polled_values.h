// What tests read by a consumer.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "millrace/consumer.h"

namespace millrace {

using Texts = std::vector<std::string>;

/// Longer than anything in a test takes; whoever waits so long has failed.
inline constexpr milliseconds kPatience{30'000};

/// With `<null>` for none.
inline void append_values(const ConsumerRecords& records, Texts& values) {
  for (const ConsumerRecord& record : records) {
    values.emplace_back(record.value().value_or("<null>"));
  }
}

/// Polls until `count` records have come.
inline Texts poll_values(Consumer& consumer, size_t count) {
  Texts values;
  while (values.size() < count) {
    const auto records = consumer.poll(kPatience);
    EXPECT_TRUE(records) << records.error().to_string();
    if (!records || records->empty()) return values;
    append_values(*records, values);
  }
  return values;
}

}  // namespace millrace
