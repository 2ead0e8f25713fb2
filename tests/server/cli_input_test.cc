// Lines, assignments, tables, exit codes: what the commands share.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "cli/common.h"
#include "cli/line_reader.h"
#include "cli/progress_line.h"
#include "millrace/client_error.h"

namespace millrace::server {
namespace {

using Outcome = LineReader::Outcome;

class Lines : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::pipe(ends_.data()), 0);
    reader_ = std::make_unique<LineReader>(ends_[0], [this] { return stop_; });
  }
  void TearDown() override {
    ::close(ends_[0]);
    end_input();
  }
  void type(std::string_view text) {
    ASSERT_EQ(::write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void end_input() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  Outcome next() {
    std::string_view line;
    const auto outcome = reader_->next(line);
    EXPECT_TRUE(outcome);
    line_ = line;
    return *outcome;
  }

  std::array<int, 2> ends_{-1, -1};
  bool stop_ = false;
  std::string line_;
  std::unique_ptr<LineReader> reader_;
};

TEST_F(Lines, ComeOneByOneAndALastOneWithoutAnEndCounts) {
  type("one\n\nthree");
  end_input();
  EXPECT_EQ(next(), Outcome::line);
  EXPECT_EQ(line_, "one");
  EXPECT_EQ(next(), Outcome::line);
  EXPECT_EQ(line_, "");
  EXPECT_EQ(next(), Outcome::line);
  EXPECT_EQ(line_, "three");
  EXPECT_EQ(reader_->line_number(), 3);
  EXPECT_EQ(next(), Outcome::end);
}

TEST_F(Lines, AStopIsNoticedWhileNothingComesAndLosesNothing) {
  type("ha");
  stop_ = true;
  EXPECT_EQ(next(), Outcome::stopped);
  stop_ = false;
  type("lf\n");
  EXPECT_EQ(next(), Outcome::line);
  EXPECT_EQ(line_, "half");
}

TEST(Assignments, SplitAtTheFirstEqualsSign) {
  const auto parsed = parse_assignments({"a=1", "b=x=y", "c="});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->at("b"), "x=y");
  EXPECT_EQ(parsed->at("c"), "");
}

TEST(Assignments, WithoutANameOrTwiceAreUsageErrors) {
  const std::vector<std::vector<std::string>> cases = {{"novalue"}, {"=1"}, {"a=1", "a=2"}};
  for (const auto& texts : cases) {
    const auto parsed = parse_assignments(texts);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(exit_code_of(parsed.error()), kExitUsage);
  }
}

TEST(Unescape, KnowsTabsAndLeavesTheRest) {
  EXPECT_EQ(unescape("a\\tb\\n\\\\t\\x"), "a\tb\n\\t\\x");
  EXPECT_EQ(unescape("end\\"), "end\\");
}

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
  EXPECT_EQ(format_table({{"A", "B"}, {"long", "x"}}), "A     B\nlong  x\n");
}

TEST(ProgressLine, HasABarWhereTheTotalIsKnown) {
  EXPECT_EQ(
      progress_line(
          {.records = 1'234'567, .bytes = 120'500'000, .total_bytes = 241'000'000, .seconds = 4}),
      "[==========>         ] 50%  1,234,567 records  120.5 MB  30.1 MB/s");
  EXPECT_EQ(progress_line({.records = 12, .bytes = 999}), "12 records  999 B");
  EXPECT_EQ(progress_line({.records = 1, .bytes = 5, .total_bytes = 5, .seconds = 1}),
            "[====================] 100%  1 records  5 B  5 B/s");
}

TEST(ExitCodes, FollowTheKindOfError) {
  EXPECT_EQ(exit_code_of(kafka_error(ErrorCode::unknown_topic_or_partition, "")), kExitNotFound);
  EXPECT_EQ(exit_code_of(kafka_error(ErrorCode::group_id_not_found, "")), kExitNotFound);
  EXPECT_EQ(exit_code_of(kafka_error(ErrorCode::corrupt_message, "")), kExitBadData);
  EXPECT_EQ(exit_code_of(kafka_error(ErrorCode::invalid_config, "")), kExitFailure);
  EXPECT_EQ(exit_code_of(Error(make_error_code(ClientErrc::interrupted), "")), kExitInterrupted);
  EXPECT_EQ(exit_code_of(usage_error("")), kExitUsage);
}

}  // namespace
}  // namespace millrace::server
