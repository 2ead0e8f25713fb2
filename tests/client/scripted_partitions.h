// A broker that consumers read from: fetches and commits wait for the test, the rest is answered.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/uuid.h"
#include "client/consumer/consumer_core.h"
#include "client/scripted_broker.h"
#include "record/batch_builder.h"
#include "record/control_record.h"
#include "wire/messages/fetch.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/metadata.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/offset_for_leader_epoch.h"

namespace millrace::client {

inline TopicPartition part(int32_t partition) { return {.topic = "t", .partition = partition}; }

/// Records with these values, the first at `base`.
inline Bytes batch_of(int64_t base, const std::vector<std::string>& values,
                      record::BatchOptions options = {}) {
  options.base_offset = Offset(base);
  if (options.leader_epoch == kNoLeaderEpoch) options.leader_epoch = LeaderEpoch(5);
  record::BatchBuilder builder(options);
  for (const std::string& value : values) builder.add_text(1'000, std::nullopt, value);
  return *builder.build();
}

inline Bytes operator+(Bytes bytes, const Bytes& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
  return bytes;
}

/// What a fetch is answered of one partition.
struct Slice {
  Bytes records;
  ErrorCode error = ErrorCode::none;
  std::vector<wire::FetchResponse::AbortedTransaction> aborted;
};

class ScriptedPartitions final : public ScriptedBroker {
 public:
  using AskedFetch = Asked<wire::FetchRequest, wire::FetchResponse>;
  using AskedCommit = Asked<wire::OffsetCommitRequest, wire::OffsetCommitResponse>;
  struct Place {
    int64_t offset = -1;
    int32_t leader_epoch = -1;
    ErrorCode error = ErrorCode::none;
  };

  explicit ScriptedPartitions(ScriptedDriver& driver) : ScriptedBroker(driver) {
    always<wire::MetadataRequest, wire::MetadataResponse>([this](const auto&) {
      ++metadata_requests;
      return metadata();
    });
    always<wire::FindCoordinatorRequest, wire::FindCoordinatorResponse>([](const auto& request) {
      wire::FindCoordinatorResponse response;
      response.coordinators.push_back(
          {.key = request.key, .node_id = 1, .host = "scripted", .port = 1});
      return response;
    });
    on<wire::FetchRequest, wire::FetchResponse>(
        [this](const AskedFetch& asked) { fetches.push_back(asked); });
    on<wire::OffsetCommitRequest, wire::OffsetCommitResponse>([this](const AskedCommit& asked) {
      commits.push_back(asked);
      if (commits_at_once) answer_commit();
    });
    always<wire::ListOffsetsRequest, wire::ListOffsetsResponse>(
        [this](const auto& request) { return list_offsets(request); });
    always<wire::OffsetFetchRequest, wire::OffsetFetchResponse>(
        [this](const auto& request) { return fetch_offsets(request); });
    always<wire::OffsetForLeaderEpochRequest, wire::OffsetForLeaderEpochResponse>(
        [this](const auto& request) { return end_of_epochs(request); });
  }

  // What the broker is like.
  int32_t partition_count = 2;
  /// Of each partition; 1 where not said. -1: none now.
  std::map<int32_t, int32_t> leaders;
  int32_t leader_epoch = 5;
  ErrorCode topic_error = ErrorCode::none;
  /// By timestamp, the same for all partitions.
  std::map<int64_t, Place> places{{kEarliest, {.offset = 0}}, {kLatest, {.offset = 100}}};
  /// What the group has committed.
  std::map<int32_t, Place> committed;
  ErrorCode offset_fetch_error = ErrorCode::none;
  std::map<int32_t, Place> epoch_ends;
  bool commits_at_once = true;

  // What it has seen; fetches and commits are those not answered yet.
  std::deque<AskedFetch> fetches;
  std::deque<AskedCommit> commits;
  std::vector<wire::ListOffsetsRequest> listed;
  std::vector<wire::OffsetForLeaderEpochRequest> epochs_asked;
  std::vector<Offsets> committed_in_order;
  std::vector<GroupIdentity> committed_as;
  int metadata_requests = 0;
  int offset_fetches = 0;

  /// What the fetch asks for, by partition.
  std::map<int32_t, int64_t> asked(size_t fetch = 0) {
    std::map<int32_t, int64_t> offsets;
    if (fetch >= fetches.size()) return offsets;
    for (const auto& topic : fetches[fetch].request().topics) {
      for (const auto& partition : topic.partitions) {
        offsets[partition.partition] = partition.fetch_offset;
      }
    }
    return offsets;
  }
  /// Answers one of the fetches that wait; nothing of partitions that are not named.
  void answer(std::map<int32_t, Slice> slices, size_t fetch = 0) {
    ASSERT_LT(fetch, fetches.size()) << "nothing was asked";
    const AskedFetch asked = fetches[fetch];
    fetches.erase(fetches.begin() + static_cast<std::ptrdiff_t>(fetch));
    wire::FetchResponse response;
    for (const auto& topic : asked.request().topics) {
      auto& answered = response.responses.emplace_back();
      answered.topic_id = id_;
      for (const auto& partition : topic.partitions) {
        Slice& slice = slices[partition.partition];
        auto& answer = answered.partitions.emplace_back();
        answer.partition_index = partition.partition;
        answer.error_code = slice.error;
        answer.aborted_transactions = slice.aborted;
        if (!slice.records.empty()) {
          answer.records.chunks.emplace_back(SharedBytes(std::move(slice.records)));
        }
      }
    }
    asked.answer(std::move(response));
  }
  /// Closes the connection of a fetch that waits.
  void disconnect() {
    ASSERT_FALSE(fetches.empty()) << "nothing was asked";
    const LinkPtr link = fetches.front().link();
    std::erase_if(fetches, [&](const AskedFetch& asked) { return asked.link() == link; });
    hang_up(link);
  }
  /// Answers the first commit that waits.
  void answer_commit(ErrorCode error = ErrorCode::none) {
    ASSERT_FALSE(commits.empty()) << "nothing was committed";
    const AskedCommit asked = commits.front();
    commits.pop_front();
    wire::OffsetCommitResponse response;
    Offsets offsets;
    for (const auto& topic : asked.request().topics) {
      auto& answered = response.topics.emplace_back();
      answered.name = topic.name;
      for (const auto& partition : topic.partitions) {
        answered.partitions.push_back(
            {.partition_index = partition.partition_index, .error_code = error});
        offsets[part(partition.partition_index)] = {
            .offset = partition.committed_offset,
            .metadata = partition.committed_metadata.value_or(""),
            .leader_epoch = partition.committed_leader_epoch};
      }
    }
    committed_in_order.push_back(std::move(offsets));
    committed_as.push_back({.group = asked.request().group_id,
                            .member_id = asked.request().member_id,
                            .generation = asked.request().generation_id_or_member_epoch,
                            .instance_id = asked.request().group_instance_id.value_or("")});
    asked.answer(std::move(response));
  }

 private:
  wire::MetadataResponse metadata() const {
    wire::MetadataResponse response;
    response.brokers.push_back({.node_id = 1, .host = "scripted", .port = 1});
    response.brokers.push_back({.node_id = 2, .host = "scripted", .port = 2});
    auto& topic = response.topics.emplace_back();
    topic.error_code = topic_error;
    topic.name = "t";
    topic.topic_id = id_;
    for (int32_t i = 0; topic_error == ErrorCode::none && i < partition_count; ++i) {
      const auto leader = leaders.find(i);
      topic.partitions.push_back({.partition_index = i,
                                  .leader_id = leader == leaders.end() ? 1 : leader->second,
                                  .leader_epoch = leader_epoch});
    }
    return response;
  }

  wire::ListOffsetsResponse list_offsets(const wire::ListOffsetsRequest& request) {
    listed.push_back(request);
    wire::ListOffsetsResponse response;
    for (const auto& topic : request.topics) {
      auto& answered = response.topics.emplace_back();
      answered.name = topic.name;
      for (const auto& partition : topic.partitions) {
        const Place place = places[partition.timestamp];
        answered.partitions.push_back({.partition_index = partition.partition_index,
                                       .error_code = place.error,
                                       .timestamp = partition.timestamp,
                                       .offset = place.offset,
                                       .leader_epoch = place.leader_epoch});
      }
    }
    return response;
  }

  wire::OffsetFetchResponse fetch_offsets(const wire::OffsetFetchRequest& request) {
    ++offset_fetches;
    wire::OffsetFetchResponse response;
    auto& group = response.groups.emplace_back();
    group.group_id = request.groups.at(0).group_id;
    group.error_code = offset_fetch_error;
    for (const auto& topic : *request.groups.at(0).topics) {
      auto& answered = group.topics.emplace_back();
      answered.name = topic.name;
      for (const int32_t partition : topic.partition_indexes) {
        const Place place = committed[partition];
        answered.partitions.push_back({.partition_index = partition,
                                       .committed_offset = place.offset,
                                       .committed_leader_epoch = place.leader_epoch,
                                       .error_code = place.error});
      }
    }
    return response;
  }

  wire::OffsetForLeaderEpochResponse end_of_epochs(
      const wire::OffsetForLeaderEpochRequest& request) {
    epochs_asked.push_back(request);
    wire::OffsetForLeaderEpochResponse response;
    for (const auto& topic : request.topics) {
      auto& answered = response.topics.emplace_back();
      answered.topic = topic.topic;
      for (const auto& partition : topic.partitions) {
        const Place place = epoch_ends[partition.partition];
        answered.partitions.push_back({.error_code = place.error,
                                       .partition = partition.partition,
                                       .leader_epoch = place.leader_epoch,
                                       .end_offset = place.offset});
      }
    }
    return response;
  }

  const Uuid id_ = Uuid::random();
};

/// A consumer of such a broker, and what tests say of it.
class ScriptedConsumer : public ::testing::Test {
 protected:
  using Values = std::vector<std::string>;
  using Asked = std::map<int32_t, int64_t>;

  ConsumerCore& make(const millrace::ConsumerOptions& options = {},
                     MakeMembership make_membership = nullptr) {
    client_ = std::make_shared<ClientCore>(driver_, broker_, ClientOptions());
    core_.emplace(client_, options, std::move(make_membership));
    return *core_;
  }
  /// One that reads these from the beginning.
  ConsumerCore& make_reading(const std::vector<TopicPartition>& partitions,
                             millrace::ConsumerOptions options = {}) {
    options.auto_offset_reset = OffsetReset::earliest;
    make(options);
    EXPECT_TRUE(core_->assign(partitions));
    return *core_;
  }
  /// The values of one poll that does not wait.
  Values poll() {
    const auto records = core_->poll(milliseconds(0));
    EXPECT_TRUE(records) << records.error().to_string();
    Values values;
    if (!records) return values;
    for (const ConsumerRecord& record : *records) values.emplace_back(*record.value());
    return values;
  }
  std::optional<Error> poll_error() {
    const auto records = core_->poll(milliseconds(0));
    if (records) return std::nullopt;
    return records.error();
  }
  std::optional<ErrorCode> poll_code() {
    const auto error = poll_error();
    return error ? error->kafka_code() : std::nullopt;
  }
  /// So long that any pause between attempts is over.
  void pause() { driver_->pass(milliseconds(1'300)); }

  const std::shared_ptr<ScriptedDriver> driver_ = std::make_shared<ScriptedDriver>();
  const std::shared_ptr<ScriptedPartitions> broker_ =
      std::make_shared<ScriptedPartitions>(*driver_);
  std::shared_ptr<ClientCore> client_;
  std::optional<ConsumerCore> core_;
};

}  // namespace millrace::client
