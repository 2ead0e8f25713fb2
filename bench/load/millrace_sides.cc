#include <unistd.h>

#include <chrono>

#include "clients.h"
#include "millrace/client.h"
#include "report.h"
#include "sides.h"

namespace load {
namespace {

/// Leaves the program where a call fails: nothing may fail here.
template <class T>
T expect(millrace::Result<T> result) {
  if (!result) die(result.error().to_string());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

millrace::Client connect(const Options& options) {
  return expect(millrace::Client::connect({.bootstrap = options.brokers, .client_id = "load"}));
}

millrace::ProducerOptions producer_options(const Options& options) {
  const std::chrono::seconds limit(options.limit_seconds);
  millrace::ProducerOptions to;
  expect(to.set("acks", options.acks));
  expect(to.set("linger.ms", options.linger_ms.empty() ? "5" : options.linger_ms));
  expect(to.set("compression.type", options.codec));
  to.idempotence = options.is_idempotent;
  to.batch_bytes = static_cast<size_t>(options.batch_bytes);
  to.buffer_bytes = static_cast<size_t>(options.buffer_kib) << 10;
  to.delivery_timeout = limit;
  to.max_block = limit;
  return to;
}

class MillraceSender final : public Sender {
 public:
  MillraceSender(const Options& options, Acknowledgements& acknowledgements)
      : topic_(options.topic),
        acknowledgements_(acknowledgements),
        producer_(expect(connect(options).producer(producer_options(options)))) {}

  bool send(std::string& payload, int64_t sent_ns, std::string_view key) override {
    millrace::ProducerRecord record{.topic = topic_, .value = payload};
    if (!key.empty()) record.key = key;
    producer_.send(record, [this, sent_ns](const millrace::Result<millrace::RecordMetadata>& at) {
      if (at) return acknowledgements_.add(sent_ns, now_ns());
      acknowledgements_.add_failure(at.error().to_string());
    });
    return true;
  }
  bool send_copy(std::string& payload, int64_t sent_ns) override {
    return send(payload, sent_ns, {});
  }
  void serve(int wait_ms) override { usleep(static_cast<useconds_t>(wait_ms) * 1000); }
  void finish(int64_t end_ns) override {
    const std::chrono::nanoseconds left(std::max<int64_t>(0, end_ns - now_ns()));
    const auto done = producer_.flush(std::chrono::duration_cast<std::chrono::milliseconds>(left));
    if (!done) (void)producer_.close(std::chrono::milliseconds(0));
  }

 private:
  const std::string topic_;
  Acknowledgements& acknowledgements_;
  millrace::Producer producer_;
};

millrace::ConsumerOptions consumer_options(const Options& options) {
  millrace::ConsumerOptions to{.max_poll_records = kPolledMax};
  if (options.mode == "consume") {
    to.partition_fetch_bytes_max = kFetchedBytesMax;
    to.prefetch_bytes = size_t{kPrefetchedKibMax} << 10;
  }
  return to;
}

class MillraceReceiver final : public Receiver {
 public:
  MillraceReceiver(const Options& options, From from)
      : consumer_(expect(connect(options).consumer(consumer_options(options)))) {
    std::vector<millrace::TopicPartition> all;
    for (int32_t i = 0; i < options.partitions; ++i) all.emplace_back(options.topic, i);
    expect(consumer_.assign(all));
    expect(from == From::end ? consumer_.seek_to_end(all) : consumer_.seek_to_beginning(all));
    // A place at the end is the end of now, not of the first poll.
    for (const auto& partition : all) expect(consumer_.position(partition));
  }

  bool poll(int wait_ms, const OnRecord& on_record) override {
    const auto records = expect(consumer_.poll(std::chrono::milliseconds(wait_ms)));
    for (const auto& record : records) {
      on_record(record.partition(), record.offset(), record.value().value_or(""));
    }
    return !records.empty();
  }

 private:
  millrace::Consumer consumer_;
};

}  // namespace

std::unique_ptr<Sender> make_millrace_sender(const Options& options,
                                             Acknowledgements& acknowledgements) {
  return std::make_unique<MillraceSender>(options, acknowledgements);
}

std::unique_ptr<Receiver> make_millrace_receiver(const Options& options, From from) {
  return std::make_unique<MillraceReceiver>(options, from);
}

}  // namespace load
