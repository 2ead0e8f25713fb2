#include "handlers/request_metrics.h"

#include <algorithm>

#include "handlers/harness.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/fetch.h"
#include "wire/messages/produce.h"

namespace millrace::handlers {
namespace {

class RequestMetricsTest : public HandlersTest {
 protected:
  RequestMetricsTest() { metrics_ = &counted_; }

  obs::CallCounts counts_of(std::string_view api) {
    const auto asked = counted_.asked();
    const auto found = std::ranges::find(asked, api, &RequestMetrics::OfApi::name);
    return found == asked.end() ? obs::CallCounts() : found->counts;
  }

  RequestMetrics counted_;
};

TEST_F(RequestMetricsTest, CountsRequestsWithTheirBytes) {
  const wire::FetchRequest request;
  const auto told = send(request, 12);
  const auto counts = counts_of("Fetch");
  EXPECT_EQ(counts.durations.count(), 1);
  const auto frame =
      wire::request_frame(request, {.api_version = 12, .correlation_id = 7, .client_id = "test"});
  EXPECT_EQ(counts.bytes_in, static_cast<int64_t>(frame.size()) - 4);
  EXPECT_EQ(counts.bytes_out, static_cast<int64_t>(told->last.message.size()));
  EXPECT_EQ(counted_.asked().size(), 1U) << "what was not asked is not told";
}

TEST_F(RequestMetricsTest, ALongPollTakesAsLongAsItWaits) {
  create("t");
  wire::FetchRequest request{.max_wait_ms = 500, .min_bytes = 1, .max_bytes = 1'000};
  request.topics = {{.topic = "t", .partitions = {{.partition = 0, .partition_max_bytes = 1'000}}}};
  const auto told = send(request, 12);
  pass(Milliseconds(200));
  EXPECT_EQ(counts_of("Fetch").durations.count(), 0) << "it is not answered";
  pass(Milliseconds(300));
  ASSERT_EQ(told->answers, 1);
  EXPECT_EQ(counts_of("Fetch").durations.sum, Milliseconds(500));
}

TEST_F(RequestMetricsTest, ARequestWithoutAnswerCounts) {
  create("t");
  const Bytes records = batch_of({"a"});
  wire::ProduceRequest request{.acks = 0, .timeout_ms = 1'000};
  request.topic_data = {
      {.name = "t", .partition_data = {{.index = 0, .records = wire::RecordsView{records}}}}};
  send(request, 9);
  EXPECT_EQ(counts_of("Produce").durations.count(), 1);
  EXPECT_EQ(counts_of("Produce").bytes_out, 0);
}

TEST_F(RequestMetricsTest, ErrorsCountForEachPlaceTheyStand) {
  create("t");
  wire::CreateTopicsRequest request;
  request.topics = {{.name = "t", .num_partitions = 1, .replication_factor = 1},
                    {.name = "no name!", .num_partitions = 1, .replication_factor = 1},
                    {.name = "nor this!", .num_partitions = 1, .replication_factor = 1}};
  send(request, 7);
  const auto errors = counted_.errors();
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].api, "CreateTopics");
  EXPECT_EQ(errors[0].code, ErrorCode::invalid_topic_exception);
  EXPECT_EQ(errors[0].count, 2);
  EXPECT_EQ(errors[1].code, ErrorCode::topic_already_exists);
  EXPECT_EQ(errors[1].count, 1);
}

}  // namespace
}  // namespace millrace::handlers
