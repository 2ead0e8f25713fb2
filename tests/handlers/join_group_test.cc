// JoinGroup over the wire: what its versions have different words for.
#include "wire/messages/join_group.h"

#include "handlers/harness.h"

namespace millrace::handlers {
namespace {

class JoinGroup : public HandlersTest {
 protected:
  /// Alone in a group of its own, with one protocol.
  wire::JoinGroupResponse join(const std::string& protocol, int16_t version) {
    wire::JoinGroupRequest request;
    request.group_id = "g" + std::to_string(version);
    request.session_timeout_ms = 30'000;
    request.rebalance_timeout_ms = 60'000;
    request.group_instance_id = "static";
    request.protocol_type = "consumer";
    request.protocols = {{.name = protocol, .metadata = {}}};
    const auto told = send(request, version);
    pass(Milliseconds(3'000));  // the delay of a group's first rebalance
    return read<wire::JoinGroupResponse>(*told, version);
  }
};

TEST_F(JoinGroup, AProtocolWithoutANameIsNullWhereTheVersionHasIt) {
  const auto joined = join("", 9);
  EXPECT_EQ(joined.error_code, ErrorCode::none);
  EXPECT_EQ(joined.protocol_name, std::nullopt);
  EXPECT_EQ(join("", 7).protocol_name, std::nullopt);
  EXPECT_EQ(join("", 6).protocol_name, "");
  EXPECT_EQ(join("range", 8).protocol_name, "range");
}

}  // namespace
}  // namespace millrace::handlers
