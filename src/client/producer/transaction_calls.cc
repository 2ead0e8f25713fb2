#include "client/producer/transaction_calls.h"

#include <utility>

#include "base/text.h"
#include "client/topic_partition.h"
#include "wire/messages/add_offsets_to_txn.h"
#include "wire/messages/add_partitions_to_txn.h"
#include "wire/messages/end_txn.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/txn_offset_commit.h"

namespace millrace::client {
namespace {

constexpr std::string_view kVersionFeature = "transaction.version";

/// From version 4 on only brokers send it.
constexpr VersionRange kAddPartitionsOfClients{.min = 0, .max = 3};
/// Later versions mean version 2 of transactions.
constexpr int16_t kEndTxnOfVersion2 = 5;
constexpr int16_t kTxnOffsetCommitOfVersion2 = 5;
/// The first that says whose offsets they are (KIP-447).
constexpr int16_t kFirstWithMember = 3;

VersionRange by_transaction_version(bool is_version_2, int16_t first_of_2, VersionRange all) {
  if (is_version_2) return {.min = first_of_2, .max = all.max};
  return {.min = all.min, .max = static_cast<int16_t>(first_of_2 - 1)};
}

/// Asks the coordinator of `key`; `judge` says what the answer means.
template <class Response, class Request, class Judge>
Task<Result<Response>> ask_once(Gateway& gateway, CoordinatorKind kind, std::string key,
                                Request request, VersionRange spoken, Judge judge,
                                SteadyTime deadline) {
  auto finding = gateway.coordinator(kind, std::move(key), deadline);
  MILL_CO_TRY(LinkPtr link, co_await finding);
  auto asking =
      exchange<Response>(gateway.driver(), std::move(link), std::move(request), deadline, spoken);
  MILL_CO_TRY(auto answered, co_await asking);
  MILL_CO_CHECK(judge(answered.response));
  co_return std::move(answered.response);
}

template <class Response, class Request, class Judge>
Task<Result<Response>> ask(Gateway& gateway, CoordinatorKind kind, std::string key, Request request,
                           VersionRange spoken, Judge judge, SteadyTime deadline) {
  const auto attempt = [&](SteadyTime by) {
    return ask_once<Response>(gateway, kind, key, request, spoken, judge, by);
  };
  auto asking = gateway.retrying<Response>(deadline, attempt);
  auto response = co_await asking;
  co_return response;
}

Result<void> judge_added(const wire::AddPartitionsToTxnResponse& response) {
  Result<void> not_attempted;
  for (const auto& topic : response.results_by_topic_v3_and_below) {
    for (const auto& partition : topic.results_by_partition) {
      const TopicPartition name{.topic = topic.name, .partition = partition.partition_index};
      auto checked =
          check_code(partition.partition_error_code, cat("adding ", name, " to the transaction"));
      if (checked) continue;
      // Another partition's error is the reason, and comes before or after.
      if (!checked.error().is(ErrorCode::operation_not_attempted)) return checked;
      not_attempted = std::move(checked);
    }
  }
  return not_attempted;
}

}  // namespace

Task<Result<TransactionalIdentity>> TransactionCalls::init_once(ProducerIdentity current,
                                                                SteadyTime deadline) const {
  auto finding = gateway_->coordinator(CoordinatorKind::transaction, id_, deadline);
  MILL_CO_TRY(LinkPtr link, co_await finding);
  wire::InitProducerIdRequest request{
      .transactional_id = id_,
      .transaction_timeout_ms = static_cast<int32_t>(timeout_.count()),
      .producer_id = current.id,
      .producer_epoch = current.epoch};
  auto asking =
      call<wire::InitProducerIdResponse>(gateway_->driver(), link, std::move(request), deadline);
  MILL_CO_TRY(const auto response, co_await asking);
  MILL_CO_CHECK(check_code(response.error_code, cat("initializing transactional id '", id_, "'")));
  co_return TransactionalIdentity{
      .producer = {.id = response.producer_id, .epoch = response.producer_epoch},
      .is_version_2 = link->ranges().finalized(kVersionFeature) >= 2};
}

Task<Result<TransactionalIdentity>> TransactionCalls::init(ProducerIdentity current,
                                                           SteadyTime deadline) const {
  const auto attempt = [&](SteadyTime by) { return init_once(current, by); };
  auto asking = gateway_->retrying<TransactionalIdentity>(deadline, attempt);
  auto identity = co_await asking;
  co_return identity;
}

Task<Result<void>> TransactionCalls::add_partitions(ProducerIdentity producer,
                                                    std::vector<TopicPartition> partitions,
                                                    SteadyTime deadline) const {
  using Response = wire::AddPartitionsToTxnResponse;
  wire::AddPartitionsToTxnRequest request{.v3_and_below_transactional_id = id_,
                                          .v3_and_below_producer_id = producer.id,
                                          .v3_and_below_producer_epoch = producer.epoch};
  auto& topics = request.v3_and_below_topics;
  for (const TopicPartition& name : partitions) {
    if (topics.empty() || topics.back().name != name.topic) {
      topics.push_back({.name = name.topic, .partitions = {}});
    }
    topics.back().partitions.push_back(name.partition);
  }
  auto asking = ask<Response>(*gateway_, CoordinatorKind::transaction, id_, std::move(request),
                              kAddPartitionsOfClients, judge_added, deadline);
  MILL_CO_CHECK(co_await asking);
  co_return Result<void>();
}

Task<Result<void>> TransactionCalls::add_group(ProducerIdentity producer, std::string group,
                                               SteadyTime deadline) const {
  using Request = wire::AddOffsetsToTxnRequest;
  using Response = wire::AddOffsetsToTxnResponse;
  const auto judge = [&group](const Response& response) {
    return check_code(response.error_code, cat("adding group '", group, "' to the transaction"));
  };
  Request request{.transactional_id = id_,
                  .producer_id = producer.id,
                  .producer_epoch = producer.epoch,
                  .group_id = group};
  auto asking = ask<Response>(*gateway_, CoordinatorKind::transaction, id_, std::move(request),
                              kSpoken<Request>, judge, deadline);
  MILL_CO_CHECK(co_await asking);
  co_return Result<void>();
}

Task<Result<void>> TransactionCalls::commit_offsets(TransactionalIdentity identity,
                                                    GroupIdentity group, Offsets offsets,
                                                    SteadyTime deadline) const {
  using Request = wire::TxnOffsetCommitRequest;
  using Response = wire::TxnOffsetCommitResponse;
  Request request{.transactional_id = id_,
                  .group_id = group.group,
                  .producer_id = identity.producer.id,
                  .producer_epoch = identity.producer.epoch,
                  .generation_id = group.generation,
                  .member_id = group.member_id};
  if (!group.instance_id.empty()) request.group_instance_id = group.instance_id;
  for (const auto& [name, at] : offsets) {
    if (request.topics.empty() || request.topics.back().name != name.topic) {
      request.topics.push_back({.name = name.topic, .partitions = {}});
    }
    request.topics.back().partitions.push_back({.partition_index = name.partition,
                                                .committed_offset = at.offset,
                                                .committed_leader_epoch = at.leader_epoch,
                                                .committed_metadata = at.metadata});
  }
  const auto judge = [&group](const Response& response) -> Result<void> {
    for (const auto& topic : response.topics) {
      for (const auto& partition : topic.partitions) {
        const TopicPartition name{.topic = topic.name, .partition = partition.partition_index};
        MILL_CHECK(check_code(partition.error_code,
                              cat("committing the offset of group '", group.group, "' in ", name)));
      }
    }
    return {};
  };
  // A member's offsets are never committed where nobody would check that it is one.
  const VersionRange all{.min = group.member_id.empty() ? Request::kVersionMin : kFirstWithMember,
                         .max = Request::kVersionMax};
  auto asking =
      ask<Response>(*gateway_, CoordinatorKind::group, group.group, std::move(request),
                    by_transaction_version(identity.is_version_2, kTxnOffsetCommitOfVersion2, all),
                    judge, deadline);
  MILL_CO_CHECK(co_await asking);
  co_return Result<void>();
}

Task<Result<ProducerIdentity>> TransactionCalls::end(TransactionalIdentity identity, bool commits,
                                                     SteadyTime deadline) const {
  using Request = wire::EndTxnRequest;
  using Response = wire::EndTxnResponse;
  const std::string_view doing =
      commits ? "committing the transaction" : "aborting the transaction";
  const auto judge = [doing](const Response& response) {
    return check_code(response.error_code, doing);
  };
  Request request{.transactional_id = id_,
                  .producer_id = identity.producer.id,
                  .producer_epoch = identity.producer.epoch,
                  .committed = commits};
  auto asking = ask<Response>(
      *gateway_, CoordinatorKind::transaction, id_, std::move(request),
      by_transaction_version(identity.is_version_2, kEndTxnOfVersion2, kSpoken<Request>), judge,
      deadline);
  MILL_CO_TRY(const auto response, co_await asking);
  if (response.producer_id < 0) co_return identity.producer;
  co_return ProducerIdentity{.id = response.producer_id, .epoch = response.producer_epoch};
}

}  // namespace millrace::client
