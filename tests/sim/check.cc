#include "sim/check.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "broker/catalog.h"
#include "broker/config/config_entry.h"
#include "storage/partition_log.h"

namespace millrace::sim {

namespace {

class Check {
 public:
  Check(Machine& machine, const Promises& promises) : machine_(machine), promises_(promises) {}

  void run();
  int64_t removed() const { return removed_; }

 private:
  /// One partition as readers see it.
  struct Seen {
    StoredRecords all;
    StoredRecords committed;
    /// By key: a record at a lower offset may have been cleaned away.
    std::map<std::string, int64_t> latest;
  };

  void read(const PartitionKey& key, const broker::Partition& partition, bool compacted);
  void check_topic(const Uuid& id, const TopicPromises& promised);
  void check_partition(const broker::Partition& partition, const PartitionPromises& promised,
                       const Seen& seen, bool compacted);
  void check_commit(const std::string& group, const PartitionKey& key,
                    const CommittedOffset& promised);
  void check_transactions();

  bool may_count(const SentRecord& sent) const {
    return !sent.transaction || promises_.transactions[*sent.transaction].commit_asked;
  }
  /// A tombstone that was there for delete.retention.ms.
  bool is_worn_out(const SentRecord& sent) const {
    return !sent.record.value && sent.sent_ms + kDeleteRetentionMs <= promises_.cleaned_at_ms;
  }
  bool is_obsolete(int64_t offset, const SentRecord& sent, const Seen& seen) const {
    const auto latest = seen.latest.find(sent.record.key);
    return is_worn_out(sent) || (latest != seen.latest.end() && offset < latest->second);
  }

  Machine& machine_;
  const Promises& promises_;
  /// Of topics that are still promised.
  std::map<PartitionKey, Seen> seen_;
  int64_t removed_ = 0;
};

void Check::read(const PartitionKey& key, const broker::Partition& partition, bool compacted) {
  ASSERT_FALSE(partition.offline()) << "the partition did not come back";
  const auto all = Machine::read_all(partition);
  ASSERT_TRUE(all) << all.error().to_string();
  const auto committed = Machine::read_committed(partition);
  ASSERT_TRUE(committed) << committed.error().to_string();
  Seen& seen = seen_[key];
  seen.all = *all;
  seen.committed = *committed;
  if (!compacted) return;
  for (const auto& [offset, record] : seen.committed) seen.latest[record.key] = offset;
  const auto promised = promises_.partitions.find(key);
  if (promised == promises_.partitions.end()) return;
  for (const auto& [offset, sent] : promised->second.sent) {
    if (!is_worn_out(sent) || !may_count(sent)) continue;
    int64_t& latest = seen.latest.try_emplace(sent.record.key, offset).first->second;
    latest = std::max(latest, offset);
  }
}

void Check::check_partition(const broker::Partition& partition, const PartitionPromises& promised,
                            const Seen& seen, bool compacted) {
  const int64_t start = partition.log_start_offset().value();
  EXPECT_GE(start, promised.start_answered) << "deleted records came back";
  EXPECT_LE(start, promised.start_asked) << "the log starts later than anybody asked for";
  for (const auto& [offset, record] : seen.all) {
    const auto sent = promised.sent.find(offset);
    ASSERT_TRUE(sent != promised.sent.end()) << "nobody wrote what stands at offset " << offset;
    ASSERT_EQ(sent->second.record.key, record.key) << "another record stands at offset " << offset;
    ASSERT_EQ(sent->second.record.value, record.value) << "another value at offset " << offset;
  }
  for (const auto& [offset, sent] : promised.sent) {
    if (!sent.acknowledged) continue;
    ASSERT_LT(offset, partition.log_end_offset().value()) << "offsets are given anew";
    if (offset < start || seen.all.contains(offset)) continue;
    const bool may_go = compacted && offset < promised.uncleaned_from &&
                        (!may_count(sent) || is_obsolete(offset, sent, seen));
    ASSERT_TRUE(may_go) << "acknowledged record of " << sent.record.key << " at offset " << offset
                        << " is lost; log is " << start << " to " << partition.log_end_offset()
                        << ", not cleaned from " << promised.uncleaned_from;
    ++removed_;
  }
  const auto producers = partition.log()->producers();
  for (const auto& [id, last] : promised.last_batches) {
    if (last.last_offset < start) continue;  // deleted, and maybe its producer with it
    const auto found = std::find_if(producers.begin(), producers.end(),
                                    [&](const auto& entry) { return entry.producer_id == id; });
    ASSERT_TRUE(found != producers.end()) << "producer " << id << " is forgotten";
    EXPECT_GE(found->last_sequence(), last.last_sequence) << "sequences of " << id << " are lost";
  }
}

void Check::check_topic(const Uuid& id, const TopicPromises& promised) {
  const auto topic = machine_.broker().catalog().find(id);
  if (topic == nullptr) {
    ASSERT_TRUE(promised.deletion_began) << "topic " << promised.name << " is lost";
    return;
  }
  EXPECT_EQ(topic->name, promised.name);
  ASSERT_GE(topic->partition_count(), promised.partitions);
  for (int32_t i = 0; i < promised.partitions; ++i) {
    SCOPED_TRACE(promised.name + "-" + std::to_string(i));
    const PartitionKey key{id, i};
    const broker::Partition& partition = *topic->partition(PartitionId(i));
    read(key, partition, promised.compacted);
    if (testing::Test::HasFatalFailure()) return;
    const auto found = promises_.partitions.find(key);
    check_partition(partition,
                    found == promises_.partitions.end() ? PartitionPromises() : found->second,
                    seen_.at(key), promised.compacted);
  }
  const auto retention = topic->config.find("retention.ms");
  const auto in_force =
      retention == topic->config.end() ? std::nullopt : std::optional(retention->second);
  EXPECT_TRUE(in_force == promised.retention_answered || in_force == promised.retention_asked)
      << "retention.ms is " << in_force.value_or("unset");
}

void Check::check_commit(const std::string& group, const PartitionKey& key,
                         const CommittedOffset& promised) {
  const auto& promised_topic = promises_.topics.at(key.topic_id);
  const auto topic = machine_.broker().catalog().find(key.topic_id);
  // The offsets of a deleted topic go with it, whatever comes first.
  if (topic == nullptr || promised_topic.deletion_began) return;
  const PartitionId partition(key.partition);
  const int64_t committed = machine_.committed(group, promised_topic.name, partition);
  EXPECT_GE(committed, promised.answered) << "an answered commit is lost";
  EXPECT_LE(committed, promised.asked) << "nobody committed that";
  EXPECT_LE(committed, topic->partition(partition)->log_end_offset().value())
      << "committed above the log's end";
}

void Check::check_transactions() {
  struct Count {
    size_t shown = 0;
    size_t hidden = 0;
  };
  std::vector<Count> counts(promises_.transactions.size());
  for (const auto& [key, seen] : seen_) {
    const auto promised = promises_.partitions.find(key);
    if (promised == promises_.partitions.end()) continue;
    const TopicPromises& topic = promises_.topics.at(key.topic_id);
    if (topic.deletion_began) continue;
    const int64_t start = machine_.broker()
                              .catalog()
                              .find(key.topic_id)
                              ->partition(PartitionId(key.partition))
                              ->log_start_offset()
                              .value();
    for (const auto& [offset, sent] : promised->second.sent) {
      if (!sent.transaction || offset < start) continue;
      Count& count = counts[*sent.transaction];
      if (seen.committed.contains(offset)) {
        ++count.shown;
      } else if (sent.acknowledged && !(topic.compacted && is_obsolete(offset, sent, seen))) {
        ++count.hidden;
      }
    }
  }
  for (size_t i = 0; i < counts.size(); ++i) {
    SCOPED_TRACE("transaction " + std::to_string(i));
    const auto [shown, hidden] = counts[i];
    if (promises_.transactions[i].commit_answered) {
      EXPECT_EQ(hidden, 0U) << "a committed transaction is not readable as a whole";
    } else if (promises_.transactions[i].commit_asked) {
      EXPECT_TRUE(shown == 0 || hidden == 0)
          << "a transaction is torn: " << shown << " of " << shown + hidden << " records are shown";
    } else {
      EXPECT_EQ(shown, 0U) << "records of an aborted or open transaction are shown";
    }
  }
  for (const auto& [id, answered] : promises_.transactional_ids) {
    const auto known = machine_.identity(id);
    ASSERT_TRUE(known) << "the transactional id " << id << " is forgotten";
    EXPECT_EQ(known->id, answered.id);
    EXPECT_GE(known->epoch, answered.epoch) << "a fenced producer could come back";
  }
}

void Check::run() {
  for (const auto& [id, topic] : promises_.topics) {
    if (promises_.deleted_topics.contains(id)) {
      EXPECT_EQ(machine_.broker().catalog().find(id), nullptr) << topic.name << " came back";
    } else {
      check_topic(id, topic);
    }
    if (testing::Test::HasFatalFailure()) return;
  }
  for (const auto& [key, committed] : promises_.commits) {
    const auto& [group, partition] = key;
    if (promises_.deleted_topics.contains(partition.topic_id)) continue;
    SCOPED_TRACE(group);
    check_commit(group, partition, committed);
  }
  check_transactions();
}

}  // namespace

int64_t check(Machine& machine, const Promises& promises) {
  Check check(machine, promises);
  check.run();
  return check.removed();
}

}  // namespace millrace::sim
