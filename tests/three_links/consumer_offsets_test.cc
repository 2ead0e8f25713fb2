// Where consumers stand, are sent and have committed.
#include <map>
#include <optional>

#include "millrace/client_error.h"
#include "three_links/three_links.h"

namespace millrace::three_links {
namespace {

class ConsumerOffsets : public ThreeLinks {
 protected:
  /// As many records as partition 0 gets timestamps, one a millisecond.
  void fill_by_time(int64_t first_ms, int count) const {
    Producer producer = make_producer();
    for (int i = 0; i < count; ++i) {
      const std::string value = cat(i);
      const auto sent = producer.send(
          {.topic = topic_, .value = value, .partition = 0, .timestamp_ms = first_ms + i});
      EXPECT_TRUE(sent.get()) << sent.get().error().to_string();
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Links, ConsumerOffsets, ::testing::ValuesIn(every_link()), name_of_link);

TEST_P(ConsumerOffsets, SeeksGoWhereTheySay) {
  make_topic(1);
  fill_by_time(1'000, 10);
  Consumer consumer = reading({part(0)}, {.max_poll_records = 3});
  EXPECT_EQ(poll_values(consumer, 3), (Texts{"0", "1", "2"}));
  ASSERT_TRUE(consumer.seek(part(0), 7));
  EXPECT_EQ(poll_values(consumer, 3), (Texts{"7", "8", "9"}));
  ASSERT_TRUE(consumer.seek_to_beginning({part(0)}));
  EXPECT_EQ(consumer.position(part(0)).value(), 0);
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"0", "1", "2"}));
  ASSERT_TRUE(consumer.seek_to_time({part(0)}, 1'005));
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"5", "6", "7"}));
  ASSERT_TRUE(consumer.seek_to_time({part(0)}, 5'000));
  EXPECT_EQ(consumer.position(part(0)).value(), 10) << "no record is that young";
  ASSERT_TRUE(consumer.seek_to_end({part(0)}));
  EXPECT_EQ(consumer.position(part(0)).value(), 10);
  fill(0, 10, 11);
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"10"}));
  EXPECT_TRUE(consumer.seek(part(1), 0).error().is(ClientErrc::wrong_state));
  EXPECT_TRUE(consumer.seek(part(0), -1).error().is(ClientErrc::invalid_argument));
  EXPECT_TRUE(consumer.position(part(1)).error().is(ClientErrc::wrong_state));
}

TEST_P(ConsumerOffsets, AnOffsetThatIsGoneIsResetAsTold) {
  make_topic(1);
  fill(0, 0, 5);
  ASSERT_TRUE(admin().delete_records({{part(0), 3}}));
  Consumer consumer = reading({part(0)});
  ASSERT_TRUE(consumer.seek(part(0), 1));
  EXPECT_EQ(poll_values(consumer, 2), (Texts{"3", "4"}));
  ASSERT_TRUE(consumer.seek(part(0), 100));
  EXPECT_EQ(poll_values(consumer, 2), (Texts{"3", "4"}));
}

TEST_P(ConsumerOffsets, TellWherePartitionsBeginAndEnd) {
  make_topic(2);
  fill_by_time(100, 5);
  ASSERT_TRUE(admin().delete_records({{part(0), 2}}));
  Consumer consumer = make_consumer();
  const std::vector both{part(0), part(1)};
  const auto begins = consumer.beginning_offsets(both);
  ASSERT_TRUE(begins) << begins.error().to_string();
  EXPECT_EQ(*begins, (std::map<TopicPartition, int64_t>{{part(0), 2}, {part(1), 0}}));
  EXPECT_EQ(*consumer.end_offsets(both),
            (std::map<TopicPartition, int64_t>{{part(0), 5}, {part(1), 0}}));
  const auto found = consumer.offsets_for_times({{part(0), 103}, {part(1), 103}});
  ASSERT_TRUE(found) << found.error().to_string();
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->at(part(0)).offset, 3);
  EXPECT_EQ(found->at(part(0)).timestamp_ms, 103);
  EXPECT_GE(found->at(part(0)).leader_epoch, 0);
  EXPECT_EQ(consumer.end_offsets({part(7)}).error().kafka_code(),
            ErrorCode::unknown_topic_or_partition);
  EXPECT_TRUE(consumer.offsets_for_times({{part(0), -1}}).error().is(ClientErrc::invalid_argument));
}

TEST_P(ConsumerOffsets, OffsetsAreCommittedAndBegunAt) {
  make_topic(2);
  fill(0, 0, 10);
  fill(1, 10, 20);
  {
    Consumer consumer = reading({part(0), part(1)},
                                {.group = name("g"), .auto_commit = false, .max_poll_records = 4});
    const auto records = consumer.poll(kPatience);
    ASSERT_TRUE(records) << records.error().to_string();
    ASSERT_EQ(records->size(), 4U);
    const auto committed = consumer.commit(records->begin()[1]);
    ASSERT_TRUE(committed) << committed.error().to_string();
    const auto known = consumer.committed({part(0), part(1)});
    ASSERT_TRUE(known) << known.error().to_string();
    ASSERT_EQ(known->size(), 1U);
    EXPECT_EQ(known->begin()->second.offset, 2);
    EXPECT_GE(known->begin()->second.leader_epoch, 0);
    ASSERT_TRUE(consumer.commit(*records));
    EXPECT_EQ(consumer.committed({part(0), part(1)})->begin()->second.offset, 4);
    ASSERT_TRUE(consumer.commit({{part(1), {.offset = 7, .metadata = "seven"}}}));
    EXPECT_EQ(consumer.committed({part(1)})->at(part(1)).metadata, "seven");
    EXPECT_EQ(consumer.statistics().commits, 3);
    ASSERT_TRUE(consumer.close());
  }
  Consumer consumer = reading({part(0), part(1)}, {.group = name("g"), .auto_commit = false});
  EXPECT_EQ(consumer.position(part(0)).value(), 4);
  EXPECT_EQ(consumer.position(part(1)).value(), 7);
  ASSERT_TRUE(consumer.commit()) << "positions";
  EXPECT_EQ(poll_values(consumer, 9).size(), 9U);
  bool is_called = false;
  consumer.commit_async([&](const Result<void>& outcome) {
    EXPECT_TRUE(outcome);
    is_called = true;
  });
  ASSERT_TRUE(consumer.close());
  EXPECT_TRUE(is_called) << "close waits for it";
  EXPECT_EQ(admin().committed_offsets(name("g"))->at(part(0)).offset, 10);
}

TEST_P(ConsumerOffsets, OnlyCommittedTransactionsAreReadWhereAsked) {
  make_topic(1);
  Producer producer = make_producer({.transactional_id = name("tx")});
  for (const char* value : {"a", "b", "c", "d"}) {
    auto transaction = producer.begin();
    ASSERT_TRUE(transaction) << transaction.error().to_string();
    ASSERT_TRUE(producer.send({.topic = topic_, .value = value}).get());
    ASSERT_TRUE(*value % 2 == 0 ? transaction->commit() : transaction->abort());
  }
  auto open = producer.begin();
  ASSERT_TRUE(open);
  ASSERT_TRUE(producer.send({.topic = topic_, .value = "open"}).get());
  Consumer all = reading({part(0)});
  EXPECT_EQ(poll_values(all, 5), (Texts{"a", "b", "c", "d", "open"}));
  EXPECT_EQ(all.end_offsets({part(0)})->at(part(0)), 9);
  Consumer committed = reading({part(0)}, {.isolation = Isolation::read_committed});
  EXPECT_EQ(poll_values(committed, 2), (Texts{"b", "d"}));
  EXPECT_EQ(committed.end_offsets({part(0)})->at(part(0)), 8) << "the last stable offset";
  EXPECT_TRUE(committed.poll(milliseconds(20))->empty());
  ASSERT_TRUE(open->commit());
  EXPECT_EQ(poll_values(committed, 1), (Texts{"open"}));
}

TEST_P(ConsumerOffsets, ATransactionCommitsOffsetsForAConsumer) {
  make_topic(1);
  fill(0, 0, 3);
  Producer producer = make_producer({.transactional_id = name("tx")});
  Consumer consumer = reading({part(0)}, {.group = name("g"), .auto_commit = false});
  const auto records = consumer.poll(kPatience);
  ASSERT_TRUE(records) << records.error().to_string();
  for (const bool commits : {false, true}) {
    auto transaction = producer.begin();
    ASSERT_TRUE(transaction) << transaction.error().to_string();
    const auto sent = transaction->send_offsets(records->next_offsets(), consumer);
    ASSERT_TRUE(sent) << sent.error().to_string();
    ASSERT_TRUE(commits ? transaction->commit() : transaction->abort());
    EXPECT_EQ(consumer.committed({part(0)})->contains(part(0)), commits)
        << "waits for what the transaction may still change";
  }
  auto transaction = producer.begin();
  ASSERT_TRUE(transaction);
  const Consumer without_group = make_consumer();
  EXPECT_TRUE(transaction->send_offsets(records->next_offsets(), without_group)
                  .error()
                  .is(ClientErrc::invalid_argument));
}

TEST_P(ConsumerOffsets, CloseCommitsByItself) {
  make_topic(1);
  fill(0, 0, 3);
  Consumer consumer = reading({part(0)}, {.group = name("g")});
  EXPECT_EQ(poll_values(consumer, 3).size(), 3U);
  ASSERT_TRUE(consumer.close());
  EXPECT_EQ(admin().committed_offsets(name("g"))->at(part(0)).offset, 3);
}

TEST_P(ConsumerOffsets, WithoutAGroupNothingIsCommitted) {
  make_topic(1);
  Consumer consumer = reading({part(0)});
  EXPECT_TRUE(consumer.commit().error().is(ClientErrc::invalid_argument));
  EXPECT_TRUE(consumer.committed({part(0)}).error().is(ClientErrc::invalid_argument));
  EXPECT_TRUE(consumer.subscribe({topic_}).error().is(ClientErrc::invalid_argument));
  std::optional<Result<void>> told;
  consumer.commit_async([&](const Result<void>& outcome) { told = outcome; });
  ASSERT_TRUE(told && !*told);
  EXPECT_TRUE(told->error().is(ClientErrc::invalid_argument));
}

}  // namespace
}  // namespace millrace::three_links
