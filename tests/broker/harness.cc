#include "broker/harness.h"

#include "io/read_chunks.h"
#include "record/record_reader.h"

namespace millrace::broker {

Bytes batch_of(const std::vector<std::string>& values, int64_t timestamp,
               const Sequence& sequence) {
  record::BatchBuilder builder({.producer_id = sequence.producer,
                                .producer_epoch = sequence.epoch,
                                .base_sequence = sequence.first});
  for (const auto& value : values) builder.add_text(timestamp, "key", value);
  return *builder.build();
}

std::vector<std::string> values_in(ByteView bytes) {
  std::vector<std::string> values;
  while (!bytes.empty()) {
    const auto batch = record::BatchView::parse(bytes);
    if (!batch) break;
    EXPECT_TRUE(batch->check_crc());
    EXPECT_TRUE(record::for_each_record(*batch, [&](const record::RecordView& record) {
      values.emplace_back(as_text(record.value.value_or(ByteView())));
    }));
    bytes = bytes.subspan(batch->size());
  }
  return values;
}

std::vector<std::string> read_all(const Partition& partition) {
  std::vector<std::string> values;
  Offset next = partition.log_start_offset();
  while (next < partition.high_watermark()) {
    const auto data = partition.read({.from = next, .bytes_max = 1 << 20});
    EXPECT_TRUE(data) << data.error().to_string();
    if (!data || data->bytes == 0) break;
    const Bytes bytes = *io::read_chunks(data->records);
    for (auto& value : values_in(bytes)) values.push_back(std::move(value));
    for (ByteView rest = bytes; !rest.empty();) {
      const auto batch = record::BatchView::parse(rest);
      if (!batch) break;
      next = batch->next_offset();
      rest = rest.subspan(batch->size());
    }
  }
  return values;
}

void BrokerTest::start(ConfigValues config) {
  config.emplace("offsets.topic.num.partitions", "2");
  config.emplace("num.recovery.threads.per.data.dir", "1");
  auto opened = Broker::open({.file_system = fs_.get(),
                              .dir = kDir,
                              .clock = &clock_,
                              .timers = &timers_,
                              .config = std::move(config),
                              .sync_threads = 0});
  ASSERT_TRUE(opened) << opened.error().to_string();
  broker_ = *std::move(opened);
}

void BrokerTest::restart(ConfigValues config) {
  const auto closed = broker_->close();
  ASSERT_TRUE(closed) << closed.error().to_string();
  crash(std::move(config));
}

void BrokerTest::crash(ConfigValues config) {
  broker_.reset();
  start(std::move(config));
}

void BrokerTest::lose_power(uint64_t seed) {
  auto left = fs_->power_loss(seed);
  broker_.reset();
  fs_ = std::move(left);
  start();
}

std::vector<std::string> BrokerTest::values_after_power_loss(uint64_t seed,
                                                             const std::string& topic) {
  const auto left = fs_->power_loss(seed);
  Timers timers;
  const auto opened = Broker::open({.file_system = left.get(),
                                    .dir = kDir,
                                    .clock = &clock_,
                                    .timers = &timers,
                                    .config = {{"num.recovery.threads.per.data.dir", "1"}},
                                    .sync_threads = 0});
  EXPECT_TRUE(opened) << opened.error().to_string();
  if (!opened) return {};
  const auto found = (*opened)->catalog().find_partition(topic, PartitionId(0));
  EXPECT_TRUE(found != nullptr) << "the topic is gone, seed " << seed;
  return found ? read_all(*found) : std::vector<std::string>();
}

TopicPtr BrokerTest::create(const std::string& name, const ConfigValues& configs,
                            int32_t partitions) {
  NewTopic topic{.name = name, .partitions = partitions};
  for (const auto& [key, value] : configs) topic.configs.emplace_back(key, value);
  const auto created = catalog().create(topic);
  EXPECT_TRUE(created) << created.error().to_string();
  return catalog().find(name);
}

Partition& BrokerTest::partition(const std::string& topic, int32_t number) {
  const auto found = catalog().find_partition(topic, PartitionId(number));
  if (!found) throw std::out_of_range("no partition " + topic);
  return *found;
}

ProduceOutcome BrokerTest::produce(const std::string& topic, const Produce& what, int32_t number) {
  const Bytes batch =
      batch_of(what.values, what.timestamp.value_or(clock_.wall_ms()), what.sequence);
  std::optional<ProduceOutcome> outcome;
  partition(topic, number).append({.records = batch, .acks = what.acks}, [&](ProduceOutcome done) {
    EXPECT_FALSE(outcome) << "answered twice";
    outcome = std::move(done);
  });
  EXPECT_TRUE(outcome) << "not answered";
  return outcome.value_or(ProduceOutcome{.error = ErrorCode::request_timed_out});
}

void BrokerTest::pass(Milliseconds time) {
  clock_.advance(time);
  timers_.run_due(clock_.steady_now());
}

ErrorCode BrokerTest::alter(const std::string& topic, const std::string& key,
                            std::optional<std::string> value) {
  const ConfigChange change{
      .name = key,
      .operation = value ? ConfigChange::Operation::set : ConfigChange::Operation::remove,
      .value = std::move(value)};
  return code_of(catalog().alter_config(topic, std::span(&change, 1)));
}

void ThreadedBrokerTest::SetUp() {
  auto opened = Broker::open({.file_system = &fs_,
                              .dir = "data",
                              .clock = &clock_,
                              .timers = &timers_,
                              .sync_threads = 2});
  ASSERT_TRUE(opened) << opened.error().to_string();
  broker_ = *std::move(opened);
}

}  // namespace millrace::broker
