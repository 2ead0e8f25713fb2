// A consumer as a member of a group, for test_mixed_groups.py.
//
//   group_member BOOTSTRAP TOPIC [NAME=VALUE...]
//
// The options have Kafka's names. Prints {"assigned": [PARTITION...]} when that changes and
// {"read": [{"partition": …, "offset": …, "value": …}...]} when that is committed; values need no
// escapes. Leaves its group when standard input ends.
#include <poll.h>

#include <iostream>
#include <string_view>

#include "millrace/client.h"

namespace {

using namespace millrace;

bool input_has_ended() {
  pollfd input{.fd = 0, .events = POLLIN, .revents = 0};
  return ::poll(&input, 1, 0) > 0;
}

void tell(const std::vector<TopicPartition>& assigned) {
  std::cout << "{\"assigned\": [";
  const char* comma = "";
  for (const TopicPartition& partition : assigned) {
    std::cout << std::exchange(comma, ", ") << partition.partition;
  }
  std::cout << "]}" << std::endl;
}

void tell(const ConsumerRecords& records) {
  std::cout << "{\"read\": [";
  const char* comma = "";
  for (const ConsumerRecord& record : records) {
    std::cout << std::exchange(comma, ", ") << "{\"partition\": " << record.partition()
              << ", \"offset\": " << record.offset() << ", \"value\": \""
              << record.value().value_or("") << "\"}";
  }
  std::cout << "]}" << std::endl;
}

Result<void> consume(Consumer& consumer) {
  std::vector<TopicPartition> told;
  while (!input_has_ended()) {
    const auto records = consumer.poll(milliseconds(50));
    if (!records) return records.error();
    // What cannot be committed any more is somebody else's to read.
    if (!records->empty() && consumer.commit(*records)) tell(*records);
    if (auto now = consumer.assignment(); now != told) tell(told = std::move(now));
  }
  return consumer.close();
}

Result<void> run(const std::string& bootstrap, const std::string& topic,
                 const ConsumerOptions& options) {
  const auto client = Client::connect({.bootstrap = bootstrap});
  if (!client) return client.error();
  auto consumer = client->consumer(options);
  if (!consumer) return consumer.error();
  if (auto subscribed = consumer->subscribe({topic}); !subscribed) return subscribed;
  return consume(*consumer);
}

int fail(const Error& error) {
  std::cerr << error.to_string() << '\n';
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  ConsumerOptions options;
  for (int i = 3; i < argc; ++i) {
    const std::string_view option = argv[i];
    const size_t sign = option.find('=');
    if (sign == option.npos) return 2;
    const auto done = options.set(option.substr(0, sign), option.substr(sign + 1));
    if (!done) return fail(done.error());
  }
  const auto outcome = run(argv[1], argv[2], options);
  return outcome ? 0 : fail(outcome.error());
}
