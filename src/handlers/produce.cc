// Produce: appends one batch for each partition named, and answers when all of them are as durable
// as `acks` asks.
#include "wire/messages/produce.h"

#include <atomic>
#include <optional>
#include <utility>

#include "broker/partition.h"
#include "handlers/errors.h"
#include "handlers/handlers.h"
#include "handlers/transaction_admission.h"
#include "record/batch_view.h"
#include "record/validator.h"

namespace millrace::handlers {

namespace {

constexpr int16_t kFirstWithZstd = 7;
constexpr int16_t kFirstWithAbortable = 11;
constexpr int16_t kFirstOfTransactionsTwo = 12;
constexpr int16_t kFirstWithTopicIds = 13;

wire::ProduceResponse::Partition refused(int32_t index, ErrorCode error) {
  return {.index = index, .error_code = error, .base_offset = -1};
}

wire::ProduceResponse::Partition refused(int32_t index, record::ValidationFailure failure) {
  auto answer = refused(index, failure.code);
  answer.error_message = std::move(failure.message);
  return answer;
}

wire::ProduceResponse::Partition translate(int32_t index, broker::ProduceOutcome outcome) {
  wire::ProduceResponse::Partition partition{
      .index = index,
      .error_code = outcome.error,
      .base_offset = outcome.base_offset.value(),
      .log_append_time_ms = outcome.log_append_time_ms,
      .log_start_offset = outcome.log_start_offset.value(),
  };
  for (auto& fault : outcome.record_errors) {
    partition.record_errors.push_back(
        {.batch_index = fault.batch_index, .batch_index_error_message = std::move(fault.message)});
  }
  if (!outcome.message.empty()) partition.error_message = std::move(outcome.message);
  return partition;
}

// A partition's share of the request.
struct Target {
  size_t topic_at = 0;
  size_t partition_at = 0;
  broker::PartitionPtr partition;
  /// Why nothing is appended.
  ErrorCode refusal = ErrorCode::none;
  ByteView records;
  bool is_internal = false;
  /// Whether there is anything to append, as far as the request tells.
  bool is_sound = false;
  /// Of a transactional batch.
  std::optional<coordinator::ProducerIdentity> producer;
  /// Of the batch that may begin a transaction here; 0 for others.
  broker::VerificationGuard guard = 0;
};

// Collects the outcomes of all partitions; whoever brings the last one answers. Each partition
// writes to a place of its own, so that only the count is shared.
class PendingProduce {
 public:
  explicit PendingProduce(const ProduceCall& call) : call_(call) {
    for (const auto& topic : call_.request.topic_data) {
      auto& answer = response_.responses.emplace_back();
      answer.name = topic.name;
      answer.topic_id = topic.topic_id;
      answer.partition_responses.resize(topic.partition_data.size());
      missing_ += topic.partition_data.size();
    }
  }

  const ProduceCall& call() const { return call_; }

  void set(size_t topic, size_t partition, wire::ProduceResponse::Partition outcome) {
    response_.responses[topic].partition_responses[partition] = std::move(outcome);
    if (missing_.fetch_sub(1) == 1) answer();
  }

  void answer() {
    std::erase_if(response_.responses,
                  [](const auto& topic) { return topic.partition_responses.empty(); });
    if (call_.request.acks != 0) return call_.respond(response_);
    // The client does not listen; closing is the only way to tell it to look again.
    any_error() ? call_.respond.close() : call_.respond.no_reply();
  }

  void refuse_all(const record::ValidationFailure& fault) {
    for (size_t t = 0; t < response_.responses.size(); ++t) {
      const auto& asked = call_.request.topic_data[t].partition_data;
      for (size_t p = 0; p < asked.size(); ++p) set(t, p, refused(asked[p].index, fault));
    }
  }

  bool nothing_to_do() const { return missing_ == 0; }

  /// The connection's next request with transactional batches may begin.
  void end_turn() { call_.context.connection->transactional_writes->end(); }

 private:
  bool any_error() const {
    for (const auto& topic : response_.responses) {
      for (const auto& partition : topic.partition_responses) {
        if (partition.error_code != ErrorCode::none) return true;
      }
    }
    return false;
  }

  const ProduceCall call_;
  wire::ProduceResponse response_;
  std::atomic<size_t> missing_ = 0;
};

struct Found {
  broker::TopicPtr topic;
  /// Why there is none.
  ErrorCode error = ErrorCode::none;
};

Found find_topic(const ProduceCall& call, const wire::ProduceRequest::Topic& asked) {
  const auto& catalog = call.context.broker().catalog();
  const bool by_id = call.version() >= kFirstWithTopicIds;
  auto topic = by_id ? catalog.find(asked.topic_id) : catalog.find(asked.name);
  if (by_id && topic == nullptr) return {nullptr, ErrorCode::unknown_topic_id};
  if (!call.context.allowed_on_topic(broker::Operation::write, by_id ? topic->name : asked.name)) {
    return {nullptr, ErrorCode::topic_authorization_failed};
  }
  if (topic == nullptr) return {nullptr, ErrorCode::unknown_topic_or_partition};
  return {std::move(topic), ErrorCode::none};
}

ErrorCode refusal_of(const ProduceCall& call, const Target& target) {
  if (target.refusal != ErrorCode::none) return target.refusal;
  if (!target.is_sound) return ErrorCode::none;  // appending tells what is wrong
  const int16_t acks = call.request.acks;
  if (acks < -1 || acks > 1) return ErrorCode::invalid_required_acks;
  return target.is_internal ? ErrorCode::invalid_topic_exception : ErrorCode::none;
}

void append(const std::shared_ptr<PendingProduce>& pending, const Target& target) {
  const ProduceCall& call = pending->call();
  const size_t topic_at = target.topic_at;
  const size_t partition_at = target.partition_at;
  const int32_t index = call.request.topic_data[topic_at].partition_data[partition_at].index;
  const ErrorCode refusal = refusal_of(call, target);
  if (refusal != ErrorCode::none) {
    return pending->set(topic_at, partition_at, refused(index, refusal));
  }
  target.partition->append(
      {.records = target.records,
       .acks = call.request.acks,
       .zstd_allowed = call.version() >= kFirstWithZstd,
       .guard = target.guard},
      [pending, topic_at, partition_at, index](broker::ProduceOutcome outcome) {
        pending->set(topic_at, partition_at, translate(index, std::move(outcome)));
      });
}

// What a partition refuses because the coordinator could not say yes now: clients try again.
ErrorCode refusal_of(ErrorCode error, int16_t version) {
  switch (error) {
    case ErrorCode::concurrent_transactions:
      return version >= kFirstOfTransactionsTwo ? error : ErrorCode::not_enough_replicas;
    case ErrorCode::coordinator_load_in_progress:
    case ErrorCode::coordinator_not_available:
    case ErrorCode::not_coordinator: return ErrorCode::not_enough_replicas;
    default: return error;
  }
}

// Kafka says more where a producer can do something about it.
wire::ProduceResponse::Partition not_admitted(int32_t index, ErrorCode error) {
  auto answer = refused(index, error);
  if (error == ErrorCode::invalid_txn_state) {
    answer.error_message = "Partition was not added to the transaction";
  } else if (error == ErrorCode::not_enough_replicas) {
    answer.error_message = "Unable to verify the partition has been added to the transaction.";
  }
  return answer;
}

// Looks at the batch's header: whether it belongs to a transaction. What is damaged is found out
// when it is appended.
void look_at_producer(Target& target) {
  const auto header = record::BatchHeader::parse(target.records);
  if (!header || !header->is_transactional() || !header->has_producer_id()) return;
  target.producer = {.id = header->producer_id(), .epoch = header->producer_epoch()};
}

// Finds the guard of a batch that the transaction may begin with on its partition; refuses one of
// an epoch that is over there.
void look_at_transaction(const ProduceCall& call, Target& target) {
  target.guard = 0;
  if (!target.producer || target.refusal != ErrorCode::none) return;
  const auto header = record::BatchHeader::parse(target.records);
  const auto guard = target.partition->verification_guard(
      target.producer->id, target.producer->epoch, header->base_sequence(),
      call.version() >= kFirstOfTransactionsTwo ? broker::FirstSequence::zero
                                                : broker::FirstSequence::any);
  if (guard) {
    target.guard = *guard;
  } else {
    target.refusal = to_wire(guard.error());
  }
}

Admission admission_of(const ProduceCall& call, const std::vector<Target>& targets) {
  Admission admission{.transactional_id = call.request.transactional_id.value_or(""),
                      .producer = *targets.front().producer,
                      .partitions = {},
                      .version = call.version() >= kFirstOfTransactionsTwo
                                     ? coordinator::TransactionVersion::v2
                                     : coordinator::TransactionVersion::v1,
                      .knows_abortable = call.version() >= kFirstWithAbortable};
  for (const Target& target : targets) {
    admission.partitions.insert({target.partition->id().topic, target.partition->id().partition});
  }
  return admission;
}

enum class MayAskAgain : uint8_t { no, yes };

// Batches that may begin a transaction on their partition: it is known to the coordinator first.
// The end of the producer's last transaction takes their guards along where the coordinator waited
// for that end before it said yes; with new ones it is asked once more.
void admit_and_append(const std::shared_ptr<PendingProduce>& pending, std::vector<Target> targets,
                      MayAskAgain may_ask_again) {
  auto admission = admission_of(pending->call(), targets);
  admit(pending->call().context, std::move(admission),
        [pending, targets = std::move(targets),
         may_ask_again](const coordinator::VerifiedPartitions& admitted) {
          std::vector<Target> asked_again;
          for (Target target : targets) {
            const auto& id = target.partition->id();
            const ErrorCode error = admitted.at({id.topic, id.partition});
            if (error != ErrorCode::none) {
              pending->set(
                  target.topic_at, target.partition_at,
                  not_admitted(id.partition.value(), refusal_of(error, pending->call().version())));
              continue;
            }
            const auto before = target.guard;
            look_at_transaction(pending->call(), target);
            if (may_ask_again == MayAskAgain::yes && target.guard != 0 && target.guard != before) {
              asked_again.push_back(std::move(target));
            } else {
              append(pending, target);
            }
          }
          if (asked_again.empty()) return pending->end_turn();
          admit_and_append(pending, std::move(asked_again), MayAskAgain::no);
        });
}

// In the connection's turn, which ends when every batch is with its partition or refused.
void write_in_transaction(const std::shared_ptr<PendingProduce>& pending,
                          const std::vector<Target>& targets) {
  std::vector<Target> beginning;
  for (Target target : targets) {
    look_at_transaction(pending->call(), target);
    if (target.guard == 0) {
      append(pending, target);
    } else {
      beginning.push_back(std::move(target));
    }
  }
  if (beginning.empty()) return pending->end_turn();
  admit_and_append(pending, std::move(beginning), MayAskAgain::yes);
}

// A request is one producer's, as long as it is about transactions.
bool names_several_producers(const std::vector<Target>& targets) {
  const coordinator::ProducerIdentity* first = nullptr;
  for (const Target& target : targets) {
    if (!target.producer) continue;
    if (first == nullptr) {
      first = &*target.producer;
    } else if (first->id != target.producer->id || first->epoch != target.producer->epoch) {
      return true;
    }
  }
  return false;
}

// As Kafka looks for it: up to the first partition that has one, or has bytes that are no batch.
std::variant<bool, record::ValidationFailure> has_transactional_batch(
    const wire::ProduceRequest& request) {
  for (const auto& topic : request.topic_data) {
    for (const auto& partition : topic.partition_data) {
      if (!partition.records) continue;
      auto found = record::is_transactional(partition.records->bytes);
      if (!std::holds_alternative<bool>(found) || std::get<bool>(found)) return found;
    }
  }
  return false;
}

bool may_write_transactions(const ProduceCall& call) {
  const auto& id = call.request.transactional_id;
  return id && call.context.allowed_on_transaction(broker::Operation::write, *id);
}

// Where each batch belongs, or why it does not.
std::vector<Target> find_targets(const ProduceCall& call, ErrorCode refusal) {
  std::vector<Target> targets;
  for (size_t t = 0; t < call.request.topic_data.size(); ++t) {
    const auto& topic = call.request.topic_data[t];
    const Found found =
        refusal == ErrorCode::none ? find_topic(call, topic) : Found{nullptr, refusal};
    for (size_t p = 0; p < topic.partition_data.size(); ++p) {
      const auto& data = topic.partition_data[p];
      const PartitionId id(data.index);
      Target target{.topic_at = t,
                    .partition_at = p,
                    .partition = found.topic ? found.topic->partition(id) : nullptr,
                    .records = data.records ? data.records->bytes : ByteView()};
      if (!target.partition) {
        target.refusal = found.topic ? ErrorCode::unknown_topic_or_partition : found.error;
      } else if (!record::check_request(target.records, call.version() >= kFirstWithZstd)) {
        look_at_producer(target);
        target.is_sound = true;
        target.is_internal = found.topic->internal;
      }
      targets.push_back(std::move(target));
    }
  }
  return targets;
}

}  // namespace

void handle(const ProduceCall& call) {
  const auto pending = std::make_shared<PendingProduce>(call);
  if (pending->nothing_to_do()) return pending->answer();
  const auto transactional = has_transactional_batch(call.request);
  if (const auto* fault = std::get_if<record::ValidationFailure>(&transactional)) {
    return pending->refuse_all(*fault);
  }
  const bool is_transactional = std::get<bool>(transactional);
  auto targets = find_targets(call, is_transactional && !may_write_transactions(call)
                                        ? ErrorCode::transactional_id_authorization_failed
                                        : ErrorCode::none);
  if (names_several_producers(targets)) {
    return pending->refuse_all(
        {.code = ErrorCode::invalid_producer_id_mapping,
         .message = "Transactional records contained more than one producer ID"});
  }
  if (!is_transactional) {
    for (const Target& target : targets) append(pending, target);
    return;
  }
  // A batch that waits for the coordinator must not be overtaken by the producer's next one, which
  // would find the transaction open, and be out of order.
  call.context.connection->transactional_writes->take(
      [pending, targets = std::move(targets)] { write_in_transaction(pending, targets); });
}

}  // namespace millrace::handlers
