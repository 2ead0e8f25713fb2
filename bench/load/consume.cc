// Everything in the topic, from the first offset, without a group.
#include <algorithm>
#include <map>

#include "clients.h"
#include "modes.h"
#include "report.h"

namespace load {

int run_consume(const Options& options) {
  const Client consumer = make_consumer(options);
  Report report(options);
  const int64_t start_ns = now_ns();
  const int64_t end_ns = start_ns + options.limit_seconds * int64_t{1'000'000'000};
  assign_partitions(options, consumer.get(), false);
  rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(consumer.get());
  std::vector<rd_kafka_message_t*> messages(4096);
  std::map<int32_t, int64_t> next_offsets;
  int64_t received = 0, bytes = 0, gaps = 0, last_ns = start_ns;
  while (received < options.messages && now_ns() < end_ns) {
    const ssize_t count =
        rd_kafka_consume_batch_queue(queue, 100, messages.data(), messages.size());
    for (ssize_t i = 0; i < count; ++i) {
      rd_kafka_message_t* message = messages[static_cast<size_t>(i)];
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        const auto [next, is_first] = next_offsets.try_emplace(message->partition, message->offset);
        gaps += next->second != message->offset;
        next->second = message->offset + 1;
        ++received;
        bytes += static_cast<int64_t>(message->len);
      }
      rd_kafka_message_destroy(message);
    }
    if (count > 0) last_ns = now_ns();
  }
  const double seconds = static_cast<double>(std::max<int64_t>(1, last_ns - start_ns)) / 1e9;
  report.add("received", static_cast<double>(received));
  report.add("offset_gaps", static_cast<double>(gaps));
  report.add("seconds", seconds, 3);
  report.add("per_second", static_cast<double>(received) / seconds);
  report.add("mb_per_second", static_cast<double>(bytes) / seconds / 1e6, 1);
  report.print();
  rd_kafka_queue_destroy(queue);
  rd_kafka_consumer_close(consumer.get());
  return received < options.messages || gaps > 0 ? 1 : 0;
}

}  // namespace load
