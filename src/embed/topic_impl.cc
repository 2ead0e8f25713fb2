#include "embed/topic_impl.h"

#include <condition_variable>
#include <optional>
#include <utility>
#include <vector>

#include "base/deadline.h"
#include "base/text.h"
#include "base/try.h"
#include "broker/broker.h"
#include "broker/fetch.h"
#include "client/error.h"
#include "record/batch_builder.h"

namespace millrace::embed {

namespace {

using client::client_error;

/// Set once by whoever brings a value; taken by the one thread that waits for it.
template <class T>
class Awaited {
 public:
  void set(T value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
    changed_.notify_one();
  }
  /// Nothing where it does not come before the deadline.
  std::optional<T> take(SteadyTime deadline) {
    std::unique_lock lock(mutex_);
    const auto is_there = [this] { return value_.has_value(); };
    if (deadline == SteadyTime::max()) {
      changed_.wait(lock, is_there);
    } else {
      changed_.wait_until(lock, deadline, is_there);
    }
    return std::exchange(value_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<T> value_;
};

Error closed_error(const std::string& topic) {
  return client_error(ClientErrc::closed, cat("the broker of ", topic, " is closed"));
}

/// One batch of a plain client.
Result<Bytes> batch_of(std::span<const LogRecord> records, int64_t now_ms) {
  record::BatchBuilder builder;
  std::vector<record::HeaderView> headers;
  for (const LogRecord& record : records) {
    headers.clear();
    for (const Header& header : record.headers) {
      headers.push_back(
          {.key = header.key,
           .value = header.value ? std::optional(as_bytes(*header.value)) : std::nullopt});
    }
    builder.add({.timestamp = record.timestamp_ms.value_or(now_ms),
                 .key = record.key ? std::optional(as_bytes(*record.key)) : std::nullopt,
                 .value = record.value ? std::optional(as_bytes(*record.value)) : std::nullopt,
                 .headers = headers});
  }
  return builder.build();
}

broker::Isolation isolation_of(Isolation isolation) {
  return isolation == Isolation::read_committed ? broker::Isolation::read_committed
                                                : broker::Isolation::read_uncommitted;
}

}  // namespace

TopicImpl::TopicImpl(std::shared_ptr<Gate> gate, broker::TopicPtr topic, bool may_wait)
    : gate_(std::move(gate)),
      name_(topic->name),
      id_(topic->id),
      may_wait_(may_wait),
      topic_(std::move(topic)) {}

broker::TopicPtr TopicImpl::topic(const handlers::Services& services) {
  auto now = services.broker->catalog().find(id_);
  const std::lock_guard lock(mutex_);
  if (now) topic_ = std::move(now);
  return topic_;
}

template <class T, class Visit>
Result<T> TopicImpl::with(int32_t number, Visit visit) {
  std::optional<Result<T>> answer;
  const bool is_inside = gate_->enter([&](const handlers::Services& services) {
    broker::TopicPtr known;
    {
      const std::lock_guard lock(mutex_);
      known = topic_;
    }
    auto partition = known->partition(PartitionId(number));
    if (!partition) partition = topic(services)->partition(PartitionId(number));
    if (!partition) {
      answer.emplace(
          client_error(ClientErrc::invalid_argument,
                       cat(name_, " has no partition ", number, "; they are numbered from 0 to ",
                           known->partition_count() - 1)));
      return;
    }
    answer.emplace(visit(*partition, services));
  });
  if (!is_inside) return closed_error(name_);
  return *std::move(answer);
}

int32_t TopicImpl::partition_count() {
  gate_->enter([this](const handlers::Services& services) { topic(services); });
  const std::lock_guard lock(mutex_);
  return topic_->partition_count();
}

Result<int64_t> TopicImpl::append(int32_t partition, std::span<const LogRecord> records,
                                  Acks acks) {
  if (records.empty()) {
    return client_error(ClientErrc::invalid_argument, "there is no record to append");
  }
  if (acks == Acks::none) {
    return client_error(ClientErrc::invalid_argument,
                        "an append answers an offset; acks is all or leader");
  }
  const auto outcome = std::make_shared<Awaited<broker::ProduceOutcome>>();
  MILL_CHECK(with<void>(
      partition, [&](broker::Partition& log, const handlers::Services& services) -> Result<void> {
        MILL_TRY(const Bytes batch, batch_of(records, services.broker->clock().wall_ms()));
        log.append({.records = batch, .acks = static_cast<int16_t>(acks)},
                   [outcome](broker::ProduceOutcome answer) { outcome->set(std::move(answer)); });
        return {};
      }));
  auto answer = outcome->take(SteadyTime::max());
  if (answer->error == ErrorCode::none) return answer->base_offset.value();
  // What ends with its broker is retired.
  if (answer->error == ErrorCode::not_leader_or_follower) return closed_error(name_);
  std::string message = answer->message.empty()
                            ? cat(name_, "-", partition, " did not take the records")
                            : std::move(answer->message);
  for (const auto& fault : answer->record_errors) {
    message += cat("; record ", fault.batch_index, ": ", fault.message);
  }
  return kafka_error(answer->error, std::move(message));
}

Result<std::unique_ptr<ReadRecords>> TopicImpl::read_now(int32_t partition,
                                                         const ReadOptions& options,
                                                         int64_t& readable_stamp) {
  return with<std::unique_ptr<ReadRecords>>(
      partition,
      [&](const broker::Partition& log,
          const handlers::Services&) -> Result<std::unique_ptr<ReadRecords>> {
        MILL_TRY(auto data, log.read({.from = Offset(options.offset),
                                      .bytes_max = static_cast<int64_t>(options.bytes_max),
                                      .isolation = isolation_of(options.isolation)}));
        readable_stamp = data.readable_stamp;
        return read_records(std::move(data), Offset(options.offset), options.isolation);
      });
}

Result<void> TopicImpl::wait_for_more(int32_t partition, const ReadOptions& options,
                                      int64_t readable_stamp, SteadyTime deadline) {
  const auto more = std::make_shared<Awaited<bool>>();
  const auto waiter = std::make_shared<broker::FetchWaiter>(1, [more] { more->set(true); });
  const auto isolation = isolation_of(options.isolation);
  MILL_CHECK(with<void>(partition, [&](broker::Partition& log, const handlers::Services&) {
    log.add_waiter(waiter, isolation, readable_stamp);
    return Result<void>();
  }));
  more->take(deadline);
  return with<void>(partition, [&](broker::Partition& log, const handlers::Services&) {
    log.remove_waiter(*waiter);
    return Result<void>();
  });
}

Result<LogRecords> TopicImpl::read(int32_t partition, const ReadOptions& options) {
  // Sleeps are the system's, also where the broker's clock is turned by hand.
  const SteadyTime deadline = later(std::chrono::steady_clock::now(), options.wait);
  ReadOptions rest = options;
  for (;;) {
    int64_t readable_stamp = 0;
    MILL_TRY(auto read, read_now(partition, rest, readable_stamp));
    // Markers and aborted records alone are nothing to answer as long as there is time.
    const bool has_moved = read->next_offset > rest.offset;
    const bool is_late = !may_wait_ || std::chrono::steady_clock::now() >= deadline;
    if (!read->records.empty() || is_late) {
      LogRecords records;
      records.read_ = std::move(read);
      return records;
    }
    rest.offset = read->next_offset;
    if (!has_moved) MILL_CHECK(wait_for_more(partition, rest, readable_stamp, deadline));
  }
}

int64_t TopicImpl::log_start_offset(int32_t partition) {
  return with<int64_t>(partition,
                       [](const broker::Partition& log, const handlers::Services&) {
                         return Result<int64_t>(log.log_start_offset().value());
                       })
      .value_or(-1);
}

int64_t TopicImpl::high_watermark(int32_t partition) {
  return with<int64_t>(partition,
                       [](const broker::Partition& log, const handlers::Services&) {
                         return Result<int64_t>(log.high_watermark().value());
                       })
      .value_or(-1);
}

Result<int64_t> TopicImpl::offset_for_time(int32_t partition, int64_t timestamp_ms) {
  if (timestamp_ms < 0) {
    return client_error(ClientErrc::invalid_argument,
                        cat("timestamp_ms is ", timestamp_ms, "; times count from 0"));
  }
  return with<int64_t>(
      partition, [&](const broker::Partition& log, const handlers::Services&) -> Result<int64_t> {
        MILL_TRY(const auto found,
                 log.list_offset(timestamp_ms, broker::Isolation::read_uncommitted));
        const Offset offset = found.offset < Offset(0) ? log.high_watermark() : found.offset;
        return offset.value();
      });
}

}  // namespace millrace::embed
