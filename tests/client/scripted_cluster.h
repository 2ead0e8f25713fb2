// A broker that producers write to: what comes waits for the test.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/uuid.h"
#include "client/scripted_broker.h"
#include "record/batch_view.h"
#include "record/record_reader.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"

namespace millrace::client {

/// A batch as it came in a Produce request.
struct SentBatch {
  TopicPartition partition;
  int64_t producer_id = -1;
  int16_t epoch = -1;
  int32_t sequence = -1;
  std::vector<std::string> values;
};

/// What the broker says of one partition.
struct Verdict {
  ErrorCode error = ErrorCode::none;
  int64_t offset = 0;
};

/// Answers Metadata and InitProducerId by itself; Produce requests wait for the test.
class ScriptedCluster final : public ScriptedBroker {
 public:
  struct Sent {
    Asked<wire::ProduceRequest, wire::ProduceResponse> asked;
    std::vector<SentBatch> batches;
  };

  explicit ScriptedCluster(ScriptedDriver& driver) : ScriptedBroker(driver) {
    always<wire::MetadataRequest, wire::MetadataResponse>([this](const auto&) {
      ++metadata_requests;
      return metadata();
    });
    always<wire::InitProducerIdRequest, wire::InitProducerIdResponse>([this](const auto&) {
      wire::InitProducerIdResponse response{.error_code = init_producer_id_error};
      response.producer_id = 1000 + producer_ids++;
      response.producer_epoch = first_epoch;
      return response;
    });
    on<wire::ProduceRequest, wire::ProduceResponse>([this](const auto& asked) { take(asked); });
  }

  // What the broker is like.
  int32_t partition_count = 1;
  bool has_leaders = true;
  ErrorCode init_producer_id_error = ErrorCode::none;
  int16_t first_epoch = 0;
  /// Where set, called with each Produce request as it comes.
  std::function<void(Sent)> on_produce;

  // What it has seen.
  std::deque<Sent> waiting;
  std::vector<wire::ProduceRequest> requests;
  int metadata_requests = 0;
  int producer_ids = 0;

  /// Answers the first Produce request that waits, each partition with what `verdict` says.
  void answer(Verdict verdict) {
    ASSERT_FALSE(waiting.empty()) << "nothing was sent";
    const Sent first = std::move(waiting.front());
    waiting.pop_front();
    answer(first, [&](const SentBatch&) { return verdict; });
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
    sent.asked.answer(std::move(response));
  }
  /// Closes the connection of everything that waits.
  void disconnect() {
    const auto lost = std::exchange(waiting, {});
    ASSERT_FALSE(lost.empty()) << "nothing was sent";
    hang_up(lost.front().asked.link());
  }

 private:
  void take(const Asked<wire::ProduceRequest, wire::ProduceResponse>& asked) {
    Sent sent{.asked = asked, .batches = {}};
    requests.push_back(asked.request());
    for (const auto& topic : asked.request().topic_data) {
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

  const Uuid id_ = Uuid::random();
};

}  // namespace millrace::client
