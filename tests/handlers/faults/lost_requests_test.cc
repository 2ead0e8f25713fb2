// Requests that are held back or lost, and which ones a fault meets.
#include "handlers/faults/faults_fixture.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/metadata.h"

namespace millrace::handlers {
namespace {

using Then = testing::RequestFault::Then;

class LostRequests : public FaultsTest {
 protected:
  LostRequests() { create("t"); }
  std::shared_ptr<Told> produce() { return send(produce_to({{"t", 0}}), 9); }
  int64_t written() { return end_of("t", 0).value(); }
};

TEST_F(LostRequests, AnAnswerIsLostThoughTheWorkIsDone) {
  order({}, {.then = Then::drop_reply});
  const auto told = produce();
  EXPECT_EQ(told->last.kind, Answer::Kind::close);
  EXPECT_EQ(told->last.message.size(), 0U);
  EXPECT_EQ(written(), 1);
}

TEST_F(LostRequests, ARequestIsLostAndNothingIsDone) {
  order({}, {.then = Then::drop_request});
  EXPECT_EQ(produce()->last.kind, Answer::Kind::close);
  EXPECT_EQ(written(), 0);
}

TEST_F(LostRequests, HalfOfAnAnswerLeaves) {
  const Bytes whole = joined(produce()->last.message);
  order({}, {.then = Then::half_reply});
  const auto told = produce();
  EXPECT_EQ(told->last.kind, Answer::Kind::close);
  const Bytes half = joined(told->last.message);
  ASSERT_EQ(half.size(), whole.size() / 2);
  // Up to the correlation id it is the same answer.
  EXPECT_TRUE(std::equal(half.begin(), half.begin() + 8, whole.begin()));
  EXPECT_EQ(written(), 2);
}

TEST_F(LostRequests, HalfOfAFetchedFileLeaves) {
  write("t", {std::string(1'000, 'x')});
  wire::FetchRequest request;
  request.topics.push_back({.topic = "t"});
  request.topics.at(0).partitions.push_back({.partition = 0, .partition_max_bytes = 10'000});
  const size_t whole = send(request, 12)->last.message.size();
  order({.api_key = 1}, {.then = Then::half_reply});
  EXPECT_EQ(joined(send(request, 12)->last.message).size(), whole / 2);
}

TEST_F(LostRequests, TheNextOnesOfAConnectionWaitBehindOneThatIsHeldBack) {
  order({.api_key = 0}, {.delay = Milliseconds(100)});
  std::vector<std::string> answered;
  const auto note = [&](const char* name) {
    return [&answered, name](const Told&) { answered.emplace_back(name); };
  };
  send(produce_to({{"t", 0}}), 9, note("first"));
  send(produce_to({{"t", 0}}), 9, note("second"));
  send(wire::MetadataRequest{}, 12, note("third"));
  const auto same = connection_;
  connection_ = std::make_shared<const ConnectionInfo>(*same);
  send(wire::MetadataRequest{}, 12, note("another connection's"));
  pass(Milliseconds(99));
  EXPECT_EQ(answered, std::vector<std::string>{"another connection's"});
  EXPECT_EQ(written(), 0);
  pass(Milliseconds(1));
  EXPECT_EQ(answered,
            (std::vector<std::string>{"another connection's", "first", "second", "third"}));
  EXPECT_EQ(written(), 2);
  connection_ = same;
  EXPECT_EQ(produce()->answers, 1);
}

TEST_F(LostRequests, EachDelayCountsFromTheEndOfTheOneBefore) {
  order({.api_key = 0}, {.delay = Milliseconds(100), .count = 2});
  const auto first = produce();
  const auto second = produce();
  pass(Milliseconds(100));
  EXPECT_EQ(first->answers, 1);
  EXPECT_EQ(second->answers, 0);
  pass(Milliseconds(100));
  EXPECT_EQ(second->answers, 1);
}

TEST_F(LostRequests, WhatIsHeldBackEndsWithTheBroker) {
  order({}, {.delay = Milliseconds(100)});
  const auto held = produce();
  const auto behind = produce();
  requests_.close();
  EXPECT_EQ(held->last.kind, Answer::Kind::close);
  EXPECT_EQ(behind->last.kind, Answer::Kind::close);
  pass(Milliseconds(100));
  EXPECT_EQ(written(), 0);
  EXPECT_EQ(held->answers, 1);
}

TEST_F(LostRequests, AFaultMeetsSoManyAfterSoMany) {
  order({.api_key = 0}, {.then = Then::drop_request, .count = 2, .after = 1});
  std::vector<bool> dropped;
  for (int i = 0; i < 5; ++i) dropped.push_back(produce()->last.kind == Answer::Kind::close);
  EXPECT_EQ(dropped, (std::vector<bool>{false, true, true, false, false}));
  EXPECT_EQ(requests_.met(), 2);
}

TEST_F(LostRequests, AFaultWithoutCountLastsUntilItIsCleared) {
  order({.api_key = 0}, {.then = Then::drop_request, .count = 0});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(produce()->last.kind, Answer::Kind::close);
  requests_.clear();
  EXPECT_EQ(produce()->last.kind, Answer::Kind::reply);
}

TEST_F(LostRequests, AMatchIsOfApiClientAndGroup) {
  order({.api_key = 12}, {.then = Then::drop_request, .count = 0});
  order({.client_id = "somebody else"}, {.then = Then::drop_request, .count = 0});
  order({.group = "g"}, {.then = Then::drop_request, .count = 0});
  order({.topic = "other"}, {.then = Then::drop_request, .count = 0});
  EXPECT_EQ(produce()->last.kind, Answer::Kind::reply);
  EXPECT_EQ(requests_.met(), 0);
  wire::HeartbeatRequest heartbeat;
  heartbeat.group_id = "g";
  EXPECT_EQ(send(heartbeat, 4)->last.kind, Answer::Kind::close);
  order({.client_id = "test"}, {.then = Then::drop_request});
  EXPECT_EQ(produce()->last.kind, Answer::Kind::close);
}

TEST_F(LostRequests, TheFirstOfSeveralFaultsCounts) {
  order({}, {.error = ErrorCode::not_leader_or_follower});
  order({}, {.error = ErrorCode::kafka_storage_error});
  const auto error_of = [](const wire::ProduceResponse& answer) {
    return answer.responses.at(0).partition_responses.at(0).error_code;
  };
  EXPECT_EQ(error_of(read<wire::ProduceResponse>(*produce(), 9)),
            ErrorCode::not_leader_or_follower);
  EXPECT_EQ(error_of(read<wire::ProduceResponse>(*produce(), 9)), ErrorCode::kafka_storage_error);
  EXPECT_EQ(error_of(read<wire::ProduceResponse>(*produce(), 9)), ErrorCode::none);
}

}  // namespace
}  // namespace millrace::handlers
