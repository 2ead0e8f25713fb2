// What becomes of what a fetcher asked for: records, places to begin at, refusals.
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "client/consumer/group_calls.h"
#include "client/consumer/record_fetcher.h"
#include "client/topic_partition.h"

namespace millrace::client {
namespace {

/// Answers that come of looking for the leader in the wrong place.
bool is_of_stale_metadata(const Error& error) {
  return error.is(ErrorCode::not_leader_or_follower) || error.is(ErrorCode::leader_not_available) ||
         error.is(ErrorCode::unknown_topic_or_partition) || error.is(ErrorCode::unknown_topic_id) ||
         error.is(ErrorCode::inconsistent_topic_id) || error.is(ErrorCode::fenced_leader_epoch) ||
         error.is(ErrorCode::unknown_leader_epoch) || error.is(ErrorCode::kafka_storage_error) ||
         error.is(ErrorCode::replica_not_available) || error.is(ErrorCode::offset_not_available);
}

/// Broken records do not heal by themselves, whatever Kafka says of the code.
bool is_final(const Error& error) {
  return !worth_retrying(error) || error.is(ErrorCode::corrupt_message);
}

std::vector<PositionAsk> asks_of(const auto& items) {
  std::vector<PositionAsk> asks;
  for (const auto& item : items) {
    asks.push_back({.name = *item.view.name,
                    .leader_epoch = item.leader_epoch,
                    .timestamp_ms = item.view.timestamp_ms,
                    .read_epoch = item.view.from.leader_epoch});
  }
  return asks;
}

}  // namespace

Task<void> RecordFetcher::watch(Self self) {
  auto closing = self->gateway_->closing();
  co_await closing;
  if (self->is_closed_) co_return;
  self->is_closed_ = true;
  self->mailbox_->fail(Gateway::closed_error());
}

Task<void> RecordFetcher::ask_topic(Self self, std::string topic) {
  Gateway& gateway = *self->gateway_;
  const SteadyTime deadline = gateway.request_deadline(SteadyTime::max());
  auto asking = gateway.topic(topic, MissingTopic::refuse, deadline);
  const auto found = co_await asking;
  self->topics_[topic] = Asking{.retry_at = self->retry_at()};
  if (self->is_closed_) co_return;
  const bool is_missing = !found && found.error().is(ErrorCode::unknown_topic_or_partition);
  if (found) {
    const auto count = static_cast<int32_t>(found->partitions.size());
    auto error = kafka_error(ErrorCode::unknown_topic_or_partition,
                             cat("topic '", topic, "' has partitions 0 to ", count - 1, " only"));
    if (self->is_missing_told_) self->states_->fail_topic(topic, count, error);
  } else if (is_missing ? self->is_missing_told_.load() : is_final(found.error())) {
    self->states_->fail_topic(topic, 0, found.error());
  }
  self->wake();
}

Task<void> RecordFetcher::ask_committed(Self self, std::vector<View> views) {
  Gateway& gateway = *self->gateway_;
  CommittedQuery query{.group = self->terms_.group, .is_stable_only = true};
  auto& partitions = query.partitions.emplace();
  for (const View& view : views) partitions.push_back(*view.name);
  const SteadyTime deadline = gateway.request_deadline(SteadyTime::max());
  const auto attempt = [&](SteadyTime by) { return fetch_committed(gateway, query, by); };
  auto asking = gateway.retrying<Offsets>(deadline, attempt);
  const auto committed = co_await asking;
  self->is_asking_committed_ = false;
  if (self->is_closed_) co_return;
  for (const View& view : views) self->on_committed(view, committed);
  self->wake();
}

void RecordFetcher::on_committed(const View& view, const Result<Offsets>& committed) {
  if (!committed) return on_refused(view, committed.error());
  const auto found = committed->find(*view.name);
  if (found == committed->end()) {
    return reset(view, kafka_error(ErrorCode::offset_out_of_range,
                                   cat("group '", terms_.group, "' has committed no offset of ",
                                       *view.name)));
  }
  const OffsetAndMetadata& at = found->second;
  states_->locate(view, {.offset = at.offset, .leader_epoch = at.leader_epoch});
}

void RecordFetcher::reset(const View& view, Error error) {
  switch (terms_.reset) {
    case OffsetReset::earliest: return states_->look_up(view, kEarliest, retry_at());
    case OffsetReset::latest: return states_->look_up(view, kLatest, retry_at());
    case OffsetReset::none: return states_->fail(view, std::move(error));
  }
}

Task<void> RecordFetcher::look_up(Self self, int32_t leader, std::vector<Item> by_time,
                                  std::vector<Item> to_check) {
  Gateway& gateway = *self->gateway_;
  const SteadyTime deadline = gateway.request_deadline(SteadyTime::max());
  auto linking = gateway.node(leader, Lane::requests, deadline);
  const auto link = co_await linking;
  if (!link) {
    self->on_unreachable(leader, by_time);
    self->on_unreachable(leader, to_check);
  }
  if (link && !by_time.empty()) {
    auto finding =
        find_by_time(gateway, *link, self->terms_.fetch.data.isolation, asks_of(by_time), deadline);
    const auto answers = co_await finding;
    if (!answers) self->on_failed_request(leader, by_time, answers.error());
    for (size_t i = 0; answers && i < by_time.size(); ++i)
      self->on_found(by_time[i], (*answers)[i]);
  }
  if (link && !to_check.empty()) {
    auto finding = find_epoch_ends(gateway, *link, asks_of(to_check), deadline);
    const auto answers = co_await finding;
    // A broker that is too old to tell is believed.
    const bool is_untold = !answers && answers.error().is(ClientErrc::unsupported);
    if (!answers && !is_untold) self->on_failed_request(leader, to_check, answers.error());
    for (size_t i = 0; i < to_check.size(); ++i) {
      if (is_untold) self->states_->check(to_check[i].view, to_check[i].leader_epoch);
      if (answers) self->on_checked(to_check[i], (*answers)[i]);
    }
  }
  self->nodes_[leader].is_looking_up = false;
  self->wake();
}

void RecordFetcher::on_found(const Item& item, const PositionAnswer& answer) {
  if (!answer) return on_refused(item.view, answer.error());
  if (answer->offset >= 0) return states_->locate(item.view, *answer);
  if (item.view.timestamp_ms >= 0) return states_->look_up(item.view, kLatest, retry_at());
  states_->fail(item.view, client_error(ClientErrc::malformed,
                                        cat("the broker knows no end of ", *item.view.name)));
}

void RecordFetcher::on_checked(const Item& item, const PositionAnswer& answer) {
  if (!answer) return on_refused(item.view, answer.error());
  const View& view = item.view;
  if (answer->offset >= view.from.offset) return states_->check(view, item.leader_epoch);
  auto error = kafka_error(ErrorCode::offset_out_of_range,
                           cat(*view.name, " was cut in front of offset ", view.from.offset,
                               ", which was read in leader epoch ", view.from.leader_epoch));
  if (answer->offset < 0) return reset(view, std::move(error));
  std::optional<Error> told;
  if (terms_.reset == OffsetReset::none) told = std::move(error);
  states_->diverge(view, *answer, item.leader_epoch, told);
}

Task<void> RecordFetcher::read(Self self, int32_t leader, Lane lane, FetchTerms terms,
                               std::vector<Item> items) {
  Gateway& gateway = *self->gateway_;
  std::vector<FetchAsk> asks;
  for (const Item& item : items) {
    asks.push_back(
        {.name = *item.view.name, .from = item.view.from, .leader_epoch = item.leader_epoch});
  }
  const SteadyTime deadline = gateway.request_deadline(SteadyTime::max()) + terms.max_wait;
  auto linking = gateway.node(leader, lane, deadline);
  const auto link = co_await linking;
  if (!link) {
    self->on_unreachable(leader, items);
  } else {
    auto fetching = fetch(gateway, *link, terms, asks, deadline);
    auto answers = co_await fetching;
    if (!answers) self->on_failed_request(leader, items, answers.error());
    for (size_t i = 0; answers && i < items.size(); ++i) {
      FetchAnswer& answer = (*answers)[i];
      if (!answer) {
        self->on_refused(items[i].view, answer.error());
      } else if (*answer) {
        self->nodes_[leader].last_read = *items[i].view.name;
        self->states_->deliver(items[i].view, *std::move(answer));
      } else {
        self->states_->end(items[i].view);
      }
    }
  }
  Node& node = self->nodes_[leader];
  (lane == Lane::fetches ? node.is_waiting : node.is_peeking) = false;
  self->wake();
}

void RecordFetcher::on_unreachable(int32_t leader, const std::vector<Item>& items) {
  if (is_closed_) return;
  nodes_[leader].retry_at = retry_at();
  for (const Item& item : items) {
    // The broker may have moved, or its partitions to another one.
    gateway_->forget_topic(item.view.name->topic);
    states_->end(item.view, retry_at());
  }
}

void RecordFetcher::on_failed_request(int32_t leader, const std::vector<Item>& items,
                                      const Error& error) {
  on_unreachable(leader, items);
  if (is_closed_ || !is_final(error)) return;
  for (const Item& item : items) states_->fail(item.view, error);
}

void RecordFetcher::on_refused(const View& view, const Error& error) {
  if (is_of_stale_metadata(error)) gateway_->forget_topic(view.name->topic);
  if (error.is(ErrorCode::offset_out_of_range)) {
    reset(view, error);
  } else if (is_final(error) && !is_of_stale_metadata(error)) {
    states_->fail(view, error);
  } else {
    states_->end(view, retry_at());
  }
}

}  // namespace millrace::client
