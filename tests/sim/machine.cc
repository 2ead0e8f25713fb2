#include "sim/machine.h"

#include "base/try.h"
#include "broker/catalog.h"
#include "io/read_chunks.h"
#include "record/batch_builder.h"
#include "record/batch_view.h"
#include "record/record_reader.h"

namespace millrace::sim {

namespace {

constexpr int64_t kReadBytes = 64 * 1024;

}  // namespace

Result<std::unique_ptr<Machine>> Machine::start(io::FileSystem& disk, ManualClock& clock) {
  std::unique_ptr<Machine> machine(new Machine(clock));
  MILL_TRY(machine->broker_,
           broker::Broker::open({.file_system = &disk,
                                 .dir = "data",
                                 .clock = &clock,
                                 .timers = &machine->timers_,
                                 .config = {{"offsets.topic.num.partitions", "2"},
                                            {"num.recovery.threads.per.data.dir", "1"},
                                            {"num.partitions", "2"}},
                                 .sync_threads = 0}));
  machine->offsets_log_ = std::make_unique<coordinator::BrokerOffsetsLog>(*machine->broker_);
  machine->groups_ = std::make_unique<coordinator::GroupCoordinator>(
      coordinator::coordinator_config(*machine->broker_->config()), *machine->offsets_log_, clock,
      machine->timers_);
  machine->groups_->load();
  return machine;
}

Result<void> Machine::close() { return broker_->close(); }

AppendResult Machine::append(const broker::Partition& partition,
                             const std::vector<std::string>& values, int16_t acks,
                             ProducerState* producer) {
  record::BatchOptions options;
  if (producer != nullptr) {
    options.producer_id = producer->id;
    options.producer_epoch = 0;
    options.base_sequence = producer->next_sequence;
  }
  record::BatchBuilder builder(options);
  for (const auto& value : values) builder.add_text(clock_.wall_ms(), "key", value);
  const Bytes batch = *builder.build();
  AppendResult result{.error = ErrorCode::request_timed_out};
  const auto& id = partition.id();
  const auto writable = broker_->catalog().find_partition(id.topic, id.partition);
  writable->append({.records = batch, .acks = acks}, [&result](broker::ProduceOutcome outcome) {
    result = {.error = outcome.error, .base_offset = outcome.base_offset.value()};
  });
  if (producer != nullptr && result.error == ErrorCode::none) {
    producer->next_sequence += static_cast<int32_t>(values.size());
  }
  return result;
}

ErrorCode Machine::commit(const std::string& group, const std::string& topic, PartitionId partition,
                          int64_t offset) {
  if (const ErrorCode error = groups_->find_coordinator(group); error != ErrorCode::none) {
    return error;
  }
  coordinator::OffsetCommitRequest request;
  request.group_id = group;
  request.topics = {
      {.topic = topic, .partitions = {{.partition = partition, .offset = Offset(offset)}}}};
  ErrorCode error = ErrorCode::request_timed_out;
  groups_->commit_offsets(request, [&error](coordinator::OffsetCommitResponse response) {
    error = response.topics.at(0).partitions.at(0).error;
  });
  return error;
}

int64_t Machine::committed(const std::string& group, const std::string& topic,
                           PartitionId partition) {
  coordinator::FetchGroupOffsetsRequest request;
  request.group_id = group;
  request.topics = {{.topic = topic, .partitions = {partition}}};
  const auto fetched = groups_->fetch_offsets(request);
  return fetched.topics.at(0).partitions.at(0).offset.value();
}

Result<std::vector<StoredRecord>> Machine::read_all(const broker::Partition& partition) {
  std::vector<StoredRecord> records;
  Offset next = partition.log_start_offset();
  while (next < partition.high_watermark()) {
    MILL_TRY(const auto data, partition.read({.from = next, .bytes_max = kReadBytes}));
    MILL_TRY(const Bytes bytes, io::read_chunks(data.records));
    if (bytes.empty()) break;
    for (ByteView rest = bytes; !rest.empty();) {
      const auto parsed = record::BatchView::parse(rest);
      if (!parsed && rest.size() < bytes.size()) break;  // the last one may be cut short
      MILL_TRY(const auto batch, parsed);
      MILL_CHECK(batch.check_crc());
      MILL_CHECK(record::for_each_record(batch, [&](const record::RecordView& record) {
        if (record.offset < next) return;  // below a log start inside the batch
        records.push_back({.offset = record.offset.value(),
                           .value = std::string(as_text(record.value.value_or(ByteView())))});
      }));
      next = batch.next_offset();
      rest = rest.subspan(batch.size());
    }
  }
  return records;
}

void Machine::run_timers(Milliseconds advance) {
  clock_.advance(advance);
  timers_.run_due(clock_.steady_now());
}

}  // namespace millrace::sim
