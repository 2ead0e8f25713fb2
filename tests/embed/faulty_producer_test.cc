// A producer against a broker that refuses, forgets and stutters: each record is there once.
#include <string>
#include <vector>

#include "base/text.h"
#include "embed/faulty_ways.h"
#include "millrace/client_error.h"
#include "millrace/producer.h"

namespace millrace::embed {
namespace {

using testing::RequestFault;
using Then = RequestFault::Then;

constexpr int16_t kProduce = 0;

class FaultyProducers : public FaultyWays {
 protected:
  /// Sends records in several batches while a fault meets two of them.
  void each_is_there_once(const RequestFault& fault) {
    const Topic log = broker_.ensure_topic({.name = "t", .partitions = 1}).value();
    Producer producer = make({.batch_bytes = 200});
    faults_.add({.api_key = kProduce, .topic = "t"}, fault);
    std::vector<std::string> expected;
    std::vector<Delivery> deliveries;
    for (int i = 0; i < 100; ++i) {
      expected.push_back(cat("record ", i));
      deliveries.push_back(producer.send({.topic = "t", .value = expected.back()}));
    }
    for (size_t i = 0; i < deliveries.size(); ++i) {
      const auto at = outcome(deliveries[i]);
      ASSERT_TRUE(at) << at.error().to_string();
      EXPECT_EQ(at->offset, static_cast<int64_t>(i));
    }
    EXPECT_EQ(values_of(log, 0), expected);
    EXPECT_EQ(faults_.met(), 2);
  }
};

INSTANTIATE_TEST_SUITE_P(Ways, FaultyProducers,
                         ::testing::Combine(::testing::Values(Way::in_process, Way::tcp),
                                            ::testing::Values(Mode::threads, Mode::executor,
                                                              Mode::manual)),
                         name_of_ways);

TEST_P(FaultyProducers, FindTheLeaderAgain) {
  each_is_there_once({.error = ErrorCode::not_leader_or_follower, .count = 2});
}

TEST_P(FaultyProducers, RepeatWhatWasDoneButNotAnswered) {
  each_is_there_once({.then = Then::drop_reply, .count = 2});
}

TEST_P(FaultyProducers, RepeatWhatWasAnsweredByHalf) {
  each_is_there_once({.then = Then::half_reply, .count = 2});
}

TEST_P(FaultyProducers, RepeatWhatNeverArrived) {
  each_is_there_once({.then = Then::drop_request, .count = 2, .after = 1});
}

TEST_P(FaultyProducers, WaitForWhatIsHeldBack) {
  each_is_there_once({.delay = milliseconds(30), .count = 2});
}

TEST_P(FaultyProducers, AreRefusedOnePartitionOfTwo) {
  const Topic log = broker_.ensure_topic({.name = "t", .partitions = 2}).value();
  Producer producer = make({.linger = milliseconds(1'000)});
  ASSERT_EQ(producer.partition_count("t").value(), 2);
  faults_.add({.api_key = kProduce, .topic = "t", .partition = 1},
              {.error = ErrorCode::topic_authorization_failed});
  const auto refused = producer.send({.topic = "t", .value = "refused", .partition = 1});
  const auto taken = producer.send({.topic = "t", .value = "taken", .partition = 0});
  const auto why = outcome(refused);
  ASSERT_FALSE(why);
  EXPECT_EQ(why.error().kafka_code(), ErrorCode::topic_authorization_failed);
  EXPECT_TRUE(outcome(taken));
  EXPECT_TRUE(outcome(producer.send({.topic = "t", .value = "next", .partition = 1})));
  EXPECT_EQ(values_of(log, 0), std::vector<std::string>{"taken"});
  EXPECT_EQ(values_of(log, 1), std::vector<std::string>{"next"});
}

}  // namespace
}  // namespace millrace::embed
