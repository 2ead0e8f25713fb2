#include "sim/machine.h"

#include <set>

#include "base/text.h"
#include "base/try.h"
#include "broker/catalog.h"
#include "io/read_chunks.h"
#include "record/batch_builder.h"
#include "record/batch_view.h"
#include "record/record_reader.h"

namespace millrace::sim {

namespace {

constexpr int64_t kReadBytes = 64 * 1024;

Result<void> keep_records(const record::BatchView& batch, Offset from, StoredRecords& records) {
  if (batch.is_control()) return {};
  bool rises = true;
  MILL_CHECK(record::for_each_record(batch, [&](const record::RecordView& record) {
    if (record.offset < from) return;  // below a log start inside the batch
    const int64_t offset = record.offset.value();
    rises = rises && (records.empty() || records.rbegin()->first < offset);
    Record& kept = records[offset];
    kept.key = as_text(record.key.value_or(ByteView()));
    if (record.value) kept.value = as_text(*record.value);
  }));
  if (rises) return {};
  return kafka_error(ErrorCode::corrupt_message,
                     cat("offsets do not rise in the batch at ", batch.base_offset()));
}

/// Reads from the log start on as a client does; `fn` gets each batch, where to begin in it, and
/// the aborted transactions that the answer named.
template <class Fn>
Result<void> for_each_batch(const broker::Partition& partition, broker::Isolation isolation,
                            Fn fn) {
  Offset next = partition.log_start_offset();
  const Offset end = isolation == broker::Isolation::read_committed ? partition.last_stable_offset()
                                                                    : partition.high_watermark();
  while (next < end) {
    MILL_TRY(auto data,
             partition.read({.from = next, .bytes_max = kReadBytes, .isolation = isolation}));
    MILL_TRY(const Bytes bytes, io::read_chunks(data.records));
    if (bytes.empty()) break;
    for (ByteView rest = bytes; !rest.empty();) {
      const auto parsed = record::BatchView::parse(rest);
      if (!parsed && rest.size() < bytes.size()) break;  // the last one may be cut short
      MILL_TRY(const auto batch, parsed);
      MILL_CHECK(batch.check_crc());
      MILL_CHECK(fn(batch, next, data.aborted_transactions));
      next = batch.next_offset();
      rest = rest.subspan(batch.size());
    }
  }
  return {};
}

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
                                            {"num.partitions", "2"},
                                            {"transaction.state.log.num.partitions", "2"},
                                            // Cleaned often, in small pieces and several rounds.
                                            {"log.cleaner.dedupe.buffer.size", "120"},
                                            {"log.cleaner.io.buffer.size", "1000"},
                                            {"log.cleaner.min.cleanable.ratio", "0.01"},
                                            {"log.index.interval.bytes", "64"}},
                                 .sync_threads = 0}));
  machine->offsets_log_ = std::make_unique<coordinator::BrokerOffsetsLog>(*machine->broker_);
  machine->groups_ = std::make_unique<coordinator::GroupCoordinator>(
      coordinator::coordinator_config(*machine->broker_), *machine->offsets_log_, clock,
      machine->timers_);
  machine->groups_->load();
  machine->transaction_log_ =
      std::make_unique<coordinator::BrokerTransactionLog>(*machine->broker_, *machine->groups_);
  machine->transactions_ = std::make_unique<coordinator::TransactionCoordinator>(
      coordinator::transaction_config(*machine->broker_->config()), *machine->transaction_log_,
      clock, machine->timers_);
  machine->transactions_->load();
  return machine;
}

ErrorCode Machine::init(TransactionalProducer& producer) {
  if (const auto error = transactions_->find_coordinator(); error != ErrorCode::none) return error;
  ErrorCode error = ErrorCode::request_timed_out;
  transactions_->init_producer(
      {.transactional_id = producer.transactional_id, .timeout_ms = 60'000},
      [&](coordinator::InitProducerResponse response) {
        error = response.error;
        producer.identity = response.producer;
        producer.next_sequences.clear();
      });
  return error;
}

ErrorCode Machine::add(const TransactionalProducer& producer,
                       const coordinator::TransactionPartition& partition) {
  ErrorCode error = ErrorCode::request_timed_out;
  transactions_->add_partitions({.transactional_id = producer.transactional_id,
                                 .producer = producer.identity,
                                 .partitions = {partition},
                                 .version = coordinator::TransactionVersion::v2},
                                [&error](ErrorCode added) { error = added; });
  return error;
}

AppendResult Machine::append(const broker::Partition& partition, const std::vector<Record>& records,
                             TransactionalProducer& producer) {
  const auto& id = partition.id();
  int32_t& sequence = producer.next_sequences[{id.topic, id.partition}];
  record::BatchBuilder builder({.is_transactional = true,
                                .producer_id = producer.identity.id,
                                .producer_epoch = producer.identity.epoch,
                                .base_sequence = sequence});
  for (const auto& record : records) {
    builder.add_text(clock_.wall_ms(), record.key, record.value);
  }
  const Bytes batch = *builder.build();
  const auto writable = broker_->catalog().find_partition(id.topic, id.partition);
  const auto guard =
      writable->verification_guard(producer.identity.id, producer.identity.epoch, sequence);
  if (!guard) return {.error = guard.error().kafka_code().value()};
  AppendResult result{.error = ErrorCode::request_timed_out};
  if (*guard != 0) {
    result.error = add(producer, {id.topic, id.partition});
    if (result.error != ErrorCode::none) return result;
  }
  writable->append({.records = batch, .acks = -1, .guard = *guard},
                   [&result](broker::ProduceOutcome outcome) {
                     result = {.error = outcome.error, .base_offset = outcome.base_offset.value()};
                   });
  if (result.error == ErrorCode::none) sequence += static_cast<int32_t>(records.size());
  return result;
}

ErrorCode Machine::commit(const std::string& group, const std::string& topic, PartitionId partition,
                          int64_t offset, const TransactionalProducer& producer) {
  const auto place = groups_->offsets_place(group);
  if (place.error != ErrorCode::none) return place.error;
  const auto guard =
      groups_->offsets_guard(place.partition, producer.identity.id, producer.identity.epoch);
  if (!guard) return guard.error().kafka_code().value();
  if (*guard != 0) {
    const auto error = add(producer, {std::string(broker::kOffsetsTopic), place.partition});
    if (error != ErrorCode::none) return error;
  }
  coordinator::OffsetCommitRequest request;
  request.group_id = group;
  request.transaction = {.producer_id = producer.identity.id,
                         .producer_epoch = producer.identity.epoch,
                         .guard = *guard};
  request.topics = {
      {.topic = topic, .partitions = {{.partition = partition, .offset = Offset(offset)}}}};
  ErrorCode error = ErrorCode::request_timed_out;
  groups_->commit_offsets(request, [&error](coordinator::OffsetCommitResponse response) {
    error = response.topics.at(0).partitions.at(0).error;
  });
  return error;
}

ErrorCode Machine::end(TransactionalProducer& producer, bool is_commit) {
  ErrorCode error = ErrorCode::request_timed_out;
  transactions_->end({.transactional_id = producer.transactional_id,
                      .producer = producer.identity,
                      .is_commit = is_commit,
                      .version = coordinator::TransactionVersion::v2},
                     [&](coordinator::EndTransactionResponse response) {
                       error = response.error;
                       producer.identity = response.producer;
                       producer.next_sequences.clear();
                     });
  return error;
}

std::optional<coordinator::ProducerIdentity> Machine::identity(
    const std::string& transactional_id) const {
  const auto described = transactions_->describe(transactional_id);
  if (described.error != ErrorCode::none) return std::nullopt;
  return described.transaction.producer;
}

Result<void> Machine::close() { return broker_->close(); }

AppendResult Machine::append(const broker::Partition& partition, const std::vector<Record>& records,
                             int16_t acks, ProducerState* producer) {
  record::BatchOptions options;
  if (producer != nullptr) {
    options.producer_id = producer->id;
    options.producer_epoch = 0;
    options.base_sequence = producer->next_sequence;
  }
  record::BatchBuilder builder(options);
  for (const auto& record : records) {
    builder.add_text(clock_.wall_ms(), record.key, record.value);
  }
  const Bytes batch = *builder.build();
  AppendResult result{.error = ErrorCode::request_timed_out};
  const auto& id = partition.id();
  const auto writable = broker_->catalog().find_partition(id.topic, id.partition);
  writable->append({.records = batch, .acks = acks}, [&result](broker::ProduceOutcome outcome) {
    result = {.error = outcome.error, .base_offset = outcome.base_offset.value()};
  });
  if (producer != nullptr && result.error == ErrorCode::none) {
    producer->next_sequence += static_cast<int32_t>(records.size());
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

Result<StoredRecords> Machine::read_all(const broker::Partition& partition) {
  StoredRecords records;
  MILL_CHECK(for_each_batch(partition, broker::Isolation::read_uncommitted,
                            [&](const record::BatchView& batch, Offset from, auto&) {
                              return keep_records(batch, from, records);
                            }));
  return records;
}

Result<StoredRecords> Machine::read_committed(const broker::Partition& partition) {
  StoredRecords records;
  std::set<ProducerId> aborting;
  MILL_CHECK(
      for_each_batch(partition, broker::Isolation::read_committed,
                     [&](const record::BatchView& batch, Offset from,
                         std::vector<broker::AbortedTransaction>& aborted) -> Result<void> {
                       std::erase_if(aborted, [&](const broker::AbortedTransaction& transaction) {
                         const bool has_begun = transaction.first_offset <= batch.last_offset();
                         if (has_begun) aborting.insert(transaction.producer_id);
                         return has_begun;
                       });
                       if (batch.is_control()) {
                         aborting.erase(batch.producer_id());
                         return {};
                       }
                       if (batch.is_transactional() && aborting.contains(batch.producer_id()))
                         return {};
                       return keep_records(batch, from, records);
                     }));
  return records;
}

bool Machine::clean(const broker::LogCleaner::Rest& rest) {
  return broker_->log_cleaner().clean_dirtiest(rest);
}

void Machine::run_timers(Milliseconds advance) {
  clock_.advance(advance);
  timers_.run_due(clock_.steady_now());
}

}  // namespace millrace::sim
