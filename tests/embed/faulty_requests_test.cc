// Faults as any client meets them, request by request, in-process and over TCP.
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "base/text.h"
#include "embed/topic_impl.h"
#include "embed/wire_ways.h"
#include "millrace/client_error.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/fetch.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/join_group.h"
#include "wire/messages/metadata.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_fetch.h"

namespace millrace::embed {
namespace {

using enum ErrorCode;
using Then = testing::RequestFault::Then;

class FaultyRequests : public WireWays {
 protected:
  explicit FaultyRequests(std::string dir = std::string(in_memory)) : WireWays(std::move(dir)) {
    // The groups of a broker that starts are read in the background.
    for (const char* group : {"g", "other"}) {
      while (committed(group).error_code == coordinator_load_in_progress) {
        std::this_thread::yield();
      }
    }
  }

  ErrorCode join(const std::string& group) {
    wire::JoinGroupRequest request;
    request.group_id = group;
    request.session_timeout_ms = 30'000;
    request.rebalance_timeout_ms = 60'000;
    request.group_instance_id = "static";
    request.protocol_type = "consumer";
    request.protocols = {{.name = "range", .metadata = {}}};
    const auto joined = ask<wire::JoinGroupResponse>(request).value();
    member_id_ = joined.member_id;
    return joined.error_code;
  }
  ErrorCode heartbeat(const std::string& group) {
    wire::HeartbeatRequest request;
    request.group_id = group;
    request.generation_id = 1;
    request.member_id = member_id_;
    return ask<wire::HeartbeatResponse>(request).value().error_code;
  }
  wire::OffsetFetchResponse::Group committed(const std::string& group) {
    wire::OffsetFetchRequest request;
    request.groups = {{.group_id = group}};
    return ask<wire::OffsetFetchResponse>(request).value().groups.at(0);
  }
  Uuid create(const std::string& name) {
    wire::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = 1;
    topic.replication_factor = 1;
    return ask<wire::CreateTopicsResponse>(request).value().topics.at(0).topic_id;
  }

  std::string member_id_;
};

INSTANTIATE_TEST_SUITE_P(Ways, FaultyRequests, ::testing::Values(Way::in_process, Way::tcp),
                         name_of);

TEST_P(FaultyRequests, AGroupCannotBeJoined) {
  order({.api_key = 11, .group = "g"}, {.error = coordinator_load_in_progress});
  EXPECT_EQ(join("other"), none);
  EXPECT_EQ(join("g"), coordinator_load_in_progress);
  EXPECT_EQ(member_id_, "");
  EXPECT_EQ(join("g"), none);
}

TEST_P(FaultyRequests, AMemberIsSentToRebalanceByItsHeartbeat) {
  ASSERT_EQ(join("g"), none);
  order({.api_key = 12, .group = "g"}, {.error = fenced_instance_id, .count = 2});
  EXPECT_EQ(heartbeat("g"), fenced_instance_id);
  EXPECT_EQ(heartbeat("g"), fenced_instance_id);
  EXPECT_EQ(heartbeat("g"), none);
}

TEST_P(FaultyRequests, ACommitIsRefusedAndNothingIsCommitted) {
  const Uuid id = create("t");
  wire::OffsetCommitRequest request;
  request.group_id = "g";
  request.topics.push_back({.name = "t", .topic_id = id});
  request.topics.at(0).partitions.push_back({.partition_index = 0, .committed_offset = 7});
  order({.api_key = 8, .group = "g"}, {.error = not_coordinator});
  const auto commit = [&] {
    const auto answer = ask<wire::OffsetCommitResponse>(request).value();
    return answer.topics.at(0).partitions.at(0).error_code;
  };
  EXPECT_EQ(commit(), not_coordinator);
  EXPECT_EQ(committed("g").topics.size(), 0U);
  EXPECT_EQ(commit(), none);
  EXPECT_EQ(committed("g").topics.size(), 1U);
}

TEST_P(FaultyRequests, ALostAnswerEndsTheConnectionAndTheNextOneIsAsGood) {
  for (const Then then : {Then::drop_reply, Then::drop_request, Then::half_reply}) {
    order({.api_key = 3, .client_id = "millrace"}, {.then = then});
    const auto lost = ask<wire::MetadataResponse>(wire::MetadataRequest());
    ASSERT_FALSE(lost);
    EXPECT_TRUE(lost.error().is(ClientErrc::disconnected)) << lost.error().to_string();
    EXPECT_TRUE(ask<wire::MetadataResponse>(wire::MetadataRequest()));
  }
}

TEST_P(FaultyRequests, ABrokerIsNotHeldUpByARequestThatIsHeldBack) {
  order({}, {.delay = std::chrono::hours(1), .count = 0});
  // Whoever asks hears of the end of the broker, not of its own deadline.
  const auto began = std::chrono::steady_clock::now();
  std::thread closing([this] {
    while (broker_->fault_kit()->requests.met() == 0) std::this_thread::yield();
    EXPECT_TRUE(broker_->close(std::chrono::hours(1)));
  });
  EXPECT_FALSE(ask<wire::MetadataResponse>(wire::MetadataRequest()));
  closing.join();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(15));
}

/// On real files.
class FaultyFiles : public FaultyRequests {
 protected:
  FaultyFiles() : FaultyRequests(fresh_dir()) {}
  static void TearDownTestSuite() { fresh_dir(); }

 private:
  static std::string fresh_dir() {
    std::string dir = ::testing::TempDir() + cat("/faulty_files.", getpid());
    std::filesystem::remove_all(dir);
    return dir;
  }
};

INSTANTIATE_TEST_SUITE_P(Ways, FaultyFiles, ::testing::Values(Way::in_process, Way::tcp), name_of);

TEST_P(FaultyFiles, AreReadAsAnyOthers) {
  const Uuid id = create("t");
  const std::string value(200'000, 'x');
  ASSERT_TRUE(broker_->topic("t").value()->append(0, {{{.value = value}}}, Acks::all));
  wire::FetchRequest request;
  request.topics.push_back({.topic = "t", .topic_id = id});
  request.topics.at(0).partitions.push_back({.partition = 0, .partition_max_bytes = 1 << 20});
  for (int i = 0; i < 2; ++i) {
    const auto answer = ask<wire::FetchResponse>(request);
    ASSERT_TRUE(answer) << answer.error().to_string();
    EXPECT_GT(io::size_of(answer->responses.at(0).partitions.at(0).records.chunks), value.size());
    order({.api_key = 1}, {.then = Then::half_reply});
    EXPECT_TRUE(ask<wire::FetchResponse>(request).error().is(ClientErrc::disconnected));
  }
}

}  // namespace
}  // namespace millrace::embed
