// Transactions in a log: where they begin and end, what readers of committed records may see, and
// what of that survives.
#include <gtest/gtest.h>

#include <map>

#include "base/text.h"
#include "record/control_record.h"
#include "storage/log_fixture.h"
#include "storage/transaction_index.h"

namespace millrace::storage {
namespace {

constexpr ProducerId kAlice(1);
constexpr ProducerId kBob(2);

class Transactions : public LogTest {
 protected:
  Transactions() { start(); }

  /// One record of the producer's transaction, which begins with it where none is open.
  Result<AppendedInfo> send(ProducerId producer, int16_t epoch = 0) {
    const VerificationGuard guard =
        log->verification_guard(producer, epoch, sequences[producer]).value_or(kNoVerification);
    auto done = append({.producer = producer,
                        .epoch = epoch,
                        .sequence = sequences[producer],
                        .is_transactional = true,
                        .guard = guard});
    if (done) ++sequences[producer];
    return done;
  }
  Result<AppendedInfo> end(ProducerId producer, record::MarkerType type, int16_t epoch = 0,
                           int32_t coordinator_epoch = 0,
                           record::MarkerEpoch marker_epoch = record::MarkerEpoch::kept) {
    const Bytes batch = record::build_marker_batch(
        {.producer_id = producer,
         .producer_epoch = epoch,
         .marker = {.type = type, .coordinator_epoch = coordinator_epoch},
         .timestamp = clock.wall_ms()});
    return log->append({.batches = batch,
                        .origin = AppendOrigin::internal,
                        .now_ms = clock.wall_ms(),
                        .marker_epoch = marker_epoch});
  }
  /// Of a client of version 2.
  Result<AppendedInfo> commit_raised(ProducerId producer, int16_t epoch) {
    return end(producer, record::MarkerType::commit, epoch, 0, record::MarkerEpoch::raised);
  }
  Result<AppendedInfo> commit(ProducerId producer) {
    return end(producer, record::MarkerType::commit);
  }
  Result<AppendedInfo> abort(ProducerId producer) {
    return end(producer, record::MarkerType::abort);
  }
  Offset stable() { return log->last_stable_offset(log->log_end_offset()); }
  /// "producer:first-last" of the aborted transactions in [from, up_to).
  std::vector<std::string> aborted(int64_t from = 0, int64_t up_to = INT64_MAX) const {
    std::vector<std::string> names;
    const auto found = log->aborted_transactions(Offset(from), Offset(up_to));
    EXPECT_TRUE(found) << found.error().to_string();
    for (const AbortedTransaction& one : *found) {
      names.push_back(cat(one.producer_id, ":", one.first_offset, "-", one.last_offset));
    }
    return names;
  }

  std::map<ProducerId, int32_t> sequences;
};

using Names = std::vector<std::string>;

TEST_F(Transactions, StableOffsetStopsAtTheFirstOpenTransaction) {
  ASSERT_TRUE(append());
  ASSERT_TRUE(send(kAlice));
  ASSERT_TRUE(send(kBob));
  EXPECT_EQ(stable(), Offset(1));
  ASSERT_TRUE(commit(kAlice));
  EXPECT_EQ(stable(), Offset(2));
  ASSERT_TRUE(abort(kBob));
  EXPECT_EQ(stable(), Offset(5));
}

TEST_F(Transactions, EndAboveTheHighWatermarkDoesNotCountYet) {
  ASSERT_TRUE(send(kAlice));
  ASSERT_TRUE(commit(kAlice));
  EXPECT_EQ(log->last_stable_offset(Offset(1)), Offset(0));
  EXPECT_EQ(log->last_stable_offset(Offset(2)), Offset(2));
}

TEST_F(Transactions, AbortedOnesAreFoundByTheRangeThatTheyReachInto) {
  ASSERT_TRUE(send(kAlice));   // 0
  ASSERT_TRUE(send(kBob));     // 1
  ASSERT_TRUE(abort(kAlice));  // 2
  ASSERT_TRUE(append());       // 3
  ASSERT_TRUE(abort(kBob));    // 4
  ASSERT_TRUE(send(kAlice));   // 5
  ASSERT_TRUE(commit(kAlice));
  EXPECT_EQ(aborted(), (Names{"1:0-2", "2:1-4"}));
  EXPECT_EQ(aborted(0, 1), (Names{"1:0-2"}));
  EXPECT_EQ(aborted(3), (Names{"2:1-4"}));
  EXPECT_EQ(aborted(5), Names());
}

TEST_F(Transactions, AbortedOnesAreFoundInLaterSegments) {
  ASSERT_TRUE(send(kAlice));
  ASSERT_TRUE(log->roll());
  ASSERT_TRUE(abort(kAlice));
  ASSERT_TRUE(log->roll());
  EXPECT_EQ(aborted(0, 1), (Names{"1:0-1"}));
  EXPECT_FALSE(exists(path_of(0, ".txnindex")));
  EXPECT_TRUE(exists(path_of(1, ".txnindex")));
}

TEST_F(Transactions, BeginningNeedsAGuard) {
  EXPECT_EQ(
      code_of(append({.producer = kAlice, .epoch = 0, .sequence = 0, .is_transactional = true})),
      ErrorCode::invalid_txn_state);
  EXPECT_EQ(log->log_end_offset(), Offset(0));
  ASSERT_TRUE(send(kAlice));
  EXPECT_EQ(log->verification_guard(kAlice, 0, 1).value(), kNoVerification)
      << "it is open: nobody needs to be asked";
}

TEST_F(Transactions, EpochThatIsOverGetsNoGuard) {
  ASSERT_TRUE(send(kAlice, 1));
  EXPECT_EQ(code_of(log->verification_guard(kAlice, 0, 1)), ErrorCode::invalid_producer_epoch);
  ASSERT_TRUE(end(kAlice, record::MarkerType::commit, 1));
  EXPECT_EQ(code_of(log->verification_guard(kAlice, 0, 1)), ErrorCode::invalid_producer_epoch);
  EXPECT_NE(log->verification_guard(kAlice, 1, 1).value(), kNoVerification);
}

TEST_F(Transactions, MarkerEndsWhatWasAskedBeforeIt) {
  ASSERT_TRUE(send(kAlice));
  ASSERT_TRUE(commit(kAlice));
  const auto guard = log->verification_guard(kAlice, 0, 1);
  ASSERT_NE(guard.value(), kNoVerification);
  ASSERT_TRUE(abort(kAlice));
  EXPECT_EQ(code_of(append({.producer = kAlice,
                            .epoch = 0,
                            .sequence = 1,
                            .is_transactional = true,
                            .guard = *guard})),
            ErrorCode::invalid_txn_state);
}

TEST_F(Transactions, BeginsWithTheFirstBatchThatWasAskedFor) {
  const auto guard = log->verification_guard(kAlice, 0, 0);
  ASSERT_EQ(log->verification_guard(kAlice, 0, 1).value(), guard.value());
  const BatchSpec second{
      .producer = kAlice, .epoch = 0, .sequence = 1, .is_transactional = true, .guard = *guard};
  EXPECT_EQ(code_of(append(second)), ErrorCode::out_of_order_sequence_number);
  ASSERT_TRUE(send(kAlice));
  EXPECT_TRUE(append(second));
}

// Also by a batch outside of any transaction.
TEST_F(Transactions, NothingPassesTheFirstBatchThatWasAskedFor) {
  ASSERT_NE(log->verification_guard(kAlice, 0, 0).value(), kNoVerification);
  EXPECT_EQ(code_of(append({.producer = kAlice, .epoch = 0, .sequence = 1})),
            ErrorCode::out_of_order_sequence_number);
  EXPECT_TRUE(append({.producer = kAlice, .epoch = 0, .sequence = 0}));
}

TEST_F(Transactions, FirstBatchOfAProducerWithoutEpochIsNoted) {
  ASSERT_NE(log->verification_guard(kAlice, -1, 0).value(), kNoVerification);
  EXPECT_TRUE(append({.producer = kAlice, .epoch = -1, .sequence = 0}));
}

TEST_F(Transactions, EpochFromTheFutureHoldsNobodyUp) {
  ASSERT_NE(log->verification_guard(kAlice, 9, 0).value(), kNoVerification);
  sequences[kAlice] = 1;
  EXPECT_TRUE(send(kAlice, 1));
}

TEST_F(Transactions, UnknownProducerOfVersionTwoBeginsAtZero) {
  const auto begin_at = [&](int32_t sequence, FirstSequence unknown_producer) {
    const auto guard = log->verification_guard(kAlice, 0, sequence, unknown_producer);
    return code_of(append({.producer = kAlice,
                           .epoch = 0,
                           .sequence = sequence,
                           .is_transactional = true,
                           .guard = guard.value()}));
  };
  EXPECT_EQ(begin_at(3, FirstSequence::zero), ErrorCode::out_of_order_sequence_number);
  EXPECT_EQ(begin_at(3, FirstSequence::any), ErrorCode::none);
  ASSERT_TRUE(commit(kAlice));
  EXPECT_EQ(begin_at(4, FirstSequence::zero), ErrorCode::none) << "it is known by now";
}

TEST_F(Transactions, RecordsOutsideAreRefusedWhileOneIsOpen) {
  ASSERT_TRUE(send(kAlice));
  EXPECT_EQ(code_of(append({.producer = kAlice, .epoch = 0, .sequence = 1})),
            ErrorCode::invalid_txn_state);
  EXPECT_EQ(code_of(append({.producer = kAlice, .epoch = 1, .sequence = 0})),
            ErrorCode::invalid_txn_state);
}

TEST_F(Transactions, MarkerOfAnOlderEpochOrCoordinatorIsRefused) {
  ASSERT_TRUE(send(kAlice, 3));
  EXPECT_EQ(code_of(end(kAlice, record::MarkerType::abort, 2)), ErrorCode::invalid_producer_epoch);
  ASSERT_TRUE(end(kAlice, record::MarkerType::abort, 4, 7));
  EXPECT_EQ(code_of(end(kAlice, record::MarkerType::abort, 4, 6)),
            ErrorCode::transaction_coordinator_fenced);
  EXPECT_EQ(log->log_end_offset(), Offset(2));
}

TEST_F(Transactions, MarkerOfANegativeEpochIsRefused) {
  EXPECT_EQ(code_of(end(kAlice, record::MarkerType::abort, -2)), ErrorCode::invalid_producer_epoch);
  EXPECT_EQ(log->log_end_offset(), Offset(0));
}

TEST_F(Transactions, MarkerWithARaisedEpochEndsNoTransactionOfThatEpoch) {
  ASSERT_TRUE(send(kAlice, 0));
  ASSERT_TRUE(commit_raised(kAlice, 1));
  EXPECT_TRUE(commit_raised(kAlice, 1)) << "the same once more";
  sequences[kAlice] = 0;
  ASSERT_TRUE(send(kAlice, 1));
  EXPECT_EQ(code_of(commit_raised(kAlice, 1)), ErrorCode::invalid_producer_epoch)
      << "it came late, and the transaction is the next one";
  EXPECT_EQ(stable(), Offset(3));
  EXPECT_TRUE(commit_raised(kAlice, 2));
  EXPECT_EQ(stable(), Offset(5));
}

TEST_F(Transactions, MarkerWithTheLastEpochEndsWhateverIsOpen) {
  ASSERT_TRUE(send(kAlice, INT16_MAX));
  EXPECT_TRUE(commit_raised(kAlice, INT16_MAX));
}

TEST_F(Transactions, SurviveACleanRestart) {
  ASSERT_TRUE(send(kAlice));
  ASSERT_TRUE(send(kBob));
  ASSERT_TRUE(abort(kAlice));
  restart();
  EXPECT_EQ(aborted(), (Names{"1:0-2"}));
  EXPECT_EQ(stable(), Offset(1));
  ASSERT_TRUE(abort(kBob));
  restart();
  EXPECT_EQ(aborted(), (Names{"1:0-2", "2:1-3"}));
  EXPECT_EQ(stable(), Offset(4));
}

TEST_F(Transactions, SurviveAKillInEverySegment) {
  ASSERT_TRUE(send(kAlice));
  ASSERT_TRUE(log->roll());
  ASSERT_TRUE(abort(kAlice));
  ASSERT_TRUE(log->sync());
  ASSERT_TRUE(log->roll());
  ASSERT_TRUE(send(kBob));
  ASSERT_TRUE(abort(kBob));
  ASSERT_TRUE(send(kAlice));
  restart_after_kill();
  EXPECT_EQ(aborted(), (Names{"1:0-1", "2:2-3"}));
  EXPECT_EQ(stable(), Offset(4));
}

TEST_F(Transactions, SurviveAKillRightAfterACleanRestart) {
  ASSERT_TRUE(send(kAlice));
  ASSERT_TRUE(abort(kAlice));
  restart();
  ASSERT_TRUE(send(kBob));
  ASSERT_TRUE(abort(kBob));
  restart_after_kill();
  EXPECT_EQ(aborted(), (Names{"1:0-1", "2:2-3"}));
}

TEST_F(Transactions, DamagedIndexIsMadeAnew) {
  ASSERT_TRUE(send(kAlice));
  ASSERT_TRUE(abort(kAlice));
  ASSERT_TRUE(log->roll());
  ASSERT_TRUE(send(kBob));
  ASSERT_TRUE(abort(kBob));
  ASSERT_TRUE(log->roll());
  stop();
  const Bytes whole = contents(path_of(0, ".txnindex"));
  EXPECT_EQ(whole.size(), AbortedTransaction::kSize);
  flip_byte(path_of(0, ".txnindex"), 12);
  cut_file(path_of(2, ".txnindex"), 5);
  start();
  EXPECT_EQ(aborted(), (Names{"1:0-1", "2:2-3"}));
  EXPECT_EQ(contents(path_of(0, ".txnindex")), whole);
}

TEST_F(Transactions, NothingIsKnownThatPowerLossTook) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    ASSERT_TRUE(send(kAlice, static_cast<int16_t>(seed)));
    ASSERT_TRUE(end(kAlice, record::MarkerType::abort, static_cast<int16_t>(seed)));
    if (seed % 3 == 0) {
      ASSERT_TRUE(log->roll());
    }
    if (seed % 2 == 0) {
      ASSERT_TRUE(log->sync());
    }
    const Offset synced = log->synced_offset();
    lose_power(seed);
    start();
    sequences[kAlice] = 0;
    ASSERT_GE(log->log_end_offset(), synced);
    // Exactly those whose record and marker both are in the log.
    Names expected;
    const auto in_log = offsets();
    for (size_t i = 0; i + 1 < in_log.size(); i += 2) {
      expected.push_back(cat("1:", in_log[i], "-", in_log[i + 1]));
    }
    EXPECT_EQ(aborted(), expected) << "seed " << seed;
    // One that lost its marker is open; its coordinator would end it.
    if (in_log.size() % 2 == 1) {
      EXPECT_EQ(stable(), Offset(in_log.back())) << "seed " << seed;
      ASSERT_TRUE(end(kAlice, record::MarkerType::abort, static_cast<int16_t>(seed)));
    }
  }
}

}  // namespace
}  // namespace millrace::storage
