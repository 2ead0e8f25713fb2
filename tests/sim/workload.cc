#include "sim/workload.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "broker/catalog.h"
#include "broker/config/config_entry.h"
#include "sim/cleaning.h"

namespace millrace::sim {

namespace {

constexpr size_t kTopicsMax = 3;
constexpr int32_t kPartitionsMax = 4;
constexpr uint64_t kKeys = 5;

}  // namespace

Workload::Workload(io::FileSystem& disk, ManualClock& clock, uint64_t seed)
    : disk_(disk), clock_(clock), random_(seed) {
  start();
  create_topic();
}

void Workload::step() {
  const uint64_t dice = below(100);
  if (dice < 86) return use_topics(dice);
  if (dice < 94) return compact();
  restart(below(2) == 0);
}

/// What may also happen beside a round of cleaning.
void Workload::use_topics(uint64_t dice) {
  if (dice < 27) return produce();
  if (dice < 43) return produce_idempotent();
  if (dice < 54) return transact();
  if (dice < 69) return commit();
  if (dice < 73) return delete_records();
  if (dice < 78) return pass_time();
  if (dice < 80) return create_topic();
  if (dice < 82) return delete_topic();
  if (dice < 84) return add_partition();
  alter_retention();
}

void Workload::start() {
  auto machine = Machine::start(disk_, clock_);
  ASSERT_TRUE(machine) << machine.error().to_string();
  machine_ = *std::move(machine);
}

void Workload::restart(bool cleanly) {
  if (cleanly) {
    const auto closed = machine_->close();
    EXPECT_TRUE(closed) << closed.error().to_string();
  }
  machine_.reset();
  start();
}

Workload::Target Workload::any_partition() {
  std::vector<broker::TopicPtr> topics;
  for (const auto& topic : machine_->broker().catalog().list()) {
    if (!topic->internal) topics.push_back(topic);
  }
  const auto& topic = topics.at(below(topics.size()));
  const auto number = static_cast<int32_t>(below(static_cast<uint64_t>(topic->partition_count())));
  return {.topic = topic,
          .partition = topic->partition(PartitionId(number)),
          .key = {topic->id, number}};
}

void Workload::create_topic() {
  auto& catalog = machine_->broker().catalog();
  // Names come back, ids do not.
  for (size_t i = 0; i < kTopicsMax; ++i) {
    const std::string name = "topic" + std::to_string(i);
    if (catalog.find(name) != nullptr) continue;
    const auto id = Uuid::random();
    promises_.topics[id] = {.name = name, .deletion_began = true};
    decltype(broker::NewTopic::configs) configs = {{"segment.ms", "1000"},
                                                   {"index.interval.bytes", "64"}};
    const bool compacted = below(3) > 0;
    if (compacted) {
      configs.emplace_back("cleanup.policy", below(3) == 0 ? "compact,delete" : "compact");
      configs.emplace_back("delete.retention.ms", std::to_string(kDeleteRetentionMs));
      configs.emplace_back("internal.segment.bytes", "1000");
    }
    const auto partitions = static_cast<int32_t>(1 + below(2));
    const auto created =
        catalog.create({.name = name, .partitions = partitions, .configs = configs, .id = id});
    ASSERT_TRUE(created) << created.error().to_string();
    promises_.topics[id] = {.name = name, .partitions = partitions, .compacted = compacted};
    return;
  }
}

void Workload::delete_topic() {
  auto& catalog = machine_->broker().catalog();
  std::vector<broker::TopicPtr> topics = catalog.list();
  std::erase_if(topics, [](const auto& topic) { return topic->internal; });
  if (topics.size() < 2) return;
  const auto topic = topics.at(below(topics.size()));
  promises_.topics.at(topic->id).deletion_began = true;
  const auto removed = catalog.remove(topic->id);
  ASSERT_TRUE(removed) << removed.error().to_string();
  promises_.deleted_topics.insert(topic->id);
  machine_->topics_deleted(topic->name);
}

void Workload::add_partition() {
  const auto topic = any_partition().topic;
  const int32_t count = topic->partition_count() + 1;
  if (count > kPartitionsMax) return;
  const auto added =
      machine_->broker().catalog().add_partitions({.topic = topic->name, .count = count});
  ASSERT_TRUE(added) << added.error().to_string();
  promises_.topics.at(topic->id).partitions = count;
}

void Workload::alter_retention() {
  const auto topic = any_partition().topic;
  auto& promised = promises_.topics.at(topic->id);
  const std::string value = std::to_string(100'000'000'000 + below(1000));
  promised.retention_asked = value;
  const broker::ConfigChange change{.name = "retention.ms", .value = value};
  const auto altered =
      machine_->broker().catalog().alter_config(topic->name, std::span(&change, 1));
  ASSERT_TRUE(altered) << altered.error().to_string();
  promised.retention_answered = value;
}

std::vector<Record> Workload::new_records(const Target& target) {
  const bool compacted = promises_.topics.at(target.key.topic_id).compacted;
  std::vector<Record> records(1 + below(4));
  for (auto& [key, value] : records) {
    key = "key" + std::to_string(below(kKeys));
    if (below(6) == 0) continue;
    // The segments of compacted topics are small.
    const uint64_t size = below(!compacted && below(8) == 0 ? 9000 : 60);
    value = std::to_string(++values_made_) + std::string(size, 'v');
  }
  return records;
}

void Workload::note_sent(const Target& target, const std::vector<Record>& records,
                         std::optional<size_t> transaction) {
  int64_t offset = target.partition->log_end_offset().value();
  for (const Record& record : records) {
    promises_.partitions[target.key].sent[offset++] = {
        .record = record, .sent_ms = clock_.wall_ms(), .transaction = transaction};
  }
}

void Workload::note_acknowledged(const Target& target, int64_t base_offset, size_t count) {
  auto& sent = promises_.partitions.at(target.key).sent;
  for (auto one = sent.find(base_offset); count > 0; --count) {
    ASSERT_TRUE(one != sent.end()) << "appended elsewhere than at the end";
    (one++)->second.acknowledged = true;
  }
}

void Workload::transact() {
  // A producer that begins anew, or whose broker did: what it had open is aborted.
  if (transactional_.identity.epoch < 0 || below(6) == 0) {
    ASSERT_EQ(machine_->init(transactional_), ErrorCode::none);
    promises_.transactional_ids[transactional_.transactional_id] = transactional_.identity;
  }
  promises_.transactions.emplace_back();
  for (uint64_t i = 1 + below(3); i > 0; --i) write_in_transaction();
  if (below(3) == 0) commit_in_transaction();
  // Left open: its end comes with the next producer, its timeout or a restart.
  if (below(8) == 0) {
    transactional_.identity = {};
    offsets_in_transaction_.clear();
    return;
  }
  const bool is_commit = below(3) > 0;
  TransactionPromises& promised = promises_.transactions.back();
  promised.commit_asked = is_commit;
  for (auto& [key, offset] : offsets_in_transaction_) {
    if (is_commit) promises_.commits[key].asked = offset;
  }
  ASSERT_EQ(machine_->end(transactional_, is_commit), ErrorCode::none);
  promised.commit_answered = is_commit;
  promises_.transactional_ids[transactional_.transactional_id] = transactional_.identity;
  for (auto& [key, offset] : offsets_in_transaction_) {
    if (is_commit) promises_.commits[key].answered = offset;
  }
  offsets_in_transaction_.clear();
}

void Workload::write_in_transaction() {
  const Target target = any_partition();
  const std::vector<Record> records = new_records(target);
  note_sent(target, records, promises_.transactions.size() - 1);
  const auto appended = machine_->append(*target.partition, records, transactional_);
  ASSERT_EQ(appended.error, ErrorCode::none);
  note_acknowledged(target, appended.base_offset, records.size());
}

void Workload::commit_in_transaction() {
  const Target target = any_partition();
  const std::string group = "group" + std::to_string(below(2));
  const auto& promised = promises_.commits[{group, target.key}];
  const int64_t offset = std::max(promised.asked, target.partition->high_watermark().value());
  ASSERT_EQ(machine_->commit(group, target.topic->name, PartitionId(target.key.partition), offset,
                             transactional_),
            ErrorCode::none);
  offsets_in_transaction_[{group, target.key}] = offset;
}

void Workload::append(const Target& target, int16_t acks, ProducerState* producer) {
  const std::vector<Record> records = new_records(target);
  note_sent(target, records, std::nullopt);
  const auto appended = machine_->append(*target.partition, records, acks, producer);
  ASSERT_EQ(appended.error, ErrorCode::none);
  if (acks == -1) note_acknowledged(target, appended.base_offset, records.size());
  if (producer == nullptr) return;
  promises_.partitions[target.key].last_batches[producer->id] = {
      .last_sequence = producer->next_sequence - 1,
      .last_offset = appended.base_offset + std::ssize(records) - 1};
}

void Workload::produce() {
  const int16_t acks = below(3) == 0 ? -1 : static_cast<int16_t>(below(2));
  append(any_partition(), acks, nullptr);
}

void Workload::produce_idempotent() {
  const Target target = any_partition();
  auto& producer = producers_[target.key];
  if (producer.id == kNoProducerId) {
    const auto id = machine_->broker().allocate_producer_id();
    ASSERT_TRUE(id) << id.error().to_string();
    producer.id = *id;
  }
  append(target, -1, &producer);
}

void Workload::commit() {
  const Target target = any_partition();
  const std::string group = "group" + std::to_string(below(2));
  auto& promised = promises_.commits[{group, target.key}];
  const int64_t end = target.partition->high_watermark().value();
  const int64_t offset = std::max(
      promised.asked, end - static_cast<int64_t>(below(static_cast<uint64_t>(end / 4 + 1))));
  promised.asked = offset;
  const ErrorCode error =
      machine_->commit(group, target.topic->name, PartitionId(target.key.partition), offset);
  ASSERT_EQ(error, ErrorCode::none);
  promised.answered = offset;
}

void Workload::delete_records() {
  const Target target = any_partition();
  if (!target.partition->config()->deleted_by_retention) return;
  const int64_t start = target.partition->log_start_offset().value();
  const int64_t end = target.partition->high_watermark().value();
  if (start == end) return;
  const int64_t before =
      start + static_cast<int64_t>(below(static_cast<uint64_t>((end - start) / 2 + 1)));
  auto& promised = promises_.partitions[target.key];
  promised.start_asked = std::max(promised.start_asked, before);
  const auto deleted = target.partition->delete_records(Offset(before));
  ASSERT_TRUE(deleted) << deleted.error().to_string();
  promised.start_answered = std::max(promised.start_answered, before);
}

/// The broker makes these itself, with segments that nothing here would fill.
void Workload::shrink_internal_segments() {
  const broker::ConfigChange change{.name = "internal.segment.bytes", .value = "1000"};
  for (const auto& topic : machine_->broker().catalog().list()) {
    if (!topic->internal || topic->config.contains(change.name)) continue;
    const auto altered =
        machine_->broker().catalog().alter_config(topic->name, std::span(&change, 1));
    ASSERT_TRUE(altered) << altered.error().to_string();
  }
}

void Workload::compact() {
  shrink_internal_segments();
  is_cleaning_ = true;
  const auto rest = [this](Milliseconds time) {
    clock_.advance(time);
    if (below(40) == 0) use_topics(below(86));
    return below(200) > 0;
  };
  clean(*machine_, clock_, rest, promises_);
  is_cleaning_ = false;
}

void Workload::pass_time() {
  // Up to ten minutes: segments roll, checkpoints are written, retention looks.
  machine_->run_timers(Milliseconds(1 + below(600'000)));
}

}  // namespace millrace::sim
