// A cluster of one broker that answers as a test says, and a driver whose time the waits turn.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/timers.h"
#include "base/uuid.h"
#include "client/link.h"
#include "record/batch_view.h"
#include "record/record_reader.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"

namespace millrace::client {

/// One thread. Whoever waits turns the clock to the next deadline, until the event or the end.
class ScriptedDriver final : public Driver {
 public:
  void post(Work work) override {
    waiting_.push_back(std::move(work));
    if (std::exchange(is_running_, true)) return;
    while (!waiting_.empty()) {
      const Work next = std::move(waiting_.front());
      waiting_.pop_front();
      run(this, next);
    }
    is_running_ = false;
  }
  TimerId schedule(SteadyTime deadline, Work work) override {
    return timers_.schedule(deadline, [this, work = std::move(work)] { post(work); });
  }
  bool cancel(TimerId timer) override { return timers_.cancel(timer); }
  const Clock& clock() const override { return clock_; }
  bool wait(Event& event, SteadyTime deadline) override {
    while (!is_set(event)) {
      const auto next = timers_.next_deadline();
      if (!next || *next > deadline) return false;
      turn_to(*next);
    }
    return true;
  }

  /// Turns the clock, stopping at every deadline.
  void pass(Milliseconds time) {
    const SteadyTime end = now() + time;
    for (auto next = timers_.next_deadline(); next && *next <= end;
         next = timers_.next_deadline()) {
      turn_to(*next);
    }
    turn_to(end);
  }

 private:
  void turn_to(SteadyTime time) {
    if (time > now()) clock_.advance(std::chrono::ceil<Milliseconds>(time - now()));
    timers_.run_due(now());
  }

  ManualClock clock_;
  Timers timers_;
  std::deque<Work> waiting_;
  bool is_running_ = false;
};

/// A batch as it came in a Produce request.
struct SentBatch {
  TopicPartition partition;
  int64_t producer_id = -1;
  int16_t epoch = -1;
  int32_t sequence = -1;
  std::vector<std::string> values;
};

using ProduceExchange = TypedExchange<wire::ProduceRequest, wire::ProduceResponse>;

/// What the broker says of one partition.
struct Verdict {
  ErrorCode error = ErrorCode::none;
  int64_t offset = 0;
};

/// Answers Metadata and InitProducerId by itself; Produce requests wait for the test.
class ScriptedCluster final : public LinkFactory {
 public:
  struct Sent {
    std::shared_ptr<ProduceExchange> exchange;
    LinkPtr link;
    std::vector<SentBatch> batches;
  };

  explicit ScriptedCluster(ScriptedDriver& driver) : driver_(driver) {}

  // What the broker is like.
  int32_t partition_count = 1;
  bool has_leaders = true;
  bool is_reachable = true;
  ErrorCode init_producer_id_error = ErrorCode::none;
  int16_t first_epoch = 0;
  /// Where set, called with each Produce request as it comes.
  std::function<void(Sent)> on_produce;

  // What it has seen.
  std::deque<Sent> waiting;
  std::vector<wire::ProduceRequest> requests;
  int connections = 0;
  int metadata_requests = 0;
  int producer_ids = 0;

  /// Answers the first Produce request that waits, each partition with what `verdict` says.
  void answer(Verdict verdict) {
    ASSERT_FALSE(waiting.empty()) << "nothing was sent";
    answer(std::exchange(waiting.front(), {}), [&](const SentBatch&) { return verdict; });
    waiting.pop_front();
  }
  template <class Judge>
  void answer(const Sent& sent, Judge judge) {
    wire::ProduceResponse response;
    for (const SentBatch& batch : sent.batches) {
      const Verdict verdict = judge(batch);
      auto& topic = response.responses.emplace_back();
      topic.topic_id = id_;
      topic.partition_responses.push_back({.index = batch.partition.partition,
                                           .error_code = verdict.error,
                                           .base_offset = verdict.offset});
    }
    driver_.post([exchange = sent.exchange, response = std::move(response)] {
      exchange->finish(Answered<wire::ProduceResponse>{
          .response = response, .version = wire::ProduceRequest::kVersionMax});
    });
  }
  /// Closes the connection of everything that waits.
  void disconnect() {
    const auto lost = std::exchange(waiting, {});
    ASSERT_FALSE(lost.empty()) << "nothing was sent";
    driver_.post([link = lost.front().link] { link->close(gone()); });
  }
  static Error gone() { return client_error(ClientErrc::disconnected, "the broker hung up"); }

  Task<Result<LinkPtr>> connect(Address, SteadyTime) override {
    if (!is_reachable) {
      co_return client_error(ClientErrc::unreachable, "nobody is there");
    }
    ++connections;
    co_return LinkPtr(std::make_shared<ScriptedLink>(*this));
  }
  const std::vector<Address>& bootstrap() const override { return bootstrap_; }

 private:
  class ScriptedLink final : public Link, public std::enable_shared_from_this<ScriptedLink> {
   public:
    explicit ScriptedLink(ScriptedCluster& cluster) : cluster_(cluster) {}

    bool is_open() const override { return !closed_; }
    void close(Error why) override {
      if (closed_) return;
      closed_.emplace(std::move(why));
      for (const auto& exchange : std::exchange(pending_, {})) {
        if (const auto alive = exchange.lock()) alive->fail(*closed_);
      }
    }
    void submit(std::shared_ptr<Exchange> exchange) override {
      if (closed_) return exchange->fail(*closed_);
      pending_.push_back(exchange);
      cluster_.take(std::move(exchange), shared_from_this());
    }
    const ApiRanges& ranges() const override { return ranges_; }
    const std::string& peer() const override { return peer_; }

   private:
    ScriptedCluster& cluster_;
    const ApiRanges ranges_;
    const std::string peer_ = "the scripted broker";
    std::optional<Error> closed_;
    std::vector<std::weak_ptr<Exchange>> pending_;
  };

  template <class Request, class Response>
  void reply(const std::shared_ptr<Exchange>& exchange, Response response) {
    auto typed = std::static_pointer_cast<TypedExchange<Request, Response>>(exchange);
    driver_.post([typed, response = std::move(response)] {
      typed->finish(Answered<Response>{.response = response, .version = Request::kVersionMax});
    });
  }

  void take(std::shared_ptr<Exchange> exchange, LinkPtr link) {
    if (exchange->api_key() == wire::MetadataRequest::kApiKey) {
      ++metadata_requests;
      return reply<wire::MetadataRequest>(exchange, metadata());
    }
    if (exchange->api_key() == wire::InitProducerIdRequest::kApiKey) {
      wire::InitProducerIdResponse response{.error_code = init_producer_id_error};
      response.producer_id = 1000 + producer_ids++;
      response.producer_epoch = first_epoch;
      return reply<wire::InitProducerIdRequest>(exchange, response);
    }
    ASSERT_EQ(exchange->api_key(), wire::ProduceRequest::kApiKey);
    Sent sent{.exchange = std::static_pointer_cast<ProduceExchange>(exchange),
              .link = std::move(link),
              .batches = {}};
    requests.push_back(sent.exchange->request());
    for (const auto& topic : requests.back().topic_data) {
      for (const auto& partition : topic.partition_data) {
        sent.batches.push_back(read(topic.name, partition));
      }
    }
    if (on_produce) return on_produce(std::move(sent));
    waiting.push_back(std::move(sent));
  }

  static SentBatch read(const std::string& topic,
                        const wire::ProduceRequest::Partition& partition) {
    const auto batch = record::BatchView::parse(partition.records->bytes);
    EXPECT_TRUE(batch) << batch.error().to_string();
    EXPECT_TRUE(batch->crc_matches());
    SentBatch sent{.partition = {.topic = topic, .partition = partition.index},
                   .producer_id = batch->producer_id().value(),
                   .epoch = batch->producer_epoch(),
                   .sequence = batch->base_sequence()};
    record::RecordReader reader(*batch);
    for (record::RecordView record; reader.next(record);) {
      sent.values.emplace_back(as_text(record.value.value_or(ByteView())));
    }
    EXPECT_TRUE(reader.status());
    return sent;
  }

  wire::MetadataResponse metadata() const {
    wire::MetadataResponse response;
    response.brokers.push_back({.node_id = 1, .host = "scripted", .port = 1});
    auto& topic = response.topics.emplace_back();
    topic.name = "t";
    topic.topic_id = id_;
    for (int32_t i = 0; i < partition_count; ++i) {
      topic.partitions.push_back({.partition_index = i, .leader_id = has_leaders ? 1 : -1});
    }
    return response;
  }

  ScriptedDriver& driver_;
  const Uuid id_ = Uuid::random();
  const std::vector<Address> bootstrap_{{.host = "scripted", .port = 1}};
};

}  // namespace millrace::client
