// Which records of a fetched answer are handed out.
#include <gtest/gtest.h>

#include "client/fetcher.h"
#include "record/batch_builder.h"

namespace millrace::client {
namespace {

/// Two batches, offsets 10 to 12 and 13 to 14; `control` makes the first one a control batch.
Bytes two_batches(bool control = false) {
  Bytes bytes;
  for (const auto& [base, count] : {std::pair{10, 3}, std::pair{13, 2}}) {
    record::BatchBuilder builder(
        {.is_control = control && base == 10, .base_offset = Offset(base)});
    for (int i = 0; i < count; ++i) builder.add_text(1, std::nullopt, std::to_string(base + i));
    const Bytes batch = *builder.build();
    bytes.insert(bytes.end(), batch.begin(), batch.end());
  }
  return bytes;
}

FetchedBatches fetched_from(int64_t from, Bytes bytes) {
  return {.partition = {.topic = "t"}, .from = from, .bytes = SharedBytes(std::move(bytes))};
}

struct Read {
  std::string values;
  Result<int64_t> next;
};
Read read(const FetchedBatches& fetched, int count_max = 100) {
  std::string values;
  auto next = for_each_record(fetched, [&](const record::RecordView& record) {
    values += std::string(as_text(*record.value)) + ' ';
    return --count_max > 0;
  });
  return {.values = values, .next = next};
}

TEST(FetchedRecords, RecordsBelowThePositionAreSkipped) {
  const auto [values, next] = read(fetched_from(12, two_batches()));
  EXPECT_EQ(values, "12 13 14 ");
  EXPECT_EQ(*next, 15);
}

TEST(FetchedRecords, StoppingEarlyGoesOnBehindTheLastRecordHandedOut) {
  const auto [values, next] = read(fetched_from(10, two_batches()), 2);
  EXPECT_EQ(values, "10 11 ");
  EXPECT_EQ(*next, 12);
}

TEST(FetchedRecords, ControlBatchesAreSteppedOver) {
  const auto [values, next] = read(fetched_from(10, two_batches(true)));
  EXPECT_EQ(values, "13 14 ");
  EXPECT_EQ(*next, 15);
}

TEST(FetchedRecords, ABatchThatIsCutOffIsLeftForTheNextFetch) {
  Bytes bytes = two_batches();
  bytes.pop_back();
  const auto [values, next] = read(fetched_from(10, std::move(bytes)));
  EXPECT_EQ(values, "10 11 12 ");
  EXPECT_EQ(*next, 13);
}

TEST(FetchedRecords, AWrongChecksumIsAnError) {
  Bytes bytes = two_batches();
  bytes.back() ^= std::byte{1};
  const auto [values, next] = read(fetched_from(10, std::move(bytes)));
  EXPECT_EQ(values, "10 11 12 ");
  ASSERT_FALSE(next);
  EXPECT_TRUE(next.error().is(ErrorCode::corrupt_message));
}

}  // namespace
}  // namespace millrace::client
