#include "client/consumer/memberships.h"

#include <utility>

#include "client/consumer/classic_member.h"
#include "client/consumer/consumer_member.h"

namespace millrace::client {

std::shared_ptr<Membership> make_membership(std::shared_ptr<Gateway> gateway, MemberHost& host,
                                            const ConsumerOptions& options) {
  if (options.group_protocol == GroupProtocol::consumer) {
    return std::make_shared<ConsumerMember>(std::move(gateway), host, options);
  }
  return std::make_shared<ClassicMember>(std::move(gateway), host, options);
}

}  // namespace millrace::client
