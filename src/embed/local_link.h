// Links to a broker in this process: requests reach its handlers as structs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/link.h"
#include "embed/gate.h"
#include "embed/local_driver.h"

namespace millrace::embed {

/// Each link is what a connection is to a networked client: the broker keeps the order of its
/// transactional writes. Requests fail with `closed` once the gate is shut.
class LocalLinkFactory final : public client::LinkFactory {
 public:
  LocalLinkFactory(std::shared_ptr<LocalDriver> driver, std::shared_ptr<Gate> gate,
                   std::string client_id);

  /// Never waits and never fails; the address does not matter.
  client::Task<Result<client::LinkPtr>> connect(client::Address address,
                                                SteadyTime deadline) override;
  const std::vector<client::Address>& bootstrap() const override { return bootstrap_; }

 private:
  const std::shared_ptr<LocalDriver> driver_;
  const std::shared_ptr<Gate> gate_;
  const std::string client_id_;
  const std::vector<client::Address> bootstrap_;
};

}  // namespace millrace::embed
