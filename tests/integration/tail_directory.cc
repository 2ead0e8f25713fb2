// A second process beside a broker, for test_directory_reader.py: prints what it reads of one
// partition of a live directory.
//
//   tail_directory DIR TOPIC PARTITION [committed]
//
// "record OFFSET VALUE" for each record; "lost OFFSET" where records were removed or are not there
// any more, and where it goes on; "writer STATE" when that changes. Ends with its standard input.
#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "millrace/directory_reader.h"

namespace {

using namespace millrace;

bool input_has_ended() {
  pollfd input{.fd = 0, .events = POLLIN, .revents = 0};
  return ::poll(&input, 1, 0) > 0;
}

const char* name_of(WriterState state) {
  switch (state) {
    case WriterState::alive: return "alive";
    case WriterState::stopped: return "stopped";
    case WriterState::crashed: return "crashed";
  }
  return "unknown";
}

/// The directory may be in the making.
DirectoryReader open(const std::string& dir) {
  for (;;) {
    auto reader = DirectoryReader::open(dir);
    if (reader) return *std::move(reader);
    if (input_has_ended()) std::exit(1);
    std::this_thread::sleep_for(milliseconds(10));
  }
}

class Tail {
 public:
  Tail(const std::string& dir, TopicPartition partition, Isolation isolation)
      : reader_(open(dir)), partition_(std::move(partition)), isolation_(isolation) {}

  void step() {
    const ReadOptions options{.offset = next_, .isolation = isolation_, .wait = milliseconds(20)};
    const auto read = reader_.read(partition_, options);
    if (read) {
      for (const LogRecordView& record : *read) {
        const std::string value(record.value.value_or(""));
        std::printf("record %lld %s\n", static_cast<long long>(record.offset), value.c_str());
      }
      next_ = read->next_offset();
    } else if (read.error().is(ErrorCode::offset_out_of_range)) {
      const int64_t start = reader_.log_start_offset(partition_).value_or(0);
      const int64_t end = reader_.high_watermark(partition_).value_or(0);
      next_ = next_ < start ? start : end;
      std::printf("lost %lld\n", static_cast<long long>(next_));
    } else if (!read.error().is(ErrorCode::unknown_topic_or_partition)) {
      std::printf("error %s\n", read.error().to_string().c_str());
    } else {
      std::this_thread::sleep_for(milliseconds(10));
    }
    tell_writer();
    std::fflush(stdout);
  }

 private:
  void tell_writer() {
    const std::string now = name_of(reader_.writer());
    if (now != writer_) std::printf("writer %s\n", now.c_str());
    writer_ = now;
  }

  DirectoryReader reader_;
  const TopicPartition partition_;
  const Isolation isolation_;
  int64_t next_ = 0;
  std::string writer_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const bool is_committed = argc > 4 && std::string(argv[4]) == "committed";
  Tail tail(argv[1], {.topic = argv[2], .partition = std::atoi(argv[3])},
            is_committed ? Isolation::read_committed : Isolation::read_uncommitted);
  while (!input_has_ended()) tail.step();
}
