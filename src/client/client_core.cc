#include "client/client_core.h"

namespace millrace::client {

ClientCore::ClientCore(std::shared_ptr<Driver> driver, std::shared_ptr<LinkFactory> links,
                       ClientOptions options)
    : driver_(std::move(driver)),
      links_(std::move(links)),
      options_(std::move(options)),
      gateway_(make_gateway()) {}

ClientCore::~ClientCore() { close(); }

std::shared_ptr<Gateway> ClientCore::make_gateway() {
  // The driver must outlive its links, which a gateway keeps.
  auto gateway = std::shared_ptr<Gateway>(new Gateway(*driver_, links_, options_),
                                          [driver = driver_](const Gateway* dying) {
                                            driver->post([driver, dying] { delete dying; });
                                          });
  const std::lock_guard lock(mutex_);
  std::erase_if(gateways_, [](const auto& known) { return known.expired(); });
  if (closed_) {
    driver_->post([gateway] { gateway->close(); });
  } else {
    gateways_.push_back(gateway);
  }
  return gateway;
}

void ClientCore::close() {
  std::vector<std::weak_ptr<Gateway>> gateways;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    gateways = std::exchange(gateways_, {});
  }
  for (const auto& known : gateways) {
    if (const auto gateway = known.lock()) {
      driver_->post([gateway] { gateway->close(); });
    }
  }
}

}  // namespace millrace::client
