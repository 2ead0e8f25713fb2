// What brokers, clients, producers and consumers can be told; every field has a safe default.
//
// Each struct also takes Kafka's own names: options.set("linger.ms", "5"). Fields say which name
// they answer to. A key that Millrace has no use for (TLS, metrics reporters …) is refused, with
// the nearest key that exists, rather than ignored. Times are milliseconds, sizes bytes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/clock.h"
#include "millrace/executor.h"
#include "millrace/record.h"
#include "millrace/result.h"

namespace millrace {

using std::chrono::milliseconds;

/// When a record counts as sent: `all` once it is as durable as the topic promises (by default on
/// disk), `leader` (acks=1) once it is in the broker's page cache, `none` at once and unknown.
enum class Acks : int16_t { all = -1, none = 0, leader = 1 };

/// Codecs of record batches, numbered as on the wire.
enum class Compression : int8_t { none = 0, gzip = 1, snappy = 2, lz4 = 3, zstd = 4 };

/// Which records a consumer sees: those of aborted and open transactions too, or not (KIP-98).
enum class Isolation : int8_t { read_uncommitted = 0, read_committed = 1 };

/// How partitions are chosen for records that name none.
enum class Partitioner : int8_t {
  /// As Kafka's Java producer: murmur2 of the key; records without a key stick to one partition
  /// until its batch is full (KIP-480, KIP-794). An empty key is a key.
  murmur2_sticky,
  /// librdkafka's `murmur2_random`: murmur2 of the key, null keys anywhere.
  murmur2_random,
  /// librdkafka's default, `consistent_random`: CRC-32 of the key; null and empty keys anywhere.
  consistent_random,
};

/// A partitioner of the program's own: gets the record and the number of partitions (at least 1),
/// answers one of them. Called on the thread that sends, from several threads at once.
using CustomPartitioner = std::function<int32_t(const ProducerRecord&, int32_t partition_count)>;

/// How a networked client finds and waits for its brokers. An in-process client has no use for it.
struct ClientOptions {
  /// HOST:PORT, several by commas; the port defaults to 9092. `bootstrap.servers`
  std::string bootstrap = {};
  /// Shown in the broker's logs and group descriptions. `client.id`
  std::string client_id = "millrace";
  /// For one answer of a broker, 1 and more. `request.timeout.ms`
  milliseconds request_timeout{30'000};
  /// For one administrative call with its retries, 1 and more. `default.api.timeout.ms`
  milliseconds api_timeout{60'000};
  /// For a connection to be made. `socket.connection.setup.timeout.ms`
  milliseconds connect_timeout{10'000};
  /// First pause before trying again, doubled up to the maximum. `retry.backoff.ms`
  milliseconds retry_backoff{100};
  /// `retry.backoff.max.ms`
  milliseconds retry_backoff_max{1'000};
  /// Leaders are asked for anew after so long. `metadata.max.age.ms`
  milliseconds metadata_max_age{300'000};
  /// Nothing: the client has one thread of its own ("mill-client").
  Executor* executor = nullptr;

  /// invalid_argument: a key that does not exist, a value that it does not take.
  Result<void> set(std::string_view key, std::string_view value);
};

struct ProducerOptions {
  /// `acks`: all, -1, 1, 0
  Acks acks = Acks::all;
  /// A retry never doubles or reorders a record (KIP-98). Needs acks all and at most 5 requests in
  /// flight; nothing: where these hold. `enable.idempotence`
  std::optional<bool> idempotence = std::nullopt;
  /// Set for transactions; one producer at a time has it, an older one is fenced.
  /// `transactional.id`
  std::string transactional_id = {};
  /// An open transaction is aborted by the broker after so long. `transaction.timeout.ms`
  milliseconds transaction_timeout{60'000};
  /// How long a batch waits for more records. Whoever waits for a delivery or flushes does not wait
  /// for this. `linger.ms`
  milliseconds linger{5};
  /// A batch is sent when it has so many bytes before compression. `batch.size`
  size_t batch_bytes = size_t{256} << 10;
  /// `compression.type`: none, gzip, snappy, lz4, zstd
  Compression compression = Compression::none;
  /// Nothing: the codec's default. `compression.{gzip,lz4,zstd}.level`
  std::optional<int> compression_level = std::nullopt;
  /// From send to the acknowledgement or the failure, all retries included. `delivery.timeout.ms`
  milliseconds delivery_timeout{120'000};
  /// Requests under way to one broker, 1 and more; order is kept with any number where the producer
  /// is idempotent. `max.in.flight.requests.per.connection`
  int32_t max_in_flight = 5;
  /// Retries of one batch, inside the delivery timeout. `retries`
  int32_t retries = INT32_MAX;
  /// The largest request. `max.request.size`
  size_t request_bytes_max = size_t{1} << 20;
  /// Records not acknowledged yet may take so much memory; then send() waits. `buffer.memory`
  size_t buffer_bytes = size_t{32} << 20;
  /// How long send() waits for room or for a topic's partitions; 0 refuses at once. `max.block.ms`
  milliseconds max_block{60'000};
  /// `partitioner`: murmur2_sticky, murmur2_random, consistent_random
  Partitioner partitioner = Partitioner::murmur2_sticky;
  /// In place of the above where set.
  CustomPartitioner custom_partitioner = {};

  /// As ClientOptions::set.
  Result<void> set(std::string_view key, std::string_view value);
};

/// Where a consumer begins in a partition without a committed offset, or whose offset is gone.
enum class OffsetReset : int8_t { earliest, latest, none };

/// What a group's member is told when partitions come and go. All run inside poll(), unsubscribe()
/// or close(), on the thread that called it, and may use the consumer (commit, seek, position …).
struct RebalanceCallbacks {
  /// New partitions: with the eager protocol all of them, otherwise those that were added.
  std::function<void(const std::vector<TopicPartition>&)> assigned = {};
  /// Partitions are about to be given up; the last chance to commit what was done in them.
  std::function<void(const std::vector<TopicPartition>&)> revoked = {};
  /// Partitions are somebody else's already (the member was fenced); a commit would fail. Where not
  /// set, `revoked` is called instead, as in Java.
  std::function<void(const std::vector<TopicPartition>&)> lost = {};
};

/// Which protocol a group's members speak: the classic one (KIP-62, KIP-429), or KIP-848's.
enum class GroupProtocol : int8_t { classic, consumer };

/// How the classic protocol's leader shares partitions out.
enum class Assignor : int8_t { range, roundrobin, cooperative_sticky };

struct ConsumerOptions {
  /// Needed for subscribe and commit, not for assign. `group.id`
  std::string group = {};
  /// Subscribed to from the beginning; the same as subscribe().
  std::vector<std::string> topics = {};
  /// Names this member across restarts (KIP-345). `group.instance.id`
  std::string group_instance_id = {};
  /// `group.protocol`: classic, consumer
  GroupProtocol group_protocol = GroupProtocol::classic;
  /// Of the classic protocol, in order of preference; not empty.
  /// `partition.assignment.strategy`: range, roundrobin, cooperative-sticky, or Java's class names
  std::vector<Assignor> assignors = {Assignor::range, Assignor::cooperative_sticky};
  /// Of the consumer protocol: uniform or range; empty leaves it to the broker.
  /// `group.remote.assignor`
  std::string remote_assignor = {};
  /// `auto.offset.reset`: earliest, latest, none (an error from poll)
  OffsetReset auto_offset_reset = OffsetReset::latest;
  /// Commits what poll handed out before, every auto_commit_interval and when partitions go.
  /// `enable.auto.commit`
  bool auto_commit = true;
  /// `auto.commit.interval.ms`
  milliseconds auto_commit_interval{5'000};
  /// `isolation.level`: read_uncommitted, read_committed
  Isolation isolation = Isolation::read_uncommitted;
  /// A member that is not heard of for so long is out. `session.timeout.ms`
  milliseconds session_timeout{45'000};
  /// `heartbeat.interval.ms`
  milliseconds heartbeat_interval{3'000};
  /// A member that does not poll for so long leaves the group. `max.poll.interval.ms`
  milliseconds max_poll_interval{300'000};
  /// Records of one poll, 1 and more. `max.poll.records`
  int32_t max_poll_records = 500;
  /// The broker waits for so many bytes, up to fetch_max_wait. `fetch.min.bytes`
  int32_t fetch_min_bytes = 1;
  /// `fetch.max.wait.ms`
  milliseconds fetch_max_wait{500};
  /// Of one answer; a larger first batch comes all the same (KIP-74). `fetch.max.bytes`
  int32_t fetch_max_bytes = 50 << 20;
  /// `max.partition.fetch.bytes`
  int32_t partition_fetch_bytes_max = 1 << 20;
  /// Fetched and not polled yet, all partitions together; then nothing more is fetched.
  size_t prefetch_bytes = size_t{64} << 20;
  /// Checks the CRC of each batch. `check.crcs`
  bool check_crcs = true;
  /// Lets a subscription create topics where the broker allows. `allow.auto.create.topics`
  bool allow_auto_create_topics = true;
  RebalanceCallbacks on_rebalance = {};

  /// As ClientOptions::set.
  Result<void> set(std::string_view key, std::string_view value);
};

/// In place of a directory's name: everything is kept in memory and gone with the broker.
inline constexpr std::string_view in_memory = ":memory:";

struct BrokerOptions {
  /// The data directory, made where missing; or `in_memory`.
  std::string dir = {};
  /// Any key of docs/configuration.md, as in Kafka's server.properties.
  std::map<std::string, std::string> config = {};
  /// Threads that make records durable, 1 and more; not used with `executor` or `manual`.
  size_t sync_threads = 2;
  /// Runs all work; no thread is started. Not together with `manual`.
  Executor* executor = nullptr;
  /// No thread is started and nothing happens by itself: syncs run inside the call that needs them,
  /// all other work inside run_until(). Calls that would wait do the work that is due and then
  /// answer timed_out.
  bool manual = false;
  /// Nothing: the system's. A ManualClock together with `manual` makes every deadline exact.
  const Clock* clock = nullptr;
  /// Allows Broker::faults(); never in production.
  bool allow_faults = false;

  /// A key of the broker's configuration; the same as config[key] = value, checked at once.
  Result<void> set(std::string_view key, std::string_view value);
};

}  // namespace millrace
