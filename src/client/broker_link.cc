#include "client/broker_link.h"

#include <algorithm>
#include <variant>

#include "base/assert.h"
#include "base/text.h"
#include "client/error.h"
#include "millrace/version.h"

namespace millrace::client {

Result<std::unique_ptr<BrokerLink>> BrokerLink::open(EventLoop& loop, Address address,
                                                     std::string client_id, CallLimits limits) {
  MILL_TRY(auto connection,
           Connection::open(loop, std::move(address), limits.deadline, limits.signals));
  std::unique_ptr<BrokerLink> link(new BrokerLink(std::move(connection), std::move(client_id)));
  MILL_CHECK(link->agree_on_versions(limits));
  return link;
}

Result<void> BrokerLink::agree_on_versions(CallLimits limits) {
  using Request = wire::ApiVersionsRequest;
  using Response = wire::ApiVersionsResponse;
  const Request request{.client_software_name = "millrace",
                        .client_software_version = std::string(kVersion)};
  int16_t version = Request::kVersionMax;
  // A broker that does not know our version says so in version 0 and names its own.
  for (int attempt = 0; attempt < 2; ++attempt) {
    MILL_TRY(const Sent sent, send_as(request, version, limits));
    MILL_TRY(const SharedBytes body, receive_body(sent, false, limits));
    ByteReader peek(body.view());
    const bool refused =
        static_cast<ErrorCode>(peek.read<int16_t>()) == ErrorCode::unsupported_version;
    ByteReader in(body.view());
    auto response = wire::decode<Response>(in, refused ? int16_t{0} : version);
    if (!response) return malformed(response.error());
    if (!refused) {
      MILL_CHECK(check_code(response->error_code, "asking for the served versions"));
      ranges_ = ApiRanges(*response);
      return {};
    }
    const auto served = ApiRanges(*response).find(Request::kApiKey);
    version = served ? std::clamp<int16_t>(served->max, 0, Request::kVersionMax) : int16_t{0};
  }
  return client_error(ClientErrc::unsupported,
                      cat(peer().to_string(), " and this program share no version of ApiVersions"));
}

Result<void> BrokerLink::send_frame(const wire::EncodedMessage& frame, CallLimits limits) {
  for (const auto& chunk : frame.chunks) {
    const auto* bytes = std::get_if<SharedBytes>(&chunk);
    MILL_ASSERT(bytes != nullptr, "requests are in memory");
    MILL_CHECK(connection_->send(bytes->view(), limits.deadline, limits.signals));
  }
  return {};
}

Result<SharedBytes> BrokerLink::receive_body(Sent sent, bool flexible_header, CallLimits limits) {
  MILL_TRY(const SharedBytes frame, connection_->receive(limits.deadline, limits.signals));
  ByteReader in(frame.view());
  const auto correlation_id = wire::decode_response_header(in, flexible_header);
  if (!correlation_id || *correlation_id != sent.correlation_id) {
    connection_->close();
    return client_error(ClientErrc::malformed,
                        cat(peer().to_string(), " answered something else than was asked"));
  }
  return frame.slice(in.consumed(), in.remaining());
}

Error BrokerLink::malformed(const Error& why) const {
  return client_error(ClientErrc::malformed,
                      cat(peer().to_string(), " answered what cannot be read: ", why.message()));
}

}  // namespace millrace::client
