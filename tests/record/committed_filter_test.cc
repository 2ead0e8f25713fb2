#include "record/committed_filter.h"

#include "record/batches.h"
#include "record/control_record.h"

namespace millrace::record::testing {
namespace {

constexpr ProducerId kAlice(1);
constexpr ProducerId kBob(2);

/// A log of batches with one record each, and what a reader is shown of it.
class Committed : public ::testing::Test {
 protected:
  void add(ProducerId producer, bool is_transactional = true) {
    put(make_batch(some_records(1), {.is_transactional = is_transactional,
                                     .producer_id = producer,
                                     .producer_epoch = 0,
                                     .base_sequence = 0,
                                     .base_offset = Offset(next_)}));
  }
  void end(ProducerId producer, MarkerType type) {
    Bytes marker = build_marker_batch(
        {.producer_id = producer, .producer_epoch = 0, .marker = {.type = type}, .timestamp = 1});
    store_be(marker.data(), next_);
    put(std::move(marker));
  }
  std::vector<int64_t> shown(std::vector<AbortedRange> aborted) const {
    CommittedFilter filter(std::move(aborted));
    std::vector<int64_t> offsets;
    for (const Bytes& bytes : log_) {
      const auto batch = BatchView::parse(bytes);
      if (filter.shows(*batch)) offsets.push_back(batch->base_offset().value());
    }
    return offsets;
  }

 private:
  void put(Bytes batch) {
    log_.push_back(std::move(batch));
    ++next_;
  }

  std::vector<Bytes> log_;
  int64_t next_ = 0;
};

using Offsets = std::vector<int64_t>;

TEST_F(Committed, MarkersAreNeverShown) {
  add(kAlice);
  end(kAlice, MarkerType::commit);
  add(kNoProducerId, false);
  EXPECT_EQ(shown({}), (Offsets{0, 2}));
}

TEST_F(Committed, AbortedRecordsEndWithTheirMarker) {
  add(kAlice);                     // 0
  add(kBob);                       // 1
  add(kAlice);                     // 2
  end(kAlice, MarkerType::abort);  // 3
  add(kAlice);                     // 4: the next transaction
  end(kBob, MarkerType::commit);   // 5
  end(kAlice, MarkerType::commit);
  EXPECT_EQ(shown({{.producer_id = kAlice, .first_offset = Offset(0)}}), (Offsets{1, 4}));
}

TEST_F(Committed, TransactionsOfOneProducerAreToldInAnyOrder) {
  add(kAlice);                     // 0
  end(kAlice, MarkerType::abort);  // 1
  add(kAlice, false);              // 2: outside of any
  add(kAlice);                     // 3
  end(kAlice, MarkerType::abort);  // 4
  add(kAlice);                     // 5
  EXPECT_EQ(shown({{.producer_id = kAlice, .first_offset = Offset(3)},
                   {.producer_id = kAlice, .first_offset = Offset(0)}}),
            (Offsets{2, 5}));
}

}  // namespace
}  // namespace millrace::record::testing
