#include "memory_transaction_log.h"

#include <gtest/gtest.h>

#include <utility>

#include "base/try.h"
#include "coordinator/transactions/transaction_format.h"
#include "record/patch.h"
#include "record/record_reader.h"

namespace millrace::coordinator {

void MemoryTransactionLog::release() {
  is_held_ = false;
  are_markers_held_ = false;
  while (!waiting_.empty()) {
    const auto next = std::move(waiting_.front());
    waiting_.pop_front();
    next();
  }
}

void MemoryTransactionLog::answer(bool is_held, std::function<void()> answer) {
  if (!is_held) return answer();
  waiting_.push_back(std::move(answer));
}

void MemoryTransactionLog::append(PartitionId, Bytes batch, Appended appended) {
  Result<Offset> result = end_;
  if (const auto code = std::exchange(failure_, std::nullopt)) {
    result = kafka_error(*code, "the test lets this append fail");
  } else {
    record::patch_base_offset(batch, end_);
    ++end_;
    batches_.push_back(std::move(batch));
  }
  answer(is_held_, [appended = std::move(appended), result] { appended(result); });
}

void MemoryTransactionLog::write_markers(const record::MarkerBatch& marker,
                                         const TransactionPartitions& partitions,
                                         MarkersWritten written) {
  markers_.push_back({marker, partitions});
  answer(are_markers_held_,
         [written = std::move(written), missing = std::exchange(missing_, std::nullopt)] {
           written(missing.value_or(TransactionPartitions()));
         });
}

Result<void> MemoryTransactionLog::replay(
    PartitionId, const std::function<Result<void>(const record::BatchView&)>& batch) {
  for (const Bytes& bytes : batches_) {
    MILL_TRY(const auto view, record::BatchView::parse(bytes));
    MILL_CHECK(batch(view));
  }
  return {};
}

std::vector<std::string> MemoryTransactionLog::states() const {
  std::vector<std::string> states;
  for (const Bytes& bytes : batches_) {
    const auto view = record::BatchView::parse(bytes);
    const auto read = record::for_each_record(*view, [&](const record::RecordView& record) {
      if (!record.value) return states.emplace_back("gone"), void();
      const auto transaction = decode_transaction_value("", *record.value);
      EXPECT_TRUE(transaction);
      states.emplace_back(to_string(transaction->state));
    });
    EXPECT_TRUE(read);
  }
  return states;
}

}  // namespace millrace::coordinator
