// The files of a log as another process reads them.
#include "storage/log_reader.h"

#include <gtest/gtest.h>

#include "record/record_reader.h"
#include "storage/log_fixture.h"

namespace millrace::storage {
namespace {

class LogReaders : public LogTest {
 protected:
  LogReaders() { config.segment_bytes = 1'000; }

  /// Values from `from` up to `up_to`, in as many pieces as it takes.
  std::vector<std::string> read(LogReader& reader, int64_t from, int64_t up_to,
                                int64_t bytes_max = 1 << 20) {
    std::vector<std::string> found;
    for (Offset next(from);;) {
      const auto piece = reader.read(next, {.up_to = Offset(up_to), .bytes_max = bytes_max});
      EXPECT_TRUE(piece) << piece.error().to_string();
      if (!piece || piece->batches.empty()) return found;
      for (ByteView rest = piece->batches.view(); !rest.empty();) {
        const auto batch = record::BatchView::parse(rest).value();
        rest = rest.subspan(batch.size());
        EXPECT_TRUE(record::for_each_record(batch, [&](const record::RecordView& record) {
          if (record.offset >= next) found.emplace_back(as_text(*record.value));
        }));
      }
      next = piece->next_offset;
    }
  }
  LogReader make() const { return LogReader(*fs, "data/orders-0"); }
};

TEST_F(LogReaders, GoAsFarAsTheyAreTold) {
  start();
  append_numbers(100);
  ASSERT_GT(log->segment_count(), 5U);
  LogReader reader = make();
  EXPECT_EQ(read(reader, 0, 100), numbers(100));
  EXPECT_EQ(read(reader, 17, 42), numbers(25, 17));
  EXPECT_EQ(read(reader, 17, 42, 1), numbers(25, 17)) << "a batch at a time";
  EXPECT_EQ(read(reader, 17, 17), numbers(0));
  EXPECT_EQ(reader.first_offset(), Offset(0));
}

TEST_F(LogReaders, GoOnInTheFileThatIsOpen) {
  start();
  append_numbers(3);
  LogReader reader = make();
  EXPECT_FALSE(reader.read_on(Offset(0), {.up_to = Offset(3)})) << "none is";
  EXPECT_EQ(read(reader, 0, 3), numbers(3));
  EXPECT_FALSE(reader.read_on(Offset(3), {.up_to = Offset(3)})) << "nothing more";
  append_numbers(1, 3);
  ASSERT_TRUE(fs->remove(path_of(0, ".log")));
  const auto piece = reader.read_on(Offset(3), {.up_to = Offset(4)});
  ASSERT_TRUE(piece);
  EXPECT_EQ(piece->next_offset, Offset(4));
  reader.expect({.changes = 2});
  EXPECT_FALSE(reader.read_on(Offset(4), {.up_to = Offset(5)})) << "it is forgotten";
}

TEST_F(LogReaders, ListAnewOnlyWhenTheyAreTold) {
  start();
  append_numbers(5);
  LogReader reader = make();
  EXPECT_EQ(read(reader, 0, 5), numbers(5));
  append_numbers(45, 5);
  EXPECT_LT(read(reader, 0, 50).size(), 50U) << "new segments are not looked for";
  reader.expect({.segments_begun = 1});
  EXPECT_EQ(read(reader, 0, 50), numbers(50));
}

TEST_F(LogReaders, ReadCleanedSegmentsOnTheirWayIn) {
  start();
  append_numbers(50);
  ASSERT_GT(log->segment_count(), 3U);
  stop();
  // The old files are gone, the new ones have not all got their names: what a crash may leave.
  for (const char* kind : {".log", ".index", ".timeindex"}) {
    ASSERT_TRUE(fs->rename(path_of(0, kind), path_of(0, kind) + ".swap"));
  }
  LogReader reader = make();
  EXPECT_EQ(read(reader, 0, 50), numbers(50));
  EXPECT_TRUE(reader.aborted_transactions(Offset(0), Offset(50)));
  ASSERT_TRUE(fs->rename(path_of(0, ".index") + ".swap", path_of(0, ".index")));
  reader.forget();
  EXPECT_EQ(read(reader, 3, 50), numbers(47, 3));
}

TEST_F(LogReaders, StopInFrontOfDamage) {
  config.segment_bytes = 1 << 20;
  start();
  append_numbers(10);
  const auto place_size = contents(path_of(0, ".log")).size() / 10;
  LogReader reader = make();
  flip_byte(path_of(0, ".log"), static_cast<int64_t>(7 * place_size + 62));
  const auto piece = reader.read(Offset(0), {.up_to = Offset(10), .bytes_max = 1 << 20});
  ASSERT_TRUE(piece) << piece.error().to_string();
  EXPECT_EQ(piece->next_offset, Offset(7));
  EXPECT_EQ(code_of(reader.read(Offset(7), {.up_to = Offset(10), .bytes_max = 1 << 20})),
            ErrorCode::corrupt_message);
  cut_file(path_of(0, ".log"), static_cast<int64_t>(5 * place_size + 65));
  reader.forget();
  EXPECT_EQ(read(reader, 0, 10), numbers(5)) << "what is not there yet is no damage";
}

TEST_F(LogReaders, SayWhatIsGone) {
  start();
  append_numbers(50);
  ASSERT_TRUE(directory->delete_records(name, Offset(30)));
  ASSERT_TRUE(log->apply_retention(clock.wall_ms(), Offset(50)));
  LogReader reader = make();
  EXPECT_EQ(code_of(reader.read(Offset(0), {.up_to = Offset(50), .bytes_max = 1})),
            ErrorCode::offset_out_of_range);
  EXPECT_GT(reader.first_offset(), Offset(0));
  EXPECT_LE(reader.first_offset(), Offset(30));
  EXPECT_EQ(read(reader, 30, 50), numbers(20, 30));
  LogReader other(*fs, "data/none-0");
  EXPECT_TRUE(other.read(Offset(0), {.up_to = Offset(1), .bytes_max = 1})
                  .error()
                  .is(std::errc::no_such_file_or_directory));
}

}  // namespace
}  // namespace millrace::storage
