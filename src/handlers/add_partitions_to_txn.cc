// AddPartitionsToTxn: a client tells which partitions its transaction will write to. Versions 4 and
// later carry several transactions and may only ask; brokers send them to each other.
#include "wire/messages/add_partitions_to_txn.h"

#include <atomic>
#include <map>

#include "coordinator/transactions/transaction_coordinator.h"
#include "handlers/handlers.h"
#include "handlers/transaction_admission.h"

namespace millrace::handlers {

namespace {

using Request = wire::AddPartitionsToTxnRequest;
using Response = wire::AddPartitionsToTxnResponse;

constexpr int16_t kFirstWithFenced = 2;
constexpr int16_t kFirstWithManyTransactions = 4;

std::vector<Response::Topic> answered(
    const std::vector<Request::Topic>& topics,
    const std::function<ErrorCode(const coordinator::TransactionPartition&)>& error_of) {
  std::vector<Response::Topic> answers;
  for (const auto& topic : topics) {
    if (topic.partitions.empty()) continue;
    auto& answer = answers.emplace_back();
    answer.name = topic.name;
    for (const int32_t index : topic.partitions) {
      answer.results_by_partition.push_back(
          {.partition_index = index,
           .partition_error_code = error_of({topic.name, PartitionId(index)})});
    }
  }
  return answers;
}

/// What keeps partitions out, whatever their transaction says. One that is refused keeps the others
/// from being tried, as in Kafka.
coordinator::VerifiedPartitions refused_partitions(const RequestContext& context,
                                                   const std::vector<Request::Topic>& topics) {
  coordinator::VerifiedPartitions errors;
  bool any = false;
  for (const auto& topic : topics) {
    const bool allowed = context.allowed_on_topic(broker::Operation::write, topic.name);
    for (const int32_t index : topic.partitions) {
      const coordinator::TransactionPartition partition{topic.name, PartitionId(index)};
      ErrorCode& error = errors[partition];
      if (!allowed) {
        error = ErrorCode::topic_authorization_failed;
      } else if (!context.broker().catalog().find_partition(topic.name, PartitionId(index))) {
        error = ErrorCode::unknown_topic_or_partition;
      }
      any |= error != ErrorCode::none;
    }
  }
  if (!any) return {};
  for (auto& [partition, error] : errors) {
    if (error == ErrorCode::none) error = ErrorCode::operation_not_attempted;
  }
  return errors;
}

using TopicsAnswered = std::function<void(std::vector<Response::Topic>)>;

void add(const RequestContext& context, const Request::Transaction& transaction, int16_t version,
         const TopicsAnswered& done) {
  const auto answer_all = [&](ErrorCode error) {
    done(answered(transaction.topics, [error](const auto&) { return error; }));
  };
  if (!context.allowed_on_transaction(broker::Operation::write, transaction.transactional_id)) {
    return answer_all(ErrorCode::transactional_id_authorization_failed);
  }
  const auto refused = refused_partitions(context, transaction.topics);
  if (!refused.empty()) {
    return done(
        answered(transaction.topics, [&](const auto& partition) { return refused.at(partition); }));
  }
  coordinator::TransactionPartitions partitions;
  for (const auto& topic : transaction.topics) {
    for (const int32_t index : topic.partitions) {
      partitions.insert({topic.name, PartitionId(index)});
    }
  }
  const coordinator::ProducerIdentity producer{.id = ProducerId(transaction.producer_id),
                                               .epoch = transaction.producer_epoch};
  if (transaction.verify_only) {
    context.transactions().verify_partitions(
        {.transactional_id = transaction.transactional_id,
         .producer = producer,
         .partitions = std::move(partitions)},
        [topics = transaction.topics, done](const coordinator::VerifiedPartitions& verified) {
          done(answered(topics, [&](const auto& partition) { return verified.at(partition); }));
        });
    return;
  }
  context.transactions().add_partitions(
      {.transactional_id = transaction.transactional_id,
       .producer = producer,
       .partitions = std::move(partitions)},
      [topics = transaction.topics, done, version](ErrorCode error) {
        const ErrorCode told = for_version(error, version, kFirstWithFenced);
        done(answered(topics, [told](const auto&) { return told; }));
      });
}

/// The answer to several transactions, each in its place; the last one to come answers.
struct PendingAnswer {
  explicit PendingAnswer(const AddPartitionsToTxnCall& for_call)
      : call(for_call), missing(for_call.request.transactions.size()) {
    for (const auto& transaction : call.request.transactions) {
      response.results_by_transaction.push_back(
          {.transactional_id = transaction.transactional_id, .topic_results = {}});
    }
  }

  const AddPartitionsToTxnCall call;
  Response response;
  std::atomic<size_t> missing;
};

}  // namespace

void handle(const AddPartitionsToTxnCall& call) {
  const auto& request = call.request;
  if (call.version() < kFirstWithManyTransactions) {
    const Request::Transaction transaction{
        .transactional_id = request.v3_and_below_transactional_id,
        .producer_id = request.v3_and_below_producer_id,
        .producer_epoch = request.v3_and_below_producer_epoch,
        .topics = request.v3_and_below_topics,
    };
    return add(call.context, transaction, call.version(),
               [respond = call.respond](std::vector<Response::Topic> topics) {
                 respond({.results_by_topic_v3_and_below = std::move(topics)});
               });
  }
  if (!call.context.allowed_on_cluster(broker::Operation::cluster_action)) {
    return call.respond({.error_code = ErrorCode::cluster_authorization_failed});
  }
  if (request.transactions.empty()) return call.respond({});
  const auto pending = std::make_shared<PendingAnswer>(call);
  for (size_t i = 0; i < request.transactions.size(); ++i) {
    add(call.context, request.transactions[i], call.version(),
        [pending, i](std::vector<Response::Topic> topics) {
          pending->response.results_by_transaction[i].topic_results = std::move(topics);
          if (pending->missing.fetch_sub(1) == 1) pending->call.respond(pending->response);
        });
  }
}

}  // namespace millrace::handlers
