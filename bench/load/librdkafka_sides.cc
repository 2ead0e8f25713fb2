#include <vector>

#include "clients.h"
#include "report.h"
#include "sides.h"

namespace load {
namespace {

class LibrdkafkaSender final : public Sender {
 public:
  LibrdkafkaSender(const Options& options, Acknowledgements& acknowledgements)
      : client_(make_producer(options, acknowledgements)),
        topic_(open_topic(options, client_.get())) {}

  bool send(std::string& payload, int64_t sent_ns, std::string_view key) override {
    if (load::send(topic_.get(), payload, sent_ns, false, key)) {
      if (++sent_ % kSendsPerServe == 0) serve(0);
      return true;
    }
    serve(5);
    return false;
  }
  bool send_copy(std::string& payload, int64_t sent_ns) override {
    return load::send(topic_.get(), payload, sent_ns, true);
  }
  void serve(int wait_ms) override { rd_kafka_poll(client_.get(), wait_ms); }
  void finish(int64_t end_ns) override {
    while (rd_kafka_outq_len(client_.get()) > 0 && now_ns() < end_ns) serve(20);
    if (rd_kafka_outq_len(client_.get()) == 0) return;
    rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(client_.get(), 1000);
  }

 private:
  static constexpr int64_t kSendsPerServe = 256;

  const Client client_;
  const Topic topic_;
  int64_t sent_ = 0;
};

class LibrdkafkaReceiver final : public Receiver {
 public:
  LibrdkafkaReceiver(const Options& options, From from) : client_(make_consumer(options)) {
    assign_partitions(options, client_.get(), from == From::end);
    queue_ = rd_kafka_queue_get_consumer(client_.get());
  }
  ~LibrdkafkaReceiver() override {
    rd_kafka_queue_destroy(queue_);
    rd_kafka_consumer_close(client_.get());
  }

  bool poll(int wait_ms, const OnRecord& on_record) override {
    const ssize_t count =
        rd_kafka_consume_batch_queue(queue_, wait_ms, messages_.data(), messages_.size());
    for (ssize_t i = 0; i < count; ++i) {
      rd_kafka_message_t* message = messages_[static_cast<size_t>(i)];
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        on_record(message->partition, message->offset,
                  {static_cast<const char*>(message->payload), message->len});
      }
      rd_kafka_message_destroy(message);
    }
    return count > 0;
  }

 private:
  const Client client_;
  rd_kafka_queue_t* queue_ = nullptr;
  std::vector<rd_kafka_message_t*> messages_ = std::vector<rd_kafka_message_t*>(kPolledMax);
};

}  // namespace

std::unique_ptr<Sender> make_librdkafka_sender(const Options& options,
                                               Acknowledgements& acknowledgements) {
  return std::make_unique<LibrdkafkaSender>(options, acknowledgements);
}

std::unique_ptr<Receiver> make_librdkafka_receiver(const Options& options, From from) {
  return std::make_unique<LibrdkafkaReceiver>(options, from);
}

}  // namespace load
