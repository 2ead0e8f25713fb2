// Sends records and learns what became of each: by waiting for one, and by callbacks for many.
//
//   producer [HOST:PORT]     a broker in this program where none is named
#include <atomic>
#include <iostream>
#include <string>

#include "millrace/millrace.h"

int fail(const millrace::Error& error) {
  std::cerr << error.to_string() << '\n';
  return 1;
}

int main(int argc, char** argv) {
  auto broker = millrace::Broker::open({.dir = std::string(millrace::in_memory)});
  if (!broker) return fail(broker.error());
  auto client = argc > 1 ? millrace::Client::connect({.bootstrap = argv[1]}) : broker->client();
  if (!client) return fail(client.error());
  const auto created = client->admin().create_topic({.name = "orders", .partitions = 3});
  if (!created && !created.error().is(millrace::ErrorCode::topic_already_exists)) {
    return fail(created.error());
  }

  auto producer = client->producer({.compression = millrace::Compression::lz4});
  if (!producer) return fail(producer.error());

  // Waiting for a record sends it at once. The error, if any, says whether it may have been
  // written.
  const auto one = producer->send({.topic = "orders", .key = "alice", .value = "2 apples"}).get();
  if (!one) return fail(one.error());
  std::cout << "alice's order is acknowledged\n";

  // Many records travel together in batches. Callbacks come on a thread of the client's.
  std::atomic<int> failed = 0;
  for (int i = 0; i < 1'000; ++i) {
    const std::string value = std::to_string(i) + " pears";  // send takes a copy
    producer->send({.topic = "orders", .key = "bob", .value = value},
                   [&failed](const millrace::Result<millrace::RecordMetadata>& sent) {
                     if (!sent) ++failed;
                   });
  }
  if (auto closed = producer->close(); !closed) return fail(closed.error());  // flushes before
  std::cout << producer->statistics().records_sent << " records acknowledged, " << failed
            << " failed\n";
}

// Output:
// alice's order is acknowledged
// 1001 records acknowledged, 0 failed
