// Whatever bytes a segment file holds after an unclean end, the directory opens, the partition
// takes a batch, and the batch can be read back; a second start finds nothing new.
#include <cstdlib>
#include <memory>
#include <string>

#include "io/memory_file_system.h"
#include "millrace/clock.h"
#include "record/batch_builder.h"
#include "storage/log_directory.h"

namespace {

using namespace millrace;

const storage::TopicPartition kName{.topic = "fuzzed", .partition = PartitionId(0)};

std::unique_ptr<storage::LogDirectory> open(io::FileSystem& disk, const Clock& clock) {
  auto directory =
      storage::LogDirectory::open(disk, clock, {.path = "data", .recovery_threads = 1});
  if (!directory) std::abort();
  const auto loaded =
      (*directory)->load([](const storage::TopicPartition&) { return storage::LogConfig(); });
  if (!loaded) std::abort();
  return *std::move(directory);
}

void append_one(storage::PartitionLog& log) {
  record::BatchBuilder builder;
  builder.add_text(1'700'000'000'000, "key", "value");
  const auto batch = builder.build();
  const auto appended =
      log.append({.batches = *batch, .origin = storage::AppendOrigin::internal, .now_ms = 0});
  // The offsets of a crafted log may be used up; nothing else is a reason to refuse.
  if (!appended) return;
  const auto read =
      log.read(appended->base_offset,
               {.bytes_max = 1 << 20, .up_to = log.log_end_offset(), .at_least_one = true});
  if (!read || read->size < static_cast<int64_t>(batch->size())) std::abort();
}

/// A few good batches, damaged: three bytes of the input each overwrite one byte of the file, and
/// what is left over stands behind it.
Bytes damaged_log(ByteView input) {
  Bytes file;
  const auto next = [&] {
    const auto value = static_cast<size_t>(input.front());
    input = input.subspan(1);
    return value;
  };
  const size_t batches = next() % 6;
  const size_t edits = next() % 8;
  for (size_t i = 0; i < batches; ++i) {
    record::BatchBuilder builder(
        {.base_offset = Offset(static_cast<int64_t>(i)), .leader_epoch = LeaderEpoch(0)});
    builder.add_text(1'700'000'000'000, "key", std::string(i * 7, 'v'));
    const auto batch = builder.build();
    file.insert(file.end(), batch->begin(), batch->end());
  }
  for (size_t i = 0; i < edits && input.size() >= 3 && !file.empty(); ++i) {
    const size_t at = (next() << 8 | next()) % file.size();
    file[at] = static_cast<std::byte>(next());
  }
  file.insert(file.end(), input.begin(), input.end());
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const Bytes bytes = damaged_log(ByteView(reinterpret_cast<const std::byte*>(data), size));
  io::MemoryFileSystem disk;
  const ManualClock clock;
  {
    const auto directory = open(disk, clock);
    if (!directory->create(kName, Uuid{}, {})) std::abort();
  }
  {
    const auto file = disk.open("data/fuzzed-0/00000000000000000000.log", io::OpenMode::truncate);
    if (!file || !(*file)->write_at(Position(0), bytes)) std::abort();
  }
  {
    const auto directory = open(disk, clock);
    const auto log = directory->find(kName);
    if (log == nullptr) std::abort();
    append_one(*log);
    if (!directory->close()) std::abort();
  }
  const auto directory = open(disk, clock);
  const auto log = directory->find(kName);
  if (log == nullptr) std::abort();
  for (const auto& recovery : directory->report().partitions) {
    if (!recovery.cuts.empty() || !recovery.quarantined.empty()) std::abort();
  }
  append_one(*log);
  return 0;
}
