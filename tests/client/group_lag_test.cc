// Looks at a group's lag where the broker's answers are not the usual ones.
#include "client/admin/group_lag.h"

#include "client/client_core.h"
#include "client/scripted_partitions.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/describe_configs.h"
#include "wire/messages/describe_groups.h"

namespace millrace::client {
namespace {

const TopicPartition kGone{.topic = "gone", .partition = 0};

/// Group "g", which has committed offset 10 in the partitions of `committed`; fetches wait for the
/// test.
class ScriptedLags : public ::testing::Test {
 protected:
  ScriptedLags() {
    broker_->always<wire::OffsetFetchRequest, wire::OffsetFetchResponse>([this](const auto&) {
      wire::OffsetFetchResponse response;
      auto& group = response.groups.emplace_back();
      group.error_code = offsets_error_;
      for (const auto& name : committed_) {
        group.topics.push_back({.name = name.topic, .partitions = {}});
        group.topics.back().partitions.push_back(
            {.partition_index = name.partition, .committed_offset = 10});
      }
      return response;
    });
    broker_->always<wire::ConsumerGroupDescribeRequest, wire::ConsumerGroupDescribeResponse>(
        [this](const auto&) {
          wire::ConsumerGroupDescribeResponse response;
          response.groups.push_back({.error_code = group_error_, .group_id = "g"});
          return response;
        });
    broker_->always<wire::DescribeGroupsRequest, wire::DescribeGroupsResponse>([this](const auto&) {
      wire::DescribeGroupsResponse response;
      response.groups.push_back({.error_code = group_error_, .group_id = "g"});
      return response;
    });
    broker_->always<wire::DescribeConfigsRequest, wire::DescribeConfigsResponse>([](const auto&) {
      wire::DescribeConfigsResponse response;
      response.results.push_back({.error_code = ErrorCode::topic_authorization_failed,
                                  .resource_type = 2,
                                  .resource_name = "t"});
      return response;
    });
  }
  ~ScriptedLags() override { core_->close(); }

  void look(GroupLagOptions options = {}) {
    lag_.reset();
    driver_->post([this, options] { spawn(run(options)); });
  }
  Task<void> run(GroupLagOptions options) {
    const SteadyTime deadline = driver_->now() + std::chrono::minutes(1);
    auto looking = group_lag(core_->gateway(), "g", std::move(options), deadline);
    lag_ = co_await looking;
  }
  void pause() { driver_->pass(milliseconds(1'300)); }
  /// Of a look that is over.
  const PartitionLag& lag_at(const TopicPartition& name) {
    static const PartitionLag none;
    EXPECT_TRUE(lag_ && *lag_ && (*lag_)->partitions.contains(name)) << to_string(name);
    return lag_ && *lag_ && (*lag_)->partitions.contains(name) ? (*lag_)->partitions.at(name)
                                                               : none;
  }

  const std::shared_ptr<ScriptedDriver> driver_ = std::make_shared<ScriptedDriver>();
  const std::shared_ptr<ScriptedPartitions> broker_ =
      std::make_shared<ScriptedPartitions>(*driver_);
  const std::shared_ptr<ClientCore> core_ =
      std::make_shared<ClientCore>(driver_, broker_, ClientOptions());
  std::vector<TopicPartition> committed_{part(0)};
  ErrorCode offsets_error_ = ErrorCode::none;
  ErrorCode group_error_ = ErrorCode::none;
  std::optional<Result<GroupLag>> lag_;
};

TEST_F(ScriptedLags, ADeletedTopicIsToldInItsPlace) {
  committed_ = {part(0), part(7), kGone};
  look();
  broker_->answer({{0, {.records = batch_of(10, {"x"})}}});
  EXPECT_EQ(lag_at(part(0)).records(), 90);
  for (const auto& name : {part(7), kGone}) {
    EXPECT_TRUE(lag_at(name).error->is(ErrorCode::unknown_topic_or_partition));
    EXPECT_EQ(lag_at(name).committed, 10);
    EXPECT_FALSE(lag_at(name).records());
    EXPECT_FALSE(lag_at(name).caught_up());
  }
}

TEST_F(ScriptedLags, APartitionWithoutALeaderHoldsUpNoOther) {
  committed_ = {part(0), part(1)};
  broker_->leaders[1] = -1;
  look();
  broker_->answer({{0, {.records = batch_of(10, {"x"})}}});
  EXPECT_EQ(lag_at(part(0)).records(), 90);
  EXPECT_TRUE(lag_at(part(1)).error->is(ErrorCode::leader_not_available));
}

TEST_F(ScriptedLags, AMovedLeaderIsAskedForAgain) {
  broker_->places[kLatest] = {.error = ErrorCode::not_leader_or_follower};
  look();
  EXPECT_FALSE(lag_);
  broker_->places[kLatest] = {.offset = 10};
  pause();
  EXPECT_TRUE(lag_at(part(0)).caught_up());
  EXPECT_EQ(broker_->metadata_requests, 2);
}

TEST_F(ScriptedLags, ABrokerThatHangsUpIsAskedAgain) {
  look();
  broker_->disconnect();
  EXPECT_FALSE(lag_);
  pause();
  broker_->answer({{0, {.records = batch_of(10, {"x"})}}});
  EXPECT_EQ(lag_at(part(0)).records(), 90);
}

TEST_F(ScriptedLags, RetentionThatOvertakesALookIsFollowed) {
  look();
  EXPECT_EQ(broker_->asked(), (std::map<int32_t, int64_t>{{0, 10}}));
  broker_->places[kEarliest] = {.offset = 50};
  broker_->answer({{0, {.error = ErrorCode::offset_out_of_range}}});
  EXPECT_EQ(broker_->asked(), (std::map<int32_t, int64_t>{{0, 50}}));
  broker_->answer({{0, {.records = batch_of(50, {"x"})}}});
  EXPECT_EQ(lag_at(part(0)).log_start, 50);
  EXPECT_EQ(lag_at(part(0)).lost(), 40);
  EXPECT_EQ(lag_at(part(0)).records(), 50);
}

TEST_F(ScriptedLags, AnOffsetThatIsNowhereIsTold) {
  look();
  broker_->answer({{0, {.error = ErrorCode::offset_out_of_range}}});
  EXPECT_TRUE(lag_at(part(0)).error->is(ErrorCode::offset_out_of_range));
}

TEST_F(ScriptedLags, AnAnswerWithoutItsRecordsIsNoEmptyLog) {
  look();
  broker_->answer({});
  EXPECT_FALSE(lag_) << "a broker with quotas answers so";
  pause();
  broker_->answer({{0, {.records = batch_of(10, {"x"})}}});
  EXPECT_EQ(lag_at(part(0)).first_unread->offset, 10);
}

TEST_F(ScriptedLags, ABrokerThatNeverAnswersRecordsIsGivenUp) {
  broker_->always<wire::FetchRequest, wire::FetchResponse>([](const auto& request) {
    wire::FetchResponse response;
    response.responses.push_back({.topic_id = request.topics.at(0).topic_id});
    response.responses.back().partitions.emplace_back();
    return response;
  });
  look();
  driver_->pass(std::chrono::minutes(2));
  ASSERT_TRUE(lag_);
  ASSERT_FALSE(*lag_);
  EXPECT_TRUE(lag_->error().is(ClientErrc::timed_out)) << lag_->error().to_string();
}

TEST_F(ScriptedLags, ALongRunOfAbortedRecordsIsReadInLargerSteps) {
  look({.isolation = Isolation::read_committed});
  std::vector<int32_t> bytes;
  for (int64_t at = 10; at < 13; ++at) {
    bytes.push_back(broker_->fetches.at(0).request().max_bytes);
    broker_->answer(
        {{0,
          {.records = batch_of(at, {"x"}, {.is_transactional = true, .producer_id = ProducerId(5)}),
           .aborted = {{.producer_id = 5, .first_offset = 10}}}}});
  }
  broker_->answer({{0, {.records = batch_of(13, {"x"})}}});
  EXPECT_EQ(lag_at(part(0)).first_unread->offset, 13);
  EXPECT_EQ(bytes, (std::vector<int32_t>{4 << 10, 64 << 10, 1 << 20}));
}

TEST_F(ScriptedLags, RecordsBehindTheEndThatWasSeenDoNotCount) {
  broker_->places[kLatest] = {.offset = 12};
  look();
  broker_->answer({{0, {.records = batch_of(12, {"written meanwhile"})}}});
  EXPECT_TRUE(lag_at(part(0)).caught_up());
}

TEST_F(ScriptedLags, ADamagedBatchIsToldInItsPlace) {
  look();
  Bytes damaged = batch_of(10, {"x"});
  damaged.back() ^= std::byte{1};
  broker_->answer({{0, {.records = std::move(damaged)}}});
  EXPECT_TRUE(lag_at(part(0)).error->is(ErrorCode::corrupt_message));
}

TEST_F(ScriptedLags, ManyPartitionsAreAskedAboutTogetherAndReadAFewAtATime) {
  constexpr int32_t kCount = 40;
  committed_.clear();
  broker_->partition_count = kCount;
  for (int32_t i = 0; i < kCount; ++i) committed_.push_back(part(i));
  look();
  EXPECT_EQ(broker_->listed.size(), 2U);
  EXPECT_EQ(broker_->fetches.size(), 16U);
  for (int answered = 0; answered < kCount; ++answered) {
    const int32_t partition = broker_->asked().begin()->first;
    broker_->answer({{partition, {.records = batch_of(10, {"x"})}}});
  }
  ASSERT_TRUE(lag_ && *lag_);
  EXPECT_EQ((*lag_)->records(), kCount * 90);
}

TEST_F(ScriptedLags, AConfigurationThatIsNotShownLeavesRetentionOut) {
  look();
  broker_->answer({{0, {.records = batch_of(10, {"x"})}}});
  EXPECT_EQ(lag_at(part(0)).records(), 90);
  EXPECT_FALSE(lag_at(part(0)).until_retention);
}

TEST_F(ScriptedLags, WhoMayNotSeeTheGroupIsToldSo) {
  offsets_error_ = ErrorCode::group_authorization_failed;
  look();
  ASSERT_TRUE(lag_);
  ASSERT_FALSE(*lag_);
  EXPECT_TRUE(lag_->error().is(ErrorCode::group_authorization_failed));
}

TEST_F(ScriptedLags, AGroupWithoutOffsetsHasNoPartitionsAndAnUnknownOneIsAnError) {
  committed_.clear();
  look();
  ASSERT_TRUE(lag_ && *lag_);
  EXPECT_TRUE((*lag_)->partitions.empty());
  group_error_ = ErrorCode::group_id_not_found;
  look();
  EXPECT_TRUE(lag_->error().is(ErrorCode::group_id_not_found));
  committed_ = {part(0)};
  broker_->places[kLatest] = {.offset = 10};
  look();
  EXPECT_TRUE(lag_at(part(0)).caught_up()) << "one of another kind, with offsets";
}

}  // namespace
}  // namespace millrace::client
