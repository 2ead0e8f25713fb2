// Client: a way to a cluster, by which producers, consumers and administration are had.
//
// The same code runs against a broker in this process (Broker::client), a Millrace server and an
// Apache Kafka.
#pragma once

#include <memory>

#include "millrace/admin.h"
#include "millrace/consumer.h"
#include "millrace/options.h"
#include "millrace/producer.h"
#include "millrace/result.h"

namespace millrace {

/// Thread-safe. Producers, consumers and Admins keep what they need of it alive: a client may go
/// before them. Copies mean the same client.
class Client {
 public:
  /// Reaches one of the bootstrap brokers now. Errors: invalid_argument, bad_address, unreachable,
  /// timed_out, unsupported (no Kafka 2.1 or newer), malformed (no Kafka at all, or TLS).
  static Result<Client> connect(ClientOptions options);

  /// No network is needed; wrong options are told here: invalid_argument with the field, its value
  /// and the range. The identity of a transactional producer is taken by its first transaction.
  Result<Producer> producer(ProducerOptions options = {}) const;
  Result<Consumer> consumer(ConsumerOptions options = {}) const;
  Admin admin() const;

 private:
  friend class Broker;
  explicit Client(std::shared_ptr<client::ClientCore> core) : core_(std::move(core)) {}
  std::shared_ptr<client::ClientCore> core_;
};

}  // namespace millrace
