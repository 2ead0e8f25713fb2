// From a request frame to its answer: the only entry to the handlers.
//
// A frame names an API and a version. What is served, and by which handler, is one table
// (api_table.cc); ApiVersions answers from the same table.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "broker/security.h"
#include "handlers/predecessors.h"
#include "handlers/turns.h"
#include "wire/message_builder.h"

namespace millrace::broker {
class Broker;
}
namespace millrace::coordinator {
class GroupCoordinator;
class TransactionCoordinator;
}  // namespace millrace::coordinator

namespace millrace::handlers {

class RequestFaults;
class RequestMetrics;

/// What a listener knows of the peer. Shared by all requests of a connection; must not change.
struct ConnectionInfo {
  /// The peer's address as Kafka prints it: "/127.0.0.1".
  std::string client_host;
  /// What Metadata and FindCoordinator answer: where this client reaches this broker.
  std::string advertised_host;
  int32_t advertised_port = 0;
  /// Who it is; the security interface decides what it may do.
  broker::Principal principal = {};
  /// Of the requests that write in transactions: the batches of a producer keep their order.
  std::shared_ptr<Turns> transactional_writes = std::make_shared<Turns>();
  /// Of offsets, which those who ask for them afterwards must see.
  std::shared_ptr<Predecessors> offset_commits = std::make_shared<Predecessors>();
};

/// What the handlers translate to. All outlive every request.
struct Services {
  broker::Broker* broker = nullptr;
  coordinator::GroupCoordinator* groups = nullptr;
  coordinator::TransactionCoordinator* transactions = nullptr;
  /// Of a broker that tests make fail; nullptr for all others.
  RequestFaults* faults = nullptr;
  /// Where requests are counted; nullptr where nobody asks.
  RequestMetrics* metrics = nullptr;
};

/// What becomes of a request.
struct Answer {
  enum class Kind : uint8_t {
    reply,     // `message`, its size in front: as it goes to the socket
    no_reply,  // Produce with acks=0: the client waits for nothing
    close,     // the request cannot be understood or served: Kafka closes, and so do we;
               // `message` still leaves, which is half of an answer where a fault asks for that
  };
  Kind kind = Kind::close;
  wire::EncodedMessage message = {};
};

/// Called exactly once, on any thread, possibly before dispatch returns.
using AnswerCallback = std::function<void(Answer)>;

/// Whether the request may wait for something to happen (data, other members) rather than do work:
/// a broker that stops need not answer it. Looks at the API key only.
bool may_wait(ByteView frame);

/// Handles one request. `frame` is everything behind the length field; it is kept until the answer.
void dispatch(const Services& services, std::shared_ptr<const ConnectionInfo> connection,
              SharedBytes frame, AnswerCallback answer);

}  // namespace millrace::handlers
