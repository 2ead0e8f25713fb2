// Links over TCP: Kafka's frames, one connection to a broker.
#pragma once

#include <string>
#include <vector>

#include "client/address.h"
#include "client/link.h"
#include "client/net_driver.h"

namespace millrace::client {

/// The largest response that is taken; a broker that claims more is not believed. Kafka's clients
/// ask for 50 MiB per fetch, and one batch may be larger than what was asked for.
inline constexpr size_t kResponseBytesMax = size_t{256} << 20;

/// Connects to brokers by their addresses. The driver must outlive its links.
class TcpLinkFactory final : public LinkFactory {
 public:
  struct Options {
    std::vector<Address> bootstrap;
    std::string client_id;
    Milliseconds connect_timeout{10'000};
    Milliseconds request_timeout{30'000};
  };
  TcpLinkFactory(NetDriver& driver, Options options);

  Task<Result<LinkPtr>> connect(Address address, SteadyTime deadline) override;
  const std::vector<Address>& bootstrap() const override { return options_.bootstrap; }

 private:
  NetDriver& driver_;
  const Options options_;
};

}  // namespace millrace::client
