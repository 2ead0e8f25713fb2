// librdkafka's producer, consumer and administration, and what both clients are given.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "options.h"
#include "sides.h"

namespace load {

// What a consumer reads ahead, and hands out at once.
inline constexpr int kPolledMax = 4096;
inline constexpr int kFetchedBytesMax = 4 << 20;
inline constexpr int kPrefetchedKibMax = 128 << 10;

struct KafkaDeleter {
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
using Client = std::unique_ptr<rd_kafka_t, KafkaDeleter>;
using Topic = std::unique_ptr<rd_kafka_topic_t, KafkaDeleter>;

[[noreturn]] void die(const std::string& why);

/// `acknowledgements` must outlive the producer.
Client make_producer(const Options& options, Acknowledgements& acknowledgements);
Client make_consumer(const Options& options);
Topic open_topic(const Options& options, rd_kafka_t* client);

// By a client of its own, which is gone when it returns.

/// Creates the topic unless it is there, and waits until every partition has a leader.
void ensure_topic(const Options& options);
bool delete_topic(const Options& options);
/// Gives the topic the configs of the options, and to all others their defaults.
bool alter_topic(const Options& options);

/// Assigns every partition from its first offset, or from its present end.
void assign_partitions(const Options& options, rd_kafka_t* consumer, bool from_end);

/// Hands over one record without copying it; -1 when the queue is full. `sent_ns` comes back in
/// the acknowledgement's latency. An empty key is none.
bool send(rd_kafka_topic_t* topic, std::string& payload, int64_t sent_ns, bool copy,
          std::string_view key = {});

/// About 16 MB of distinct log-like payloads, which compress about 3:1.
std::vector<std::string> make_payloads(int bytes);

}  // namespace load
