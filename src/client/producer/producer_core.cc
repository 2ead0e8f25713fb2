#include "client/producer/producer_core.h"

#include <algorithm>
#include <utility>

#include "base/deadline.h"
#include "base/text.h"
#include "base/try.h"
#include "client/client_options.h"
#include "client/error.h"

namespace millrace::client {
namespace {

using Options = millrace::ProducerOptions;

/// Of a Produce request with one batch, beside the batch and the topic's name.
constexpr size_t kRequestOverhead = 128;
/// How long the end of a producer waits for its own process.
constexpr Milliseconds kAbandonTime{1'000};

record::Compression compression_of(const Options& options) {
  return {.codec = static_cast<record::Codec>(options.compression),
          .level = options.compression_level};
}

size_t batch_bytes_of(const Options& options) {
  return std::min(options.batch_bytes, options.request_bytes_max);
}

Accumulator::Limits limits_of(const ClientOptions& client, const Options& options) {
  return {.batch_bytes = batch_bytes_of(options),
          .buffer_bytes = options.buffer_bytes,
          .linger = options.linger,
          .delivery_timeout = options.delivery_timeout,
          .compression = compression_of(options),
          .is_transactional = !options.transactional_id.empty(),
          .backoff = Backoff(client.retry_backoff, client.retry_backoff_max)};
}

Sender::Terms terms_of(const ClientOptions& client, const Options& options) {
  return {.produce = {.acks = static_cast<int16_t>(options.acks),
                      .timeout = client.request_timeout,
                      .is_zstd = options.compression == Compression::zstd},
          .is_idempotent = options.idempotence.value_or(
              options.acks == Acks::all && options.max_in_flight <= kInFlightOfIdempotent),
          .max_in_flight = options.max_in_flight,
          .retries = options.retries,
          .request_bytes_max = options.request_bytes_max,
          .delivery_timeout = options.delivery_timeout,
          .transactional_id = options.transactional_id,
          .transaction_timeout = options.transaction_timeout};
}

}  // namespace

ProducerCore::ProducerCore(std::shared_ptr<ClientCore> client, const Options& options)
    : client_(std::move(client)),
      driver_(client_->driver()),
      max_block_(options.max_block),
      record_bytes_max_(options.request_bytes_max),
      accumulator_(std::make_shared<Accumulator>(limits_of(client_->options(), options))),
      chooser_(options.partitioner, options.custom_partitioner, batch_bytes_of(options)),
      sender_(std::make_shared<Sender>(client_, accumulator_, views_,
                                       terms_of(client_->options(), options))) {}

Delivery ProducerCore::refused(Error error) {
  return {std::make_shared<DeliveryState>(std::move(error)), 0};
}

Delivery ProducerCore::send(const ProducerRecord& record) {
  DeliveryCallback none;
  auto placed = place(record, none);
  if (!placed) return refused(std::move(placed).error());
  return {std::move(placed->state), placed->index};
}

void ProducerCore::send(const ProducerRecord& record, DeliveryCallback callback) {
  auto placed = place(record, callback);
  if (placed) return;
  driver_.post(
      [callback = std::move(callback), error = std::move(placed).error()] { callback(error); });
}

Result<void> ProducerCore::check_record(const ProducerRecord& record) const {
  if (record.topic.empty()) {
    return client_error(ClientErrc::invalid_argument, "the record names no topic");
  }
  if (record.partition && *record.partition < 0) {
    return client_error(ClientErrc::invalid_argument,
                        cat("there is no partition ", *record.partition));
  }
  if (record.timestamp_ms && *record.timestamp_ms < 0) {
    return client_error(ClientErrc::invalid_argument,
                        cat("timestamp_ms is ", *record.timestamp_ms, "; it must not be negative"));
  }
  const size_t size =
      Batch::bytes_of(record) + record::kBatchHeaderSize + kRequestOverhead + record.topic.size();
  if (size > record_bytes_max_) {
    return kafka_error(ErrorCode::message_too_large, cat("a record of ", size,
                                                         " bytes with what goes around it; "
                                                         "request_bytes_max is ",
                                                         record_bytes_max_));
  }
  return {};
}

Result<ProducerCore::Placed> ProducerCore::place(const ProducerRecord& record,
                                                 DeliveryCallback& callback) {
  MILL_CHECK(check_record(record));
  const Accumulator::Moment moment = moment_of(record);
  MILL_TRY(const auto view, topic(record.topic, moment.now));
  MILL_TRY(const int32_t partition, partition_of(record, *view));
  MILL_TRY(auto added, accumulator_->add(record, partition, moment, callback, sender_, nullptr));
  if (!added) {
    const SteadyTime deadline = later(moment.now, max_block_);
    MILL_TRY(auto waited, wait_for_room(record, partition, callback, deadline));
    added = std::move(waited);
  }
  if (added->is_news) sender_->wake();
  return *std::move(added);
}

Accumulator::Moment ProducerCore::moment_of(const ProducerRecord& record) const {
  return {.now = driver_.now(),
          .timestamp_ms = record.timestamp_ms ? *record.timestamp_ms : driver_.clock().wall_ms()};
}

Result<const TopicView*> ProducerCore::topic(std::string_view name, SteadyTime now) {
  if (const TopicView* const known = views_->find(name)) {
    // An old view still serves; a new one comes meanwhile.
    if (known->asked_at + client_->options().metadata_max_age <= now) {
      sender_->learn(std::string(name));
    }
    return known;
  }
  if (driver_.inside() || max_block_ == milliseconds(0)) {
    sender_->learn(std::string(name));
    return client_error(ClientErrc::buffer_full, cat("the partitions of '", name,
                                                     "' are not known yet, and this call may "
                                                     "not wait for them"));
  }
  MILL_CHECK(sender_->find_out(std::string(name), later(now, max_block_)));
  return views_->find(name);
}

Result<int32_t> ProducerCore::partition_of(const ProducerRecord& record, const TopicView& topic) {
  if (topic.partition_count < 1) {
    return client_error(ClientErrc::malformed,
                        cat("the broker says that topic '", record.topic, "' has no partitions"));
  }
  if (!record.partition) return chooser_.choose(record, topic);
  if (*record.partition < topic.partition_count) return *record.partition;
  return kafka_error(ErrorCode::unknown_topic_or_partition,
                     cat("topic '", record.topic, "' has partitions 0 to ",
                         topic.partition_count - 1, ", not ", *record.partition));
}

Result<ProducerCore::Placed> ProducerCore::wait_for_room(const ProducerRecord& record,
                                                         int32_t partition,
                                                         DeliveryCallback& callback,
                                                         SteadyTime deadline) {
  for (;;) {
    const auto room = std::make_shared<Event>();
    MILL_TRY(auto added,
             accumulator_->add(record, partition, moment_of(record), callback, sender_, room));
    if (added) return *std::move(added);
    sender_->wake();
    const bool may_wait = max_block_ > milliseconds(0) && !driver_.inside();
    if (may_wait && driver_.wait(*room, deadline)) continue;
    accumulator_->leave(room);
    return client_error(ClientErrc::buffer_full, "there is no room in the producer's buffer");
  }
}

Result<void> ProducerCore::flush(milliseconds limit) {
  if (driver_.inside()) {
    return client_error(ClientErrc::wrong_state, "a delivery callback cannot flush");
  }
  const SteadyTime deadline = driver_.deadline_in(limit);
  const auto undecided = accumulator_->hurry_all();
  if (!undecided.empty()) sender_->wake();
  for (const auto& state : undecided) {
    if (!state->wait_for_end(driver_, deadline)) {
      return client_error(ClientErrc::timed_out, "records are still undecided");
    }
  }
  return {};
}

Result<int32_t> ProducerCore::partition_count(const std::string& topic) {
  if (const TopicView* const known = views_->find(topic)) return known->partition_count;
  const SteadyTime deadline = driver_.deadline_in(max_block_);
  MILL_TRY(const auto found, sender_->find_out(topic, deadline));
  return found->partition_count;
}

Result<void> ProducerCore::close(milliseconds limit) {
  if (driver_.inside()) {
    return client_error(ClientErrc::wrong_state, "a delivery callback cannot close its producer");
  }
  accumulator_->close();
  auto ended = sender_->transactions() != nullptr
                   ? transact([limit](auto sender) { return Transactions::clear(sender, limit); })
                   : flush(limit);
  abandon();
  // Nothing was left to be ended.
  if (!ended && ended.error().is(ClientErrc::closed)) return {};
  return ended;
}

template <class Call>
Result<void> ProducerCore::transact(Call call) {
  if (sender_->transactions() == nullptr) {
    return client_error(ClientErrc::wrong_state, "the producer has no transactional_id");
  }
  return client_->wait_for<void>([sender = sender_, call] { return call(sender); });
}

Result<void> ProducerCore::init_transactions() {
  const Milliseconds limit = client_->options().api_timeout;
  return transact([limit](auto sender) { return Transactions::init(sender, limit); });
}

Result<void> ProducerCore::begin() {
  const Milliseconds limit = client_->options().api_timeout;
  return transact([limit](auto sender) { return Transactions::begin(sender, limit); });
}

Result<void> ProducerCore::send_offsets(const Offsets& offsets, GroupIdentity group) {
  const Milliseconds limit = client_->options().api_timeout;
  return transact([limit, offsets, group = std::move(group)](auto sender) {
    return Transactions::send_offsets(sender, group, offsets, limit);
  });
}

Result<void> ProducerCore::end_transaction(bool commits) {
  const Milliseconds limit = client_->options().api_timeout;
  return transact(
      [limit, commits](auto sender) { return Transactions::end(sender, commits, limit); });
}

void ProducerCore::abort_transaction() {
  const Milliseconds limit = client_->options().api_timeout;
  driver_.post([sender = sender_, limit] { spawn(Transactions::clear_behind(sender, limit)); });
}

void ProducerCore::abandon() {
  accumulator_->close();
  const auto done = std::make_shared<Event>();
  driver_.post([sender = sender_, done] {
    sender->abort();
    done->set();
  });
  if (!driver_.inside()) (void)driver_.wait(*done, driver_.deadline_in(kAbandonTime));
}

}  // namespace millrace::client
