// Started beside a broker that is coming up: how long until it has acknowledged a record.
#include "clients.h"
#include "modes.h"
#include "report.h"

namespace load {

int run_first(const Options& options) {
  Report report(options);
  const int64_t start_ns = now_ns();
  const int64_t end_ns = start_ns + options.limit_seconds * int64_t{1'000'000'000};
  Acknowledgements acknowledgements;
  const Client producer = make_producer(options, acknowledgements);
  const Topic topic = open_topic(options, producer.get());
  std::string payload = "the first one";
  while (acknowledgements.acked == 0 && now_ns() < end_ns) {
    if (rd_kafka_outq_len(producer.get()) == 0) send(topic.get(), payload, start_ns, true);
    // Asks for metadata itself, since the client alone looks for a leader only once a second; and
    // not for long, since it would sit out the whole time where there was no broker to begin with.
    const rd_kafka_metadata_t* metadata = nullptr;
    if (rd_kafka_metadata(producer.get(), 0, topic.get(), &metadata, 10) ==
        RD_KAFKA_RESP_ERR_NO_ERROR) {
      rd_kafka_metadata_destroy(metadata);
    }
    rd_kafka_poll(producer.get(), 5);
  }
  report.add("acked", static_cast<double>(acknowledgements.acked));
  report.add("first_ack_ms", static_cast<double>(acknowledgements.last_ns - start_ns) / 1e6, 1);
  report.print();
  return acknowledgements.acked > 0 ? 0 : 1;
}

}  // namespace load
