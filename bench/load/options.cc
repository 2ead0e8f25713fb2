#include "options.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace load {
namespace {

constexpr char kUsage[] =
    "load MODE -b HOST:PORT -t TOPIC ...    one line of JSON for each run\n"
    "  produce  -n MESSAGES -s BYTES -a ACKS -p PARTITIONS -z CODEC -l LINGER_MS -k DISTINCT_KEYS\n"
    "  consume  -n MESSAGES -p PARTITIONS      from the first offset, without a group\n"
    "  transact -n MESSAGES -m MESSAGES_PER_TRANSACTION, each committed before the next begins\n"
    "  latency  -r PER_SECOND -d SECONDS       from the scheduled send to the delivery\n"
    "  members  -n MEMBERS -p PARTITIONS -g classic|consumer: all join, one leaves, one joins\n"
    "  pace     -r PER_SECOND -d SECONDS       from the scheduled send to the acknowledgement\n"
    "  first                                   until the first acknowledged record\n"
    "  delete                                  deletes the topic\n"
    "  alter                                   gives the topic the configs of -C and no others\n"
    "  -c librdkafka|millrace the client of produce, consume, latency and pace\n"
    "  -i idempotent, with -a all  -B BYTES of a batch  -q KIB of what is not acknowledged yet\n"
    "  -P PID broker process (adds its CPU and memory)  -C K=V config of the topic  -T SECONDS "
    "limit\n";

[[noreturn]] void refuse(const char* why) {
  std::fprintf(stderr, "load: %s\n%s", why, kUsage);
  std::exit(2);
}

std::pair<std::string, std::string> key_and_value(const char* text) {
  const char* equals = std::strchr(text, '=');
  if (equals == nullptr) refuse("-C wants K=V");
  return {std::string(text, equals), std::string(equals + 1)};
}

}  // namespace

Options parse_options(int argc, char** argv) {
  if (argc < 2) refuse("no mode");
  Options options;
  options.mode = argv[1];
  optind = 2;
  for (int letter = 0;
       (letter = getopt(argc, argv, "b:c:t:n:m:s:a:l:z:p:r:d:C:T:P:g:k:iB:q:")) != -1;) {
    switch (letter) {
      case 'b': options.brokers = optarg; break;
      case 'c': options.client = optarg; break;
      case 't': options.topic = optarg; break;
      case 'n': options.messages = std::atoll(optarg); break;
      case 'm': options.transaction_messages = std::atoll(optarg); break;
      case 's': options.message_bytes = std::atoi(optarg); break;
      case 'a': options.acks = optarg; break;
      case 'l': options.linger_ms = optarg; break;
      case 'z': options.codec = optarg; break;
      case 'p': options.partitions = std::atoi(optarg); break;
      case 'r': options.rate = std::atoll(optarg); break;
      case 'k': options.keys = std::atoll(optarg); break;
      case 'i': options.is_idempotent = true; break;
      case 'B': options.batch_bytes = std::atoll(optarg); break;
      case 'q': options.buffer_kib = std::atoll(optarg); break;
      case 'd': options.measured_seconds = std::atoi(optarg); break;
      case 'g': options.protocol = optarg; break;
      case 'C': options.topic_configs.push_back(key_and_value(optarg)); break;
      case 'T': options.limit_seconds = std::atoi(optarg); break;
      case 'P': options.broker_pid = std::atoll(optarg); break;
      default: refuse("unknown flag");
    }
  }
  if (options.message_bytes < 8) refuse("-s must be at least 8");
  if (options.protocol != "classic" && options.protocol != "consumer")
    refuse("-g is classic or consumer");
  if (options.client != "librdkafka" && options.client != "millrace")
    refuse("-c is librdkafka or millrace");
  if (options.is_idempotent && options.acks != "all") refuse("-i wants -a all");
  if (options.rate < 1 || options.keys < 0 || options.partitions < 1 || options.messages < 1 ||
      options.transaction_messages < 1 || options.batch_bytes < 1 || options.buffer_kib < 1)
    refuse("counts start at 1");
  return options;
}

}  // namespace load
