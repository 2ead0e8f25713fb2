#include "handlers/harness.h"

#include <algorithm>

#include "broker/partition.h"
#include "io/read_chunks.h"
#include "record/batch_builder.h"
#include "record/record_reader.h"

namespace millrace::handlers {

HandlersTest::HandlersTest() {
  open();
  connection_ = std::make_shared<const ConnectionInfo>(ConnectionInfo{
      .client_host = "/127.0.0.1", .advertised_host = "localhost", .advertised_port = 9092});
}

void HandlersTest::crash() {
  transactions_.reset();
  transaction_log_.reset();
  groups_.reset();
  offsets_log_.reset();
  broker_.reset();
  open();
}

void HandlersTest::open() {
  auto opened = broker::Broker::open({.file_system = &disk_,
                                      .dir = "data",
                                      .clock = &clock_,
                                      .timers = &timers_,
                                      .sync_threads = 0});
  EXPECT_TRUE(opened) << opened.error().message();
  broker_ = *std::move(opened);
  offsets_log_ = std::make_unique<coordinator::BrokerOffsetsLog>(*broker_);
  groups_ = std::make_unique<coordinator::GroupCoordinator>(
      coordinator::coordinator_config(*broker_), *offsets_log_, clock_, timers_);
  groups_->load();
  transaction_log_ = std::make_unique<coordinator::BrokerTransactionLog>(*broker_, *groups_);
  transactions_ = std::make_unique<coordinator::TransactionCoordinator>(
      coordinator::transaction_config(*broker_->config()), *transaction_log_, clock_, timers_);
  transactions_->load();
}

std::shared_ptr<HandlersTest::Told> HandlersTest::send(ByteView frame,
                                                       std::function<void(const Told&)> then) {
  auto told = std::make_shared<Told>();
  // Memory of exactly the frame's size, so that the asan preset sees a read beyond it.
  auto memory = std::shared_ptr<std::byte[]>(new std::byte[frame.size()]);
  std::ranges::copy(frame, memory.get());
  dispatch({.broker = broker_.get(),
            .groups = groups_.get(),
            .transactions = transactions_.get(),
            .faults = faults_,
            .metrics = metrics_},
           connection_, SharedBytes(memory, {memory.get(), frame.size()}),
           [told, then = std::move(then)](Answer answer) {
             ++told->answers;
             told->last = std::move(answer);
             if (then) then(*told);
           });
  return told;
}

Bytes HandlersTest::joined(const wire::EncodedMessage& message) {
  return *io::read_chunks(message.chunks);
}

void HandlersTest::pass(Milliseconds time) {
  clock_.advance(time);
  timers_.run_due(clock_.steady_now());
}

broker::Catalog& HandlersTest::catalog() { return broker_->catalog(); }

Uuid HandlersTest::create(const std::string& topic, int32_t partitions) {
  const auto created = catalog().create({.name = topic, .partitions = partitions});
  EXPECT_TRUE(created) << created.error().message();
  return created->id;
}

void HandlersTest::write(const std::string& topic, const std::vector<std::string>& values) {
  const Bytes batch = batch_of(values);
  catalog()
      .find_partition(topic, PartitionId(0))
      ->append({.records = batch, .acks = 1}, [](const broker::ProduceOutcome& outcome) {
        EXPECT_EQ(outcome.error, ErrorCode::none);
      });
}

Bytes batch_of(const std::vector<std::string>& values) {
  record::BatchBuilder builder;
  for (const auto& value : values) builder.add_text(0, std::nullopt, value);
  return *builder.build();
}

std::vector<std::string> values_in(const wire::FetchRecords& records) {
  std::vector<std::string> values;
  const Bytes bytes = *io::read_chunks(records.chunks);
  for (ByteView rest = bytes; !rest.empty();) {
    const auto batch = record::BatchView::parse(rest);
    EXPECT_TRUE(batch);
    if (!batch) break;
    EXPECT_TRUE(record::for_each_record(*batch, [&](const record::RecordView& record) {
      values.emplace_back(as_text(record.value.value_or(ByteView())));
    }));
    rest = rest.subspan(batch->size());
  }
  return values;
}

}  // namespace millrace::handlers
