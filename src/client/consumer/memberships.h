// Making the membership that a consumer's options ask for.
#pragma once

#include <memory>

#include "client/consumer/membership.h"
#include "client/gateway.h"
#include "millrace/options.h"

namespace millrace::client {

/// By group_protocol. `options` were checked and name a group. The host and whoever closes the
/// gateway come after abandon().
std::shared_ptr<Membership> make_membership(std::shared_ptr<Gateway> gateway, MemberHost& host,
                                            const ConsumerOptions& options);

}  // namespace millrace::client
