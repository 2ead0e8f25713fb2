#include "sim/check.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "broker/catalog.h"
#include "broker/config/config_entry.h"

namespace millrace::sim {

namespace {

void check_partition(const broker::Partition& partition, const PartitionPromises& promised) {
  ASSERT_FALSE(partition.offline()) << "the partition did not come back";
  const auto stored = Machine::read_all(partition);
  ASSERT_TRUE(stored) << stored.error().to_string();

  const int64_t start = partition.log_start_offset().value();
  EXPECT_GE(start, promised.start_answered) << "deleted records came back";
  EXPECT_LE(start, promised.start_asked) << "the log starts later than anybody asked for";
  std::map<int64_t, std::string_view> by_offset;
  int64_t last = -1;
  for (const auto& record : *stored) {
    EXPECT_GT(record.offset, last) << "offsets must rise";
    last = record.offset;
    by_offset[record.offset] = record.value;
  }
  for (const auto& [offset, value] : promised.records) {
    if (offset < start) continue;
    const auto found = by_offset.find(offset);
    ASSERT_TRUE(found != by_offset.end())
        << "acknowledged record at offset " << offset << " is lost; log is " << start << " to "
        << partition.log_end_offset();
    ASSERT_EQ(found->second, value) << "another record stands at offset " << offset;
  }
}

void check_topic(Machine& machine, const Uuid& id, const TopicPromises& promised,
                 const Promises& promises) {
  const auto topic = machine.broker().catalog().find(id);
  if (topic == nullptr) {
    ASSERT_TRUE(promised.deletion_began) << "topic " << promised.name << " is lost";
    return;
  }
  EXPECT_EQ(topic->name, promised.name);
  ASSERT_GE(topic->partition_count(), promised.partitions);
  for (int32_t i = 0; i < promised.partitions; ++i) {
    SCOPED_TRACE(promised.name + "-" + std::to_string(i));
    const auto found = promises.partitions.find({id, i});
    check_partition(*topic->partition(PartitionId(i)),
                    found == promises.partitions.end() ? PartitionPromises() : found->second);
  }
  const auto retention = topic->config.find("retention.ms");
  const auto in_force =
      retention == topic->config.end() ? std::nullopt : std::optional(retention->second);
  EXPECT_TRUE(in_force == promised.retention_answered || in_force == promised.retention_asked)
      << "retention.ms is " << in_force.value_or("unset");
}

void check_commit(Machine& machine, const std::string& group, const PartitionKey& key,
                  const CommittedOffset& promised, const Promises& promises) {
  const auto& promised_topic = promises.topics.at(key.topic_id);
  const auto topic = machine.broker().catalog().find(key.topic_id);
  // The offsets of a deleted topic go with it, whatever comes first.
  if (topic == nullptr || promised_topic.deletion_began) return;
  const PartitionId partition(key.partition);
  const int64_t committed = machine.committed(group, promised_topic.name, partition);
  EXPECT_GE(committed, promised.answered) << "an answered commit is lost";
  EXPECT_LE(committed, promised.asked) << "nobody committed that";
  EXPECT_LE(committed, topic->partition(partition)->log_end_offset().value())
      << "committed above the log's end";
}

/// Values by partition that a reader of committed records is shown.
using Committed = std::map<PartitionKey, std::map<int64_t, std::string>>;

void check_transaction(Machine& machine, const TransactionPromises& promised,
                       const Promises& promises, const Committed& committed) {
  size_t shown = 0;
  size_t hidden = 0;
  for (const auto& [key, records] : promised.records) {
    const auto topic = machine.broker().catalog().find(key.topic_id);
    if (topic == nullptr || promises.topics.at(key.topic_id).deletion_began) continue;
    const auto partition = topic->partition(PartitionId(key.partition));
    for (const auto& [offset, value] : records) {
      if (offset < partition->log_start_offset().value()) continue;
      const auto& there = committed.at(key);
      const auto found = there.find(offset);
      const bool is_shown = found != there.end() && found->second == value;
      ++(is_shown ? shown : hidden);
    }
  }
  if (promised.commit_answered) {
    EXPECT_EQ(hidden, 0U) << "a committed transaction is not readable as a whole";
  } else if (promised.commit_asked) {
    EXPECT_TRUE(shown == 0 || hidden == 0)
        << "a transaction is torn: " << shown << " of " << shown + hidden << " records are shown";
  } else {
    EXPECT_EQ(shown, 0U) << "records of an aborted or open transaction are shown";
  }
}

void check_transactions(Machine& machine, const Promises& promises) {
  Committed committed;
  for (const auto& topic : machine.broker().catalog().list()) {
    for (const auto& partition : topic->partitions) {
      const auto read = Machine::read_committed(*partition);
      ASSERT_TRUE(read) << read.error().to_string();
      auto& values = committed[{topic->id, partition->id().partition.value()}];
      for (const StoredRecord& record : *read) values[record.offset] = record.value;
    }
  }
  for (size_t i = 0; i < promises.transactions.size(); ++i) {
    SCOPED_TRACE("transaction " + std::to_string(i));
    check_transaction(machine, promises.transactions[i], promises, committed);
  }
}

}  // namespace

void check(Machine& machine, const Promises& promises) {
  for (const auto& [id, topic] : promises.topics) {
    if (promises.deleted_topics.contains(id)) {
      EXPECT_EQ(machine.broker().catalog().find(id), nullptr) << topic.name << " came back";
    } else {
      check_topic(machine, id, topic, promises);
    }
  }
  for (const auto& [key, committed] : promises.commits) {
    const auto& [group, partition] = key;
    if (promises.deleted_topics.contains(partition.topic_id)) continue;
    SCOPED_TRACE(group);
    check_commit(machine, group, partition, committed, promises);
  }
  check_transactions(machine, promises);
}

}  // namespace millrace::sim
