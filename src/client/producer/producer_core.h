// ProducerCore: what stands behind a Producer.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/home_process.h"
#include "client/client_core.h"
#include "client/producer/accumulator.h"
#include "client/producer/partition_chooser.h"
#include "client/producer/sender.h"
#include "client/producer/topic_views.h"
#include "millrace/producer.h"

namespace millrace::client {

/// Thread-safe. Sending threads choose the partition and put the record into the accumulator; the
/// sender does the rest inside the client's driver.
class ProducerCore {
 public:
  /// `options` were checked.
  ProducerCore(std::shared_ptr<ClientCore> client, const millrace::ProducerOptions& options);
  ~ProducerCore() { abandon(); }
  ProducerCore(const ProducerCore&) = delete;
  ProducerCore& operator=(const ProducerCore&) = delete;
  const HomeProcess& home() const { return home_; }

  Delivery send(const ProducerRecord& record);
  void send(const ProducerRecord& record, DeliveryCallback callback);
  Result<void> flush(milliseconds limit);
  Result<int32_t> partition_count(const std::string& topic);
  ProducerStatistics statistics() const { return accumulator_->statistics(); }
  Result<void> close(milliseconds limit);

  // As Producer and Transaction have them.
  Result<void> init_transactions();
  Result<void> begin();
  Result<void> send_offsets(const Offsets& offsets, GroupIdentity group);
  Result<void> end_transaction(bool commits);
  /// Behind the caller's back.
  void abort_transaction();

  /// Fails what is undecided, without waiting for anybody but this process.
  void abandon();

  /// A delivery that failed before it began.
  static Delivery refused(Error error);

 private:
  using Placed = Accumulator::Added;

  /// Takes the callback only with the record.
  Result<Placed> place(const ProducerRecord& record, DeliveryCallback& callback);
  Result<void> check_record(const ProducerRecord& record) const;
  /// Good until this thread's next look-up.
  Result<const TopicView*> topic(std::string_view name, SteadyTime now);
  Result<int32_t> partition_of(const ProducerRecord& record, const TopicView& topic);
  Result<Placed> wait_for_room(const ProducerRecord& record, int32_t partition,
                               DeliveryCallback& callback, SteadyTime deadline);
  Accumulator::Moment moment_of(const ProducerRecord& record) const;
  /// Runs a call of Transactions and waits for its end.
  template <class Call>
  Result<void> transact(Call call);

  const HomeProcess home_;
  const std::shared_ptr<ClientCore> client_;
  Driver& driver_;
  const milliseconds max_block_;
  const size_t record_bytes_max_;
  const std::shared_ptr<Accumulator> accumulator_;
  const std::shared_ptr<TopicViews> views_ = std::make_shared<TopicViews>();
  PartitionChooser chooser_;
  const std::shared_ptr<Sender> sender_;
};

}  // namespace millrace::client
