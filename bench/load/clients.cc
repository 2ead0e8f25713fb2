#include "clients.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "report.h"

namespace load {
namespace {

constexpr int kErrorTextSize = 300;

void set(rd_kafka_conf_t* conf, const char* key, const std::string& value) {
  char error[kErrorTextSize];
  if (rd_kafka_conf_set(conf, key, value.c_str(), error, sizeof error) != RD_KAFKA_CONF_OK) {
    die(error);
  }
}

rd_kafka_conf_t* common_conf(const Options& options) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", options.brokers);
  set(conf, "client.id", "load");
  set(conf, "socket.nagle.disable", "true");
  // While a broker starts, refused connections are what is measured, not news.
  if (options.mode == "first") set(conf, "log_level", "0");
  return conf;
}

Client make(rd_kafka_type_t type, rd_kafka_conf_t* conf) {
  char error[kErrorTextSize];
  Client client(rd_kafka_new(type, conf, error, sizeof error));
  if (client == nullptr) die(error);
  return client;
}

Client make_admin(const Options& options) { return make(RD_KAFKA_PRODUCER, common_conf(options)); }

void on_acknowledgement(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  auto& all = *static_cast<Acknowledgements*>(opaque);
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return all.add_failure(rd_kafka_err2str(message->err));
  }
  all.add(static_cast<int64_t>(reinterpret_cast<intptr_t>(message->_private)), now_ns());
}

int partitions_with_leader(const Options& options, rd_kafka_t* client) {
  const Topic topic = open_topic(options, client);
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(client, 0, topic.get(), &metadata, 5000) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return 0;
  }
  int found = 0;
  if (metadata->topic_cnt == 1 && metadata->topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const rd_kafka_metadata_topic& described = metadata->topics[0];
    for (int i = 0; i < described.partition_cnt; ++i) found += described.partitions[i].leader >= 0;
  }
  rd_kafka_metadata_destroy(metadata);
  return found;
}

}  // namespace

void die(const std::string& why) {
  std::fprintf(stderr, "load: %s\n", why.c_str());
  std::exit(1);
}

Client make_producer(const Options& options, Acknowledgements& acknowledgements) {
  rd_kafka_conf_t* conf = common_conf(options);
  set(conf, "acks", options.acks);
  set(conf, "linger.ms", options.linger_ms.empty() ? "5" : options.linger_ms);
  set(conf, "compression.codec", options.codec);
  set(conf, "queue.buffering.max.messages", "1000000");
  set(conf, "queue.buffering.max.kbytes", std::to_string(options.buffer_kib));
  set(conf, "batch.num.messages", "1000000");
  set(conf, "batch.size", std::to_string(options.batch_bytes));
  if (options.is_idempotent) set(conf, "enable.idempotence", "true");
  set(conf, "message.timeout.ms", std::to_string(options.limit_seconds * 1000));
  if (options.mode == "transact") set(conf, "transactional.id", options.topic);
  if (options.mode == "first") {
    set(conf, "reconnect.backoff.ms", "5");
    set(conf, "reconnect.backoff.max.ms", "20");
    set(conf, "retry.backoff.ms", "5");
  }
  rd_kafka_conf_set_dr_msg_cb(conf, on_acknowledgement);
  rd_kafka_conf_set_opaque(conf, &acknowledgements);
  return make(RD_KAFKA_PRODUCER, conf);
}

Client make_consumer(const Options& options) {
  rd_kafka_conf_t* conf = common_conf(options);
  set(conf, "group.id", "load-unused");
  set(conf, "enable.auto.commit", "false");
  set(conf, "auto.offset.reset", "earliest");
  set(conf, "fetch.error.backoff.ms", "20");
  if (options.mode == "consume") {
    set(conf, "queued.min.messages", "1000000");
    set(conf, "queued.max.messages.kbytes", std::to_string(kPrefetchedKibMax));
    set(conf, "fetch.message.max.bytes", std::to_string(kFetchedBytesMax));
  }
  Client consumer = make(RD_KAFKA_CONSUMER, conf);
  rd_kafka_poll_set_consumer(consumer.get());
  return consumer;
}

Topic open_topic(const Options& options, rd_kafka_t* client) {
  return Topic(rd_kafka_topic_new(client, options.topic.c_str(), nullptr));
}

void ensure_topic(const Options& options) {
  const Client admin = make_admin(options);
  rd_kafka_t* const client = admin.get();
  char error[kErrorTextSize];
  rd_kafka_NewTopic_t* wanted =
      rd_kafka_NewTopic_new(options.topic.c_str(), options.partitions, 1, error, sizeof error);
  if (wanted == nullptr) die(error);
  for (const auto& [key, value] : options.topic_configs) {
    rd_kafka_NewTopic_set_config(wanted, key.c_str(), value.c_str());
  }
  rd_kafka_queue_t* answers = rd_kafka_queue_new(client);
  rd_kafka_CreateTopics(client, &wanted, 1, nullptr, answers);
  rd_kafka_event_t* answer = rd_kafka_queue_poll(answers, options.limit_seconds * 1000);
  if (answer == nullptr) die("no answer to the creation of the topic");
  if (rd_kafka_event_error(answer) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    die(rd_kafka_event_error_string(answer));
  }
  rd_kafka_event_destroy(answer);
  rd_kafka_queue_destroy(answers);
  rd_kafka_NewTopic_destroy(wanted);

  const int64_t end_ns = now_ns() + options.limit_seconds * int64_t{1'000'000'000};
  while (partitions_with_leader(options, client) < options.partitions) {
    if (now_ns() > end_ns) die("topic " + options.topic + " has no leaders");
    usleep(2000);
  }
}

bool delete_topic(const Options& options) {
  const Client admin = make_admin(options);
  rd_kafka_t* const client = admin.get();
  rd_kafka_DeleteTopic_t* unwanted = rd_kafka_DeleteTopic_new(options.topic.c_str());
  rd_kafka_queue_t* answers = rd_kafka_queue_new(client);
  rd_kafka_DeleteTopics(client, &unwanted, 1, nullptr, answers);
  rd_kafka_event_t* answer = rd_kafka_queue_poll(answers, options.limit_seconds * 1000);
  const bool done = answer != nullptr && rd_kafka_event_error(answer) == RD_KAFKA_RESP_ERR_NO_ERROR;
  if (answer != nullptr) rd_kafka_event_destroy(answer);
  rd_kafka_queue_destroy(answers);
  rd_kafka_DeleteTopic_destroy(unwanted);
  return done;
}

bool alter_topic(const Options& options) {
  const Client admin = make_admin(options);
  rd_kafka_t* const client = admin.get();
  rd_kafka_ConfigResource_t* topic =
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, options.topic.c_str());
  for (const auto& [key, value] : options.topic_configs) {
    rd_kafka_ConfigResource_set_config(topic, key.c_str(), value.c_str());
  }
  rd_kafka_queue_t* answers = rd_kafka_queue_new(client);
  rd_kafka_AlterConfigs(client, &topic, 1, nullptr, answers);
  rd_kafka_event_t* answer = rd_kafka_queue_poll(answers, options.limit_seconds * 1000);
  bool done = answer != nullptr && rd_kafka_event_error(answer) == RD_KAFKA_RESP_ERR_NO_ERROR;
  size_t count = 0;
  const rd_kafka_ConfigResource_t** altered =
      done ? rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(answer),
                                                    &count)
           : nullptr;
  for (size_t i = 0; i < count; ++i) {
    done = done && rd_kafka_ConfigResource_error(altered[i]) == RD_KAFKA_RESP_ERR_NO_ERROR;
  }
  if (answer != nullptr) rd_kafka_event_destroy(answer);
  rd_kafka_queue_destroy(answers);
  rd_kafka_ConfigResource_destroy(topic);
  return done;
}

void assign_partitions(const Options& options, rd_kafka_t* consumer, bool from_end) {
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(options.partitions);
  for (int partition = 0; partition < options.partitions; ++partition) {
    int64_t low = 0, high = 0;
    const auto error = rd_kafka_query_watermark_offsets(consumer, options.topic.c_str(), partition,
                                                        &low, &high, 10000);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) die(rd_kafka_err2str(error));
    rd_kafka_topic_partition_list_add(list, options.topic.c_str(), partition)->offset =
        from_end ? high : low;
  }
  const auto error = rd_kafka_assign(consumer, list);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) die(rd_kafka_err2str(error));
  rd_kafka_topic_partition_list_destroy(list);
}

bool send(rd_kafka_topic_t* topic, std::string& payload, int64_t sent_ns, bool copy,
          std::string_view key) {
  const int sent =
      rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, copy ? RD_KAFKA_MSG_F_COPY : 0, payload.data(),
                       payload.size(), key.empty() ? nullptr : key.data(), key.size(),
                       reinterpret_cast<void*>(static_cast<intptr_t>(sent_ns)));
  if (sent == 0) return true;
  const auto error = rd_kafka_last_error();
  if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) die(rd_kafka_err2str(error));
  return false;
}

std::vector<std::string> make_payloads(int bytes) {
  static constexpr const char* kWords[] = {
      "user", "order", "click", "view", "cart",    "checkout", "login", "search",
      "eu-1", "us-2",  "GET",   "POST", "success", "failure",  "cache", "price"};
  constexpr int kPoolBytes = 16 << 20;
  std::mt19937 random(7);
  const auto size = static_cast<size_t>(bytes);
  std::vector<std::string> payloads(static_cast<size_t>(std::max(1024, kPoolBytes / bytes)));
  for (std::string& payload : payloads) {
    while (payload.size() < size) {
      payload += std::string("\"") + kWords[random() % std::size(kWords)] +
                 "\":" + std::to_string(random() % 1'000'000) + ",";
    }
    payload.resize(size);
  }
  return payloads;
}

}  // namespace load
