#include "wire/messages/metadata.h"

#include "handlers/harness.h"

namespace millrace::handlers {
namespace {

using Request = wire::MetadataRequest;
using Response = wire::MetadataResponse;

class Metadata : public HandlersTest {
 protected:
  Metadata() : id_(create("t")) {}

  Response ask_about(std::vector<Request::Topic> topics, int16_t version = 13) {
    return ask<Response>(Request{.topics = std::move(topics), .allow_auto_topic_creation = false},
                         version);
  }

  const Uuid id_;
};

TEST_F(Metadata, ATopicIsFoundByItsNameOrItsId) {
  EXPECT_EQ(ask_about({{.name = "t"}}).topics.at(0).topic_id, id_);
  EXPECT_EQ(ask_about({{.topic_id = id_, .name = std::nullopt}}).topics.at(0).name, "t");
}

TEST_F(Metadata, ARequestForATopicWithNeitherIsRefusedAsAWhole) {
  const auto answer = ask_about({{.name = std::nullopt}, {.name = "t"}});
  EXPECT_EQ(answer.error_code, ErrorCode::invalid_request);
  EXPECT_TRUE(answer.brokers.empty());
  ASSERT_EQ(answer.topics.size(), 2U);
  for (const auto& topic : answer.topics) {
    EXPECT_EQ(topic.error_code, ErrorCode::invalid_request) << *topic.name;
  }
}

TEST_F(Metadata, WhereOneIsNamedByItsIdThoseWithoutAreNotAnswered) {
  const auto answer = ask_about({{.name = std::nullopt}, {.topic_id = id_, .name = std::nullopt}});
  EXPECT_EQ(answer.error_code, ErrorCode::none);
  ASSERT_EQ(answer.topics.size(), 1U);
  EXPECT_EQ(answer.topics.at(0).name, "t");
}

TEST_F(Metadata, IdsAreNotLookedUpBeforeVersionTwelve) {
  const auto answer = ask_about({{.topic_id = id_, .name = "t"}}, 11);
  EXPECT_EQ(answer.topics.at(0).error_code, ErrorCode::invalid_request);
}

}  // namespace
}  // namespace millrace::handlers
