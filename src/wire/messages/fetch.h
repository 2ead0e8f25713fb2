// Fetch, API key 1: reads record batches, waiting for them where there are none yet.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "millrace/error_code.h"
#include "wire/field.h"
#include "wire/values.h"

namespace millrace::wire {

struct FetchRequest {
  static constexpr int16_t kApiKey = 1;
  static constexpr int16_t kVersionMin = 4;
  static constexpr int16_t kVersionMax = 18;
  static constexpr int16_t kFlexibleFrom = 12;

  struct Partition {
    int32_t partition = 0;
    /// The leader epoch the client knows, -1 where it knows none.
    int32_t current_leader_epoch = -1;
    int64_t fetch_offset = 0;
    /// Epoch of the last record the client has; set by replicas only.
    int32_t last_fetched_epoch = -1;
    /// Set by replicas only.
    int64_t log_start_offset = -1;
    int32_t partition_max_bytes = 0;
    /// Set by replicas only, like the next one.
    Uuid replica_directory_id;
    int64_t high_watermark = std::numeric_limits<int64_t>::max();

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("partition", &Partition::partition);
      field("current_leader_epoch", &Partition::current_leader_epoch, since(9));
      field("fetch_offset", &Partition::fetch_offset);
      field("last_fetched_epoch", &Partition::last_fetched_epoch, since(12));
      field("log_start_offset", &Partition::log_start_offset, since(5));
      field("partition_max_bytes", &Partition::partition_max_bytes);
      field("replica_directory_id", &Partition::replica_directory_id, since(17).tagged(0));
      field("high_watermark", &Partition::high_watermark, since(18).tagged(1));
    }
    bool operator==(const Partition&) const = default;
  };

  struct Topic {
    std::string topic;
    /// What names the topic from version 13 on.
    Uuid topic_id;
    std::vector<Partition> partitions;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("topic", &Topic::topic, between(0, 12));
      field("topic_id", &Topic::topic_id, since(13));
      field("partitions", &Topic::partitions);
    }
    bool operator==(const Topic&) const = default;
  };

  struct ForgottenTopic {
    std::string topic;
    Uuid topic_id;
    std::vector<int32_t> partitions;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("topic", &ForgottenTopic::topic, between(7, 12));
      field("topic_id", &ForgottenTopic::topic_id, since(13));
      field("partitions", &ForgottenTopic::partitions);
    }
    bool operator==(const ForgottenTopic&) const = default;
  };

  struct ReplicaState {
    int32_t replica_id = -1;
    int64_t replica_epoch = -1;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("replica_id", &ReplicaState::replica_id);
      field("replica_epoch", &ReplicaState::replica_epoch);
    }
    bool operator==(const ReplicaState&) const = default;
  };

  /// Sent by replicas only.
  std::optional<std::string> cluster_id;
  /// -1 for consumers.
  int32_t replica_id = -1;
  /// Takes the place of replica_id; not sent by consumers.
  ReplicaState replica_state;
  int32_t max_wait_ms = 0;
  int32_t min_bytes = 0;
  int32_t max_bytes = std::numeric_limits<int32_t>::max();
  /// 0: read_uncommitted, 1: read_committed.
  int8_t isolation_level = 0;
  /// 0 where no session exists yet (KIP-227).
  int32_t session_id = 0;
  /// -1: no session is wanted or it is to end, 0: begin one, above: the next request in it.
  int32_t session_epoch = -1;
  /// Within a session only what changed since the request before.
  std::vector<Topic> topics;
  std::vector<ForgottenTopic> forgotten_topics_data;
  std::string rack_id;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("cluster_id", &FetchRequest::cluster_id, since(12).tagged(0).nullable());
    field("replica_id", &FetchRequest::replica_id, between(0, 14));
    field("replica_state", &FetchRequest::replica_state, since(15).tagged(1));
    field("max_wait_ms", &FetchRequest::max_wait_ms);
    field("min_bytes", &FetchRequest::min_bytes);
    field("max_bytes", &FetchRequest::max_bytes);
    field("isolation_level", &FetchRequest::isolation_level);
    field("session_id", &FetchRequest::session_id, since(7));
    field("session_epoch", &FetchRequest::session_epoch, since(7));
    field("topics", &FetchRequest::topics);
    field("forgotten_topics_data", &FetchRequest::forgotten_topics_data, since(7));
    field("rack_id", &FetchRequest::rack_id, since(11));
  }
  bool operator==(const FetchRequest&) const = default;
};

struct FetchResponse {
  static constexpr int16_t kApiKey = 1;
  static constexpr int16_t kVersionMin = 4;
  static constexpr int16_t kVersionMax = 18;
  static constexpr int16_t kFlexibleFrom = 12;

  /// Where the log of a client that reads ahead of a truncation leaves ours.
  struct EpochEndOffset {
    int32_t epoch = -1;
    int64_t end_offset = -1;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("epoch", &EpochEndOffset::epoch);
      field("end_offset", &EpochEndOffset::end_offset);
    }
    bool operator==(const EpochEndOffset&) const = default;
  };

  struct LeaderIdAndEpoch {
    int32_t leader_id = -1;
    int32_t leader_epoch = -1;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("leader_id", &LeaderIdAndEpoch::leader_id);
      field("leader_epoch", &LeaderIdAndEpoch::leader_epoch);
    }
    bool operator==(const LeaderIdAndEpoch&) const = default;
  };

  /// Of the metadata log only.
  struct SnapshotId {
    int64_t end_offset = -1;
    int32_t epoch = -1;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("end_offset", &SnapshotId::end_offset);
      field("epoch", &SnapshotId::epoch);
    }
    bool operator==(const SnapshotId&) const = default;
  };

  struct AbortedTransaction {
    int64_t producer_id = 0;
    int64_t first_offset = 0;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("producer_id", &AbortedTransaction::producer_id);
      field("first_offset", &AbortedTransaction::first_offset);
    }
    bool operator==(const AbortedTransaction&) const = default;
  };

  struct Partition {
    int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::none;
    int64_t high_watermark = 0;
    int64_t last_stable_offset = -1;
    int64_t log_start_offset = -1;
    EpochEndOffset diverging_epoch;
    /// Where to read instead, with NOT_LEADER_OR_FOLLOWER and FENCED_LEADER_EPOCH.
    LeaderIdAndEpoch current_leader;
    SnapshotId snapshot_id;
    /// Null unless read_committed was asked for.
    std::optional<std::vector<AbortedTransaction>> aborted_transactions;
    /// A replica that is nearer to the consumer, or -1.
    int32_t preferred_read_replica = -1;
    FetchRecords records;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("partition_index", &Partition::partition_index);
      field("error_code", &Partition::error_code);
      field("high_watermark", &Partition::high_watermark);
      field("last_stable_offset", &Partition::last_stable_offset);
      field("log_start_offset", &Partition::log_start_offset, since(5));
      field("diverging_epoch", &Partition::diverging_epoch, since(12).tagged(0));
      field("current_leader", &Partition::current_leader, since(12).tagged(1));
      field("snapshot_id", &Partition::snapshot_id, since(12).tagged(2));
      field("aborted_transactions", &Partition::aborted_transactions, always().nullable());
      field("preferred_read_replica", &Partition::preferred_read_replica, since(11));
      field("records", &Partition::records);
    }
    bool operator==(const Partition&) const = default;
  };

  struct Topic {
    std::string topic;
    Uuid topic_id;
    std::vector<Partition> partitions;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("topic", &Topic::topic, between(0, 12));
      field("topic_id", &Topic::topic_id, since(13));
      field("partitions", &Topic::partitions);
    }
    bool operator==(const Topic&) const = default;
  };

  struct NodeEndpoint {
    int32_t node_id = 0;
    std::string host;
    int32_t port = 0;
    std::optional<std::string> rack;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("node_id", &NodeEndpoint::node_id);
      field("host", &NodeEndpoint::host);
      field("port", &NodeEndpoint::port);
      field("rack", &NodeEndpoint::rack, always().nullable());
    }
    bool operator==(const NodeEndpoint&) const = default;
  };

  int32_t throttle_time_ms = 0;
  /// Of the session; errors of partitions are with them.
  ErrorCode error_code = ErrorCode::none;
  int32_t session_id = 0;
  /// Within a session only partitions with news.
  std::vector<Topic> responses;
  /// Of the leaders that partitions name.
  std::vector<NodeEndpoint> node_endpoints;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &FetchResponse::throttle_time_ms);
    field("error_code", &FetchResponse::error_code, since(7));
    field("session_id", &FetchResponse::session_id, since(7));
    field("responses", &FetchResponse::responses);
    field("node_endpoints", &FetchResponse::node_endpoints, since(16).tagged(0));
  }
  bool operator==(const FetchResponse&) const = default;
};

}  // namespace millrace::wire
