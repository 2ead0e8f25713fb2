// librdkafka, at a broker or at its own mock cluster, which keeps the last 5 MB of a partition in
// the memory of this process.
#include <librdkafka/rdkafka.h>
// It must come behind the one above.
#include <librdkafka/rdkafka_mock.h>

#include <array>

#include "peer_log.h"

namespace embedded {
namespace {

constexpr int kTimeoutMs = 10'000;

struct DestroyHandle {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
};
using Handle = std::unique_ptr<rd_kafka_t, DestroyHandle>;

struct DestroyQueue {
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
using Queue = std::unique_ptr<rd_kafka_queue_t, DestroyQueue>;

void must(rd_kafka_resp_err_t code) {
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) die(std::string("librdkafka: ") + rd_kafka_err2str(code));
}

void set(rd_kafka_conf_t* conf, const char* key, const std::string& value) {
  std::array<char, 300> error{};
  if (rd_kafka_conf_set(conf, key, value.c_str(), error.data(), error.size()) != RD_KAFKA_CONF_OK) {
    die(error.data());
  }
}

Handle make(rd_kafka_type_t type, rd_kafka_conf_t* conf) {
  std::array<char, 300> error{};
  Handle handle(rd_kafka_new(type, conf, error.data(), error.size()));
  if (!handle) die(error.data());
  return handle;
}

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) { must(message->err); }

class RdkafkaReader final : public PeerReader {
 public:
  RdkafkaReader(const std::string& bootstrap, const std::string& topic, bool is_mock) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", bootstrap);
    set(conf, "group.id", "unused");
    set(conf, "enable.auto.commit", "false");
    set(conf, "queued.min.messages", "1000000");
    // The mock cluster lets this time pass, whatever arrives meanwhile.
    if (is_mock) set(conf, "fetch.wait.max.ms", "1");
    consumer_ = make(RD_KAFKA_CONSUMER, conf);
    rd_kafka_poll_set_consumer(consumer_.get());
    queue_.reset(rd_kafka_queue_get_consumer(consumer_.get()));
    rd_kafka_topic_partition_list_t* all = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(all, topic.c_str(), 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    must(rd_kafka_assign(consumer_.get(), all));
    rd_kafka_topic_partition_list_destroy(all);
  }
  ~RdkafkaReader() override { rd_kafka_consumer_close(consumer_.get()); }

  Taken take() override {
    const ssize_t count =
        rd_kafka_consume_batch_queue(queue_.get(), 0, messages_.data(), messages_.size());
    Taken taken;
    for (ssize_t i = 0; i < count; ++i) add(messages_[static_cast<size_t>(i)], taken);
    return taken;
  }
  /// A batch with a time to wait would wait until it is full.
  Taken wait_and_take() override {
    rd_kafka_message_t* first = rd_kafka_consumer_poll(consumer_.get(), 1'000);
    if (first == nullptr) return {};
    Taken taken = take();
    add(first, taken);
    return taken;
  }

 private:
  static void add(rd_kafka_message_t* message, Taken& taken) {
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      ++taken.records;
      taken.bytes += static_cast<int64_t>(message->len);
    }
    rd_kafka_message_destroy(message);
  }

  Handle consumer_;
  Queue queue_;
  std::array<rd_kafka_message_t*, 10'000> messages_{};
};

class RdkafkaLog final : public PeerLog {
 public:
  /// Without a bootstrap the producer brings a cluster along.
  RdkafkaLog(std::string bootstrap, std::string topic, Durability durability)
      : is_mock_(bootstrap.empty()), bootstrap_(std::move(bootstrap)), topic_(std::move(topic)) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    if (is_mock_) {
      set(conf, "test.mock.num.brokers", "1");
      set(conf, "log_level", "0");
    } else {
      set(conf, "bootstrap.servers", bootstrap_);
    }
    set(conf, "acks", "1");
    set(conf, "linger.ms", "0");
    set(conf, "queue.buffering.max.messages", "1000000");
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    producer_ = make(RD_KAFKA_PRODUCER, conf);
    if (is_mock_) {
      rd_kafka_mock_cluster_t* cluster = rd_kafka_handle_mock_cluster(producer_.get());
      bootstrap_ = rd_kafka_mock_cluster_bootstraps(cluster);
      must(rd_kafka_mock_topic_create(cluster, topic_.c_str(), 1, 1));
    } else {
      create_topic(durability);
    }
  }

  void append(std::span<const std::string_view> values) override {
    for (const std::string_view value : values) {
      while (!produce(value)) rd_kafka_poll(producer_.get(), 5);
    }
    rd_kafka_poll(producer_.get(), 0);
  }
  void settle() override {
    while (rd_kafka_outq_len(producer_.get()) > 0) rd_kafka_poll(producer_.get(), 20);
  }
  std::unique_ptr<PeerReader> reader() override {
    return std::make_unique<RdkafkaReader>(bootstrap_, topic_, is_mock_);
  }

 private:
  /// False where the queue is full.
  bool produce(std::string_view value) {
    const rd_kafka_resp_err_t code = rd_kafka_producev(
        producer_.get(), RD_KAFKA_V_TOPIC(topic_.c_str()), RD_KAFKA_V_PARTITION(0),
        RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) return false;
    must(code);
    return true;
  }

  void create_topic(Durability durability) {
    std::array<char, 300> error{};
    rd_kafka_NewTopic_t* wanted =
        rd_kafka_NewTopic_new(topic_.c_str(), 1, 1, error.data(), error.size());
    if (wanted == nullptr) die(error.data());
    if (durability == Durability::disk) {
      must(rd_kafka_NewTopic_set_config(wanted, "flush.messages", "1"));
    }
    const Queue answers(rd_kafka_queue_new(producer_.get()));
    rd_kafka_CreateTopics(producer_.get(), &wanted, 1, nullptr, answers.get());
    rd_kafka_event_t* answer = rd_kafka_queue_poll(answers.get(), kTimeoutMs);
    if (answer == nullptr) die("librdkafka: no answer to CreateTopics");
    must(rd_kafka_event_error(answer));
    rd_kafka_event_destroy(answer);
    rd_kafka_NewTopic_destroy(wanted);
  }

  const bool is_mock_;
  std::string bootstrap_;
  const std::string topic_;
  Handle producer_;
};

}  // namespace

Peer mock_cluster_peer() {
  return {.open =
              [](const std::string& place, Durability durability) {
                return std::make_unique<RdkafkaLog>("", place, durability);
              },
          .readers_sleep = true,
          .syncs = false};
}

Peer broker_peer(const std::string& bootstrap) {
  return {.open =
              [bootstrap](const std::string& place, Durability durability) {
                return std::make_unique<RdkafkaLog>(bootstrap, place, durability);
              },
          .readers_sleep = true,
          .opens = false};
}

}  // namespace embedded
