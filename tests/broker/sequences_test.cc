// The rules of idempotent producers, one by one and against a model over random histories.
#include <deque>
#include <limits>
#include <map>
#include <random>

#include "broker/harness.h"

namespace millrace::broker {
namespace {

constexpr int32_t kMaxSequence = std::numeric_limits<int32_t>::max();

class SequencesTest : public BrokerTest {
 protected:
  void SetUp() override {
    BrokerTest::SetUp();
    create("t");
  }
  ProduceOutcome send(int32_t first, int32_t count = 1, int16_t epoch = 0, int64_t producer = 1) {
    return produce("t", {.values = std::vector<std::string>(static_cast<size_t>(count), "v"),
                         .sequence = {ProducerId(producer), epoch, first}});
  }
};

TEST_F(SequencesTest, ARetryIsAnsweredWithTheFirstAttemptsOffset) {
  send(0, 3);
  send(3, 2);
  const auto retry = send(0, 3);
  EXPECT_EQ(retry.error, ErrorCode::none);
  EXPECT_EQ(retry.base_offset, Offset(0));
  EXPECT_EQ(partition("t").log_end_offset(), Offset(5));
}

TEST_F(SequencesTest, ARetryIsNotCountedAsTraffic) {
  send(0, 3);
  const int64_t bytes = partition("t").traffic().bytes_in.value();
  send(0, 3);
  EXPECT_EQ(partition("t").traffic().records_in.value(), 3);
  EXPECT_EQ(partition("t").traffic().bytes_in.value(), bytes);
  EXPECT_EQ(bytes, partition("t").size_bytes());
}

TEST_F(SequencesTest, FiveBatchesAreRememberedAndTheSixthIsOutOfOrder) {
  for (int32_t i = 0; i < 6; ++i) send(i);
  for (int32_t i = 1; i < 6; ++i) EXPECT_EQ(send(i).base_offset, Offset(i));
  EXPECT_EQ(send(0).error, ErrorCode::out_of_order_sequence_number);
  EXPECT_EQ(partition("t").log_end_offset(), Offset(6));
}

TEST_F(SequencesTest, AGapIsRefusedAndNothingIsWritten) {
  send(0);
  EXPECT_EQ(send(2).error, ErrorCode::out_of_order_sequence_number);
  EXPECT_EQ(send(1).error, ErrorCode::none) << "the producer can go on where it stood";
}

TEST_F(SequencesTest, AnUnknownProducerMayStartAnywhere) {
  EXPECT_EQ(send(41).error, ErrorCode::none);
  EXPECT_EQ(send(42).error, ErrorCode::none);
}

TEST_F(SequencesTest, ANewEpochStartsAtZero) {
  send(0);
  EXPECT_EQ(send(1, 1, 1).error, ErrorCode::out_of_order_sequence_number);
  EXPECT_EQ(send(0, 1, 1).error, ErrorCode::none);
}

TEST_F(SequencesTest, AnOlderEpochIsFenced) {
  send(0, 1, 1);
  EXPECT_EQ(send(0, 1, 0).error, ErrorCode::invalid_producer_epoch);
}

TEST_F(SequencesTest, TheNumberAfterTheLargestIsZero) {
  send(kMaxSequence - 1, 2);
  EXPECT_EQ(send(0).error, ErrorCode::none);
  EXPECT_EQ(send(kMaxSequence - 1, 2).base_offset, Offset(0)) << "still a retry";
}

TEST_F(SequencesTest, ABatchMayCrossTheLargestNumber) {
  send(kMaxSequence, 3);
  EXPECT_EQ(send(2).error, ErrorCode::none);
  EXPECT_EQ(send(kMaxSequence, 3).base_offset, Offset(0));
}

TEST_F(SequencesTest, ProducersAreApartFromEachOther) {
  send(0, 1, 0, 1);
  send(0, 1, 0, 2);
  EXPECT_EQ(send(1, 1, 0, 1).error, ErrorCode::none);
  EXPECT_EQ(send(2, 1, 0, 2).error, ErrorCode::out_of_order_sequence_number);
}

TEST_F(SequencesTest, PartitionsAreApartFromEachOther) {
  create("other");
  send(0);
  EXPECT_EQ(produce("other", {.sequence = {ProducerId(1), 0, 5}}).error, ErrorCode::none);
}

TEST_F(SequencesTest, AnExpiredProducerIsUnknownAgain) {
  send(0);
  pass(std::chrono::hours(25));
  EXPECT_EQ(send(7).error, ErrorCode::none);
}

TEST_F(SequencesTest, RetriesAreRecognisedAfterARestartAndAfterACrash) {
  for (int32_t i = 0; i < 5; ++i) send(i);
  restart();
  EXPECT_EQ(send(0).base_offset, Offset(0));
  crash();
  EXPECT_EQ(send(4).base_offset, Offset(4));
  EXPECT_EQ(send(6).error, ErrorCode::out_of_order_sequence_number);
  EXPECT_EQ(send(5).error, ErrorCode::none);
}

/// What Kafka's broker remembers and answers, written down as plainly as possible.
class Model {
 public:
  struct Batch {
    int32_t first = 0;
    int32_t count = 0;
    int64_t offset = 0;
  };
  struct Producer {
    int16_t epoch = 0;
    std::deque<Batch> window;
  };
  struct Answer {
    ErrorCode error = ErrorCode::none;
    int64_t offset = -1;
  };

  Answer send(int64_t id, int16_t epoch, int32_t first, int32_t count) {
    const auto found = producers.find(id);
    if (found == producers.end()) return append(id, epoch, first, count);
    const Producer& known = found->second;
    if (epoch < known.epoch) return {ErrorCode::invalid_producer_epoch};
    if (epoch > known.epoch) {
      if (first != 0) return {ErrorCode::out_of_order_sequence_number};
      return append(id, epoch, first, count);
    }
    for (const Batch& batch : known.window) {
      if (batch.first == first && batch.count == count) return {ErrorCode::none, batch.offset};
    }
    if (first != next_of(known)) return {ErrorCode::out_of_order_sequence_number};
    return append(id, epoch, first, count);
  }
  static int32_t next_of(const Producer& producer) {
    const Batch& last = producer.window.back();
    const int64_t next = int64_t{last.first} + last.count;
    return static_cast<int32_t>(next % (int64_t{kMaxSequence} + 1));
  }

  std::map<int64_t, Producer> producers;
  int64_t end = 0;

 private:
  Answer append(int64_t id, int16_t epoch, int32_t first, int32_t count) {
    Producer& producer = producers[id];
    if (producer.epoch != epoch) producer.window.clear();
    producer.epoch = epoch;
    producer.window.push_back({first, count, end});
    if (producer.window.size() > 5) producer.window.pop_front();
    end += count;
    return {ErrorCode::none, producer.window.back().offset};
  }
};

class SequencesProperty : public SequencesTest, public ::testing::WithParamInterface<uint64_t> {};

TEST_P(SequencesProperty, AnyHistoryIsAnsweredAsTheModelSays) {
  // Small segments, so that snapshots are written and windows are rebuilt from several files. Not
  // smaller: after a restart a window reaches back some segments, not over the whole log.
  ASSERT_EQ(alter("t", "internal.segment.bytes", "8000"), ErrorCode::none);
  std::mt19937_64 random(GetParam());
  const auto below = [&](uint64_t bound) { return static_cast<int32_t>(random() % bound); };
  Model model;
  for (int step = 0; step < 400; ++step) {
    SCOPED_TRACE("seed " + std::to_string(GetParam()) + ", step " + std::to_string(step));
    if (below(40) == 0) below(2) == 0 ? restart() : crash();
    const int64_t id = 1 + below(3);
    int16_t epoch = 0;
    int32_t first = below(2) == 0 ? 0 : kMaxSequence - below(4);
    int32_t count = 1 + below(3);
    if (const auto found = model.producers.find(id); found != model.producers.end()) {
      const Model::Producer& known = found->second;
      epoch = known.epoch;
      first = Model::next_of(known);
      const int32_t dice = below(10);
      if (dice < 3) {
        const auto& again = known.window[static_cast<size_t>(below(known.window.size()))];
        first = again.first;
        count = again.count;
      } else if (dice == 3) {
        first = static_cast<int32_t>((int64_t{first} + 1 + below(9)) % kMaxSequence);
      } else if (dice == 4) {
        first = std::max(0, first - 12 - below(9));
      } else if (dice == 5 && below(2) == 0) {
        epoch = static_cast<int16_t>(epoch + 1);
        if (below(3) != 0) first = 0;
      } else if (dice == 6 && epoch > 0) {
        epoch = static_cast<int16_t>(epoch - 1);
      }
    }
    const auto expected = model.send(id, epoch, first, count);
    const auto outcome = send(first, count, epoch, id);
    ASSERT_EQ(outcome.error, expected.error);
    ASSERT_EQ(outcome.base_offset, Offset(expected.offset));
    ASSERT_EQ(partition("t").log_end_offset(), Offset(model.end));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SequencesProperty, ::testing::Range<uint64_t>(1, 13));

}  // namespace
}  // namespace millrace::broker
