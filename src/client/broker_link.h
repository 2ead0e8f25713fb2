// One broker: a connection, the versions agreed on, requests and their answers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/try.h"
#include "client/api_ranges.h"
#include "client/connection.h"
#include "wire/codec.h"
#include "wire/header.h"

namespace millrace::client {

/// How long a call may take, and whether a signal cuts it short.
struct CallLimits {
  SteadyTime deadline;
  Signals signals = Signals::heed;
};

/// Requests go out in order and their answers come in the same order: several may be under way,
/// each `send` followed by its `receive`. One thread. After an error of the connection the link is
/// closed for good; errors that a broker answers leave it open.
class BrokerLink {
 public:
  /// Connects and asks for the versions.
  static Result<std::unique_ptr<BrokerLink>> open(EventLoop& loop, Address address,
                                                  std::string client_id, CallLimits limits);

  bool is_open() const { return connection_->is_open(); }
  const Address& peer() const { return connection_->peer(); }
  const ApiRanges& ranges() const { return ranges_; }

  /// A request whose answer is still to be received.
  struct Sent {
    int32_t correlation_id = 0;
    int16_t version = 0;
  };

  template <wire::Message Request>
  Result<Sent> send(const Request& request, CallLimits limits) {
    MILL_TRY(const int16_t version, ranges_.version_of<Request>());
    return send_as(request, version, limits);
  }

  template <wire::Message Response>
  Result<Response> receive(Sent sent, CallLimits limits) {
    MILL_TRY(
        const SharedBytes body,
        receive_body(sent, wire::has_flexible_response_header<Response>(sent.version), limits));
    ByteReader in(body.view());
    auto decoded =
        wire::decode<Response>(in, sent.version, std::make_shared<const SharedBytes>(body));
    if (!decoded) return malformed(decoded.error());
    return decoded;
  }

  /// Sends and waits for the answer.
  template <wire::Message Response, wire::Message Request>
  Result<Response> call(const Request& request, CallLimits limits) {
    static_assert(Response::kApiKey == Request::kApiKey);
    MILL_TRY(const Sent sent, send(request, limits));
    return receive<Response>(sent, limits);
  }

 private:
  BrokerLink(std::unique_ptr<Connection> connection, std::string client_id)
      : connection_(std::move(connection)), client_id_(std::move(client_id)) {}

  template <wire::Message Request>
  Result<Sent> send_as(const Request& request, int16_t version, CallLimits limits) {
    const Sent sent{.correlation_id = next_correlation_id_++, .version = version};
    MILL_CHECK(send_frame(wire::request_frame(request, {.api_version = version,
                                                        .correlation_id = sent.correlation_id,
                                                        .client_id = client_id_}),
                          limits));
    return sent;
  }

  Result<void> agree_on_versions(CallLimits limits);
  Result<void> send_frame(const wire::EncodedMessage& frame, CallLimits limits);
  /// What follows the response header.
  Result<SharedBytes> receive_body(Sent sent, bool flexible_header, CallLimits limits);
  Error malformed(const Error& why) const;

  std::unique_ptr<Connection> connection_;
  std::string client_id_;
  ApiRanges ranges_;
  int32_t next_correlation_id_ = 0;
};

}  // namespace millrace::client
