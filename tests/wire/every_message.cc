#include "wire/every_message.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "wire/codec.h"
#include "wire/layout.h"
#include "wire/messages/add_offsets_to_txn.h"
#include "wire/messages/add_partitions_to_txn.h"
#include "wire/messages/alter_configs.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/consumer_group_heartbeat.h"
#include "wire/messages/create_partitions.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/delete_groups.h"
#include "wire/messages/delete_records.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/describe_cluster.h"
#include "wire/messages/describe_configs.h"
#include "wire/messages/describe_groups.h"
#include "wire/messages/describe_log_dirs.h"
#include "wire/messages/describe_producers.h"
#include "wire/messages/describe_topic_partitions.h"
#include "wire/messages/describe_transactions.h"
#include "wire/messages/elect_leaders.h"
#include "wire/messages/end_txn.h"
#include "wire/messages/fetch.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/incremental_alter_configs.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/join_group.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/list_config_resources.h"
#include "wire/messages/list_groups.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/list_partition_reassignments.h"
#include "wire/messages/list_transactions.h"
#include "wire/messages/metadata.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_delete.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/offset_for_leader_epoch.h"
#include "wire/messages/produce.h"
#include "wire/messages/sync_group.h"
#include "wire/messages/txn_offset_commit.h"
#include "wire/messages/write_txn_markers.h"

namespace millrace::wire::testing {

namespace {

template <Message T>
class HeldMessage final : public AnyMessage {
 public:
  explicit HeldMessage(int16_t version) : version_(version) {}

  Bytes encoded() const override {
    ByteWriter out;
    encode(value, version_, out);
    return out.take();
  }
  Bytes built() const override {
    MessageBuilder out;
    encode(value, version_, out);
    Bytes joined;
    for (const io::Chunk& chunk : out.finish().chunks) {
      const ByteView bytes = std::get<SharedBytes>(chunk).view();
      joined.insert(joined.end(), bytes.begin(), bytes.end());
    }
    return joined;
  }
  size_t encoded_size() const override { return wire::encoded_size(value, version_); }
  std::string text() const override { return to_text(value, version_); }
  bool equals(const AnyMessage& other) const override {
    const auto* same = dynamic_cast<const HeldMessage*>(&other);
    return same != nullptr && same->value == value;
  }
  Bytes reference_encoded(std::vector<LengthField>* lengths) const override {
    ReferenceEncoder encoder(version_, is_flexible<T>(version_));
    encoder.put(value);
    if (lengths != nullptr) *lengths = encoder.lengths();
    return encoder.take_bytes();
  }

  T value;
  /// What record sets in `value` show. Elements are never moved: a view is of a buffer's memory.
  std::vector<Bytes> arena;

 private:
  int16_t version_;
};

template <Message T>
std::unique_ptr<AnyMessage> draw(Random& random, int16_t version) {
  auto message = std::make_unique<HeldMessage<T>>(version);
  RandomValue(random, version, message->arena).fill(message->value);
  return message;
}

template <Message T>
Decoded decode_any(ByteView bytes, int16_t version) {
  ByteReader in(bytes);
  auto value = decode<T>(in, version);
  if (!value) return {.message = nullptr, .error = value.error()};
  auto message = std::make_unique<HeldMessage<T>>(version);
  message->value = *std::move(value);
  return {.message = std::move(message), .error = std::nullopt, .left = in.remaining()};
}

template <Message T>
std::string layout_of(int16_t version) {
  return LayoutVisitor(version).of<T>();
}

template <Message T>
constexpr MessageKind kind(std::string_view name) {
  return {.name = name,
          .is_request = name.ends_with("Request"),
          .api_key = T::kApiKey,
          .version_min = T::kVersionMin,
          .version_max = T::kVersionMax,
          .flexible_from = T::kFlexibleFrom,
          .draw = &draw<T>,
          .decode = &decode_any<T>,
          .layout = &layout_of<T>};
}

#define MILL_API(Name) kind<Name##Request>(#Name "Request"), kind<Name##Response>(#Name "Response")

constexpr MessageKind kEveryMessage[] = {
    MILL_API(Produce),
    MILL_API(Fetch),
    MILL_API(ListOffsets),
    MILL_API(Metadata),
    MILL_API(OffsetCommit),
    MILL_API(OffsetFetch),
    MILL_API(FindCoordinator),
    MILL_API(JoinGroup),
    MILL_API(Heartbeat),
    MILL_API(LeaveGroup),
    MILL_API(SyncGroup),
    MILL_API(DescribeGroups),
    MILL_API(ListGroups),
    MILL_API(ApiVersions),
    MILL_API(CreateTopics),
    MILL_API(DeleteTopics),
    MILL_API(DeleteRecords),
    MILL_API(InitProducerId),
    MILL_API(OffsetForLeaderEpoch),
    MILL_API(AddPartitionsToTxn),
    MILL_API(AddOffsetsToTxn),
    MILL_API(EndTxn),
    MILL_API(WriteTxnMarkers),
    MILL_API(TxnOffsetCommit),
    MILL_API(DescribeConfigs),
    MILL_API(AlterConfigs),
    MILL_API(DescribeLogDirs),
    MILL_API(CreatePartitions),
    MILL_API(DeleteGroups),
    MILL_API(ElectLeaders),
    MILL_API(IncrementalAlterConfigs),
    MILL_API(ListPartitionReassignments),
    MILL_API(OffsetDelete),
    MILL_API(DescribeCluster),
    MILL_API(DescribeProducers),
    MILL_API(DescribeTransactions),
    MILL_API(ListTransactions),
    MILL_API(ConsumerGroupHeartbeat),
    MILL_API(ConsumerGroupDescribe),
    MILL_API(ListConfigResources),
    MILL_API(DescribeTopicPartitions),
};

#undef MILL_API

}  // namespace

std::span<const MessageKind> every_message() { return kEveryMessage; }

void for_each_version(const std::function<void(const MessageKind&, int16_t)>& test) {
  for (const MessageKind& kind : every_message()) {
    for (int16_t version = kind.version_min; version <= kind.version_max; ++version) {
      SCOPED_TRACE(cat(kind.name, " version ", version));
      test(kind, version);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

}  // namespace millrace::wire::testing
