#include "wire/error_codes.h"

#include <gtest/gtest.h>

#include <vector>

#include "wire/messages/describe_cluster.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/produce.h"

namespace millrace::wire {
namespace {

template <class T>
std::vector<ErrorCode> errors_of(const T& message) {
  std::vector<ErrorCode> errors;
  for_each_error(message, [&](ErrorCode code) { errors.push_back(code); });
  return errors;
}

TEST(ErrorCodes, AreFoundWhereverTheyStand) {
  EXPECT_EQ(errors_of(DescribeClusterResponse{.error_code = ErrorCode::invalid_request}),
            std::vector{ErrorCode::invalid_request});
  ProduceResponse produced;
  produced.responses.resize(2);
  produced.responses[0].partition_responses = {
      {.index = 0}, {.index = 1, .error_code = ErrorCode::corrupt_message}};
  produced.responses[1].partition_responses = {
      {.index = 0, .error_code = ErrorCode::not_leader_or_follower}};
  EXPECT_EQ(errors_of(produced),
            (std::vector{ErrorCode::corrupt_message, ErrorCode::not_leader_or_follower}));
}

TEST(ErrorCodes, OfAnAnswerWithoutErrorThereAreNone) {
  EXPECT_EQ(errors_of(ProduceResponse{}), std::vector<ErrorCode>());
  EXPECT_EQ(errors_of(OffsetFetchResponse{}), std::vector<ErrorCode>());
  EXPECT_EQ(errors_of(ProduceRequest{}), std::vector<ErrorCode>());
}

}  // namespace
}  // namespace millrace::wire
