#include "storage/log_fixture.h"

#include "base/log.h"
#include "base/text.h"
#include "io/read_chunks.h"
#include "record/batch_builder.h"
#include "record/record_reader.h"
#include "storage/segment.h"

namespace millrace::storage {

Bytes make_batch(const BatchSpec& spec, int64_t now_ms) {
  record::BatchBuilder builder({.is_transactional = spec.is_transactional,
                                .producer_id = spec.producer,
                                .producer_epoch = spec.epoch,
                                .base_sequence = spec.sequence});
  const int64_t timestamp = spec.timestamp == kNow ? now_ms : spec.timestamp;
  for (const std::string& value : spec.values) builder.add_text(timestamp, std::nullopt, value);
  return *builder.build();
}

LogTest::LogTest() : fs(std::make_unique<io::FaultyFileSystem>()) {
  log::set_level(log::Level::off);  // failures are what these tests are about
}
LogTest::~LogTest() { kill(); }

void LogTest::start() {
  auto opened = LogDirectory::open(*fs, clock, {.path = "data", .recovery_threads = 1});
  ASSERT_TRUE(opened) << opened.error().to_string();
  directory = *std::move(opened);
  const auto loaded = directory->load([&](const TopicPartition&) { return config; });
  ASSERT_TRUE(loaded) << loaded.error().to_string();
  auto made = directory->create(name, topic_id, config);
  ASSERT_TRUE(made) << made.error().to_string();
  log = *std::move(made);
}

void LogTest::stop() {
  const auto closed = directory->close();
  EXPECT_TRUE(closed) << closed.error().to_string();
  kill();
}

void LogTest::kill() {
  log.reset();
  directory.reset();
}

void LogTest::lose_power(uint64_t seed) {
  auto after = fs->power_loss(seed);
  kill();
  fs = std::move(after);
}

Result<AppendedInfo> LogTest::append(const BatchSpec& spec) {
  const Bytes batch = make_batch(spec, clock.wall_ms());
  return log->append({.batches = batch, .now_ms = clock.wall_ms(), .guard = spec.guard});
}

void LogTest::append_numbers(int count, int first) {
  for (const std::string& value : numbers(count, first)) {
    const auto done = append({.values = {value}});
    ASSERT_TRUE(done) << done.error().to_string();
  }
}

std::vector<std::string> LogTest::numbers(int count, int first) {
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) all.push_back(cat(first + i));
  return all;
}

template <class Fn>
void LogTest::read_all(int64_t from, int64_t bytes_max, Fn fn) const {
  Offset next(from);
  while (next < log->log_end_offset()) {
    const auto read = log->read(
        next, {.bytes_max = bytes_max, .up_to = log->log_end_offset(), .at_least_one = true});
    ASSERT_TRUE(read) << read.error().to_string();
    const Bytes bytes = *io::read_chunks(read->chunks);
    const Offset before = next;
    for (ByteView rest = bytes; !rest.empty();) {
      const auto batch = record::BatchView::parse(rest);
      if (!batch) break;  // cut short, as clients expect
      EXPECT_TRUE(batch->crc_matches()) << "at offset " << batch->base_offset();
      const auto walked = record::for_each_record(*batch, [&](const record::RecordView& record) {
        if (record.offset >= next) fn(record);
      });
      ASSERT_TRUE(walked) << walked.error().to_string();
      next = batch->next_offset();
      rest = rest.subspan(batch->size());
    }
    // Records may be missing at the end of the log.
    if (next == before) break;
  }
}

std::vector<std::string> LogTest::values(int64_t from, int64_t bytes_max) const {
  std::vector<std::string> all;
  read_all(from, bytes_max, [&](const record::RecordView& record) {
    all.emplace_back(as_text(record.value.value_or(ByteView())));
  });
  return all;
}

std::vector<int64_t> LogTest::offsets(int64_t from) const {
  std::vector<int64_t> all;
  read_all(from, 1 << 20,
           [&](const record::RecordView& record) { all.push_back(record.offset.value()); });
  return all;
}

std::string LogTest::path_of(int64_t base, const std::string& suffix) const {
  return cat("data/", directory_name(name), '/', segment_file_name(Offset(base), suffix));
}

bool LogTest::exists(const std::string& path) const { return *fs->exists(path); }

Bytes LogTest::contents(const std::string& path) const {
  auto read = io::read_file(*fs, path, 1 << 30);
  EXPECT_TRUE(read) << path;
  return read ? *read : Bytes();
}

void LogTest::overwrite(const std::string& path, ByteView bytes) {
  const auto file = *fs->open(path, io::OpenMode::truncate);
  ASSERT_TRUE(file->write_at(Position(0), bytes));
  ASSERT_TRUE(file->sync());
}

void LogTest::flip_byte(const std::string& path, int64_t at) {
  Bytes bytes = contents(path);
  ASSERT_LT(static_cast<size_t>(at), bytes.size());
  bytes[static_cast<size_t>(at)] ^= std::byte{0xff};
  overwrite(path, bytes);
}

void LogTest::cut_file(const std::string& path, int64_t size) {
  const auto file = *fs->open(path, io::OpenMode::read_write);
  ASSERT_TRUE(file->truncate(size));
  ASSERT_TRUE(file->sync());
}

std::vector<std::string> LogTest::files_ending(const std::string& suffix) const {
  std::vector<std::string> names;
  const auto entries = fs->list("data/" + directory_name(name));
  for (const auto& entry : *entries) {
    if (entry.name.ends_with(suffix)) names.push_back(entry.name);
  }
  return names;
}

const PartitionRecovery& LogTest::recovery() const {
  for (const PartitionRecovery& each : directory->report().partitions) {
    if (each.partition == name) return each;
  }
  static const PartitionRecovery kNone;
  return kNone;
}

}  // namespace millrace::storage
