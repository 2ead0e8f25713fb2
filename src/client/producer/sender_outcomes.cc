// What becomes of batches that were sent: written, refused, tried again, given up.
#include <utility>

#include "base/text.h"
#include "client/producer/sender.h"
#include "client/topic_partition.h"

namespace millrace::client {
namespace {

/// Answers that leave open whether the batch was written.
bool is_open_ended(const Error& error) {
  return error.is(ErrorCode::request_timed_out) ||
         error.is(ErrorCode::not_enough_replicas_after_append) ||
         error.is(ErrorCode::kafka_storage_error);
}

/// A refusal means that nothing was written; after an attempt without an answer nobody knows.
Error frankly(const Batch& batch, Error error) {
  if (!batch.may_be_written || !error.kafka_code()) return error;
  return client_error(
      ClientErrc::disconnected,
      cat("it may be written, an attempt had no answer; the last one: ", error.to_string()));
}

/// Answers that come of looking for the leader in the wrong place.
bool is_of_stale_metadata(const Error& error) {
  return error.is(ErrorCode::not_leader_or_follower) || error.is(ErrorCode::leader_not_available) ||
         error.is(ErrorCode::unknown_topic_or_partition) || error.is(ErrorCode::unknown_topic_id) ||
         error.is(ErrorCode::inconsistent_topic_id) || error.is(ErrorCode::fenced_leader_epoch) ||
         error.is(ErrorCode::kafka_storage_error);
}

}  // namespace

Task<void> Sender::deliver(Self self, int32_t leader, LinkPtr link, std::vector<BatchPtr> batches) {
  Gateway& gateway = *self->gateway_;
  SteadyTime deadline = gateway.request_deadline(SteadyTime::max());
  for (const BatchPtr& batch : batches) deadline = std::min(deadline, batch->deadline());
  ProduceTerms terms = self->terms_.produce;
  if (self->transactions_) {
    terms.transactional_id = self->transactions_->id();
    terms.is_transaction_version_2 = self->transactions_->is_version_2();
  }
  auto producing = produce(gateway, std::move(link), std::move(terms), batches, deadline);
  const auto answers = co_await producing;
  if (!self->is_closed_) --self->nodes_[leader].in_flight;
  for (const BatchPtr& batch : batches) {
    self->progress_[batch->partition()].in_flight.erase(batch->number());
  }
  if (!answers && !self->is_closed_) gateway.forget();
  for (size_t i = 0; i < batches.size(); ++i) {
    if (!answers) {
      self->on_failed_request(batches[i], answers.error());
    } else if (const BatchAnswer& answer = answers->at(i); answer) {
      self->succeed(batches[i], *answer);
    } else {
      self->on_refused(batches[i], answer.error());
    }
  }
  self->wake();
}

void Sender::on_failed_request(const BatchPtr& batch, const Error& error) {
  batch->may_be_written = true;
  if (!worth_retrying(error)) return fail(batch, error);
  try_again(batch, error);
}

void Sender::on_refused(const BatchPtr& batch, Error error) {
  if (is_open_ended(error)) batch->may_be_written = true;
  if (is_of_stale_metadata(error)) gateway_->forget_topic(batch->partition().topic);
  const bool is_worth_it = worth_retrying(error) || may_renumber(*batch, error);
  if (!is_worth_it) return fail(batch, frankly(*batch, std::move(error)));
  try_again(batch, std::move(error));
}

bool Sender::may_renumber(Batch& batch, const Error& error) {
  if (!batch.stamped()) return false;
  const bool is_out_of_order = error.is(ErrorCode::out_of_order_sequence_number);
  // One before it was not written, and comes first now.
  if (is_out_of_order && batch.was_sent_behind) return true;
  // Without the ones before it this one is of no use to its transaction.
  if (transactions_) return false;
  Sequencing& sequencing = progress_[batch.partition()].sequencing;
  if (is_out_of_order) {
    // One before it was given up and not written. But both may still be on their way to the broker
    // from an attempt without an answer: under another number this one could be written twice.
    if (!sequencing.is_lost() || batch.may_be_written) return false;
    batch.unstamp();
    return true;
  }
  if (error.is(ErrorCode::unknown_producer_id) && !batch.may_be_written) {
    sequencing.lose();
    batch.unstamp();
    return true;
  }
  return false;
}

void Sender::try_again(const BatchPtr& batch, Error error) {
  const SteadyTime now = driver().now();
  batch->last_failure = error.to_string();
  if (batch->deadline() <= now) return fail(batch, too_late(*batch));
  if (is_closed_) return fail(batch, Gateway::closed_error());
  if (is_in_vain() || batch->retries >= terms_.retries)
    return fail(batch, frankly(*batch, std::move(error)));
  ++batch->retries;
  batch->retry_at = now + batch->backoff.next();
  batch->is_closed = true;
  accumulator_->note_retry();
  accumulator_->put_back(batch);
}

void Sender::succeed(const BatchPtr& batch, DeliveryState::Written written) {
  if (batch->stamped()) progress_[batch->partition()].sequencing.accept(*batch->stamped());
  accumulator_->release(*batch, true);
  batch->state()->succeed(written);
  call_back(batch);
}

void Sender::fail(const BatchPtr& batch, Error error) {
  if (transactions_) transactions_->fail(error);
  if (batch->stamped()) progress_[batch->partition()].sequencing.lose();
  accumulator_->release(*batch, false);
  batch->state()->fail(std::move(error));
  call_back(batch);
}

void Sender::call_back(const BatchPtr& batch) {
  batch->call_back();
  batch->state()->end();
  accumulator_->forget(*batch);
  if (transactions_) transactions_->on_change();
}

void Sender::fail_waiting(const Error& error, const std::string* topic) {
  std::vector<BatchPtr> taken;
  accumulator_->visit([&](const TopicPartition& name, BatchQueue& queue) {
    if (topic != nullptr && name.topic != *topic) return;
    for (BatchPtr& batch : std::exchange(queue, {})) taken.push_back(std::move(batch));
  });
  for (const BatchPtr& batch : taken) fail(batch, error);
}

Error Sender::too_late(const Batch& batch) const {
  const std::string& why = batch.last_failure.empty() ? last_trouble_ : batch.last_failure;
  return client_error(
      ClientErrc::timed_out,
      cat("writing to ", batch.partition(), ": no outcome in ", terms_.delivery_timeout.count(),
          " ms", why.empty() ? "" : "; last: ", why));
}

}  // namespace millrace::client
