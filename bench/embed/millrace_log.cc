// Millrace: a Topic of an embedded broker.
#include <vector>

#include "millrace/millrace.h"
#include "peer_log.h"

namespace embedded {
namespace {

using namespace millrace;

constexpr size_t kReadBytesMax = size_t{4} << 20;

template <class T>
T must(Result<T> result) {
  if (!result) die(result.error().to_string());
  return *std::move(result);
}

class MillraceReader final : public PeerReader {
 public:
  explicit MillraceReader(const Topic& topic) : topic_(topic) {}

  Taken take() override { return take(milliseconds(0)); }
  Taken wait_and_take() override { return take(milliseconds(1'000)); }

 private:
  Taken take(milliseconds wait) {
    const auto read =
        must(topic_.read(0, {.offset = next_, .bytes_max = kReadBytesMax, .wait = wait}));
    Taken taken{.records = static_cast<int64_t>(read.size())};
    for (const LogRecordView& record : read) {
      taken.bytes += static_cast<int64_t>(record.value->size());
    }
    next_ = read.next_offset();
    return taken;
  }

  const Topic topic_;
  int64_t next_ = 0;
};

class MillraceLog final : public PeerLog {
 public:
  MillraceLog(const std::string& dir, Durability durability)
      : acks_(durability == Durability::disk ? Acks::all : Acks::leader),
        broker_(must(Broker::open({.dir = dir}))) {}

  void append(std::span<const std::string_view> values) override {
    records_.clear();
    for (const std::string_view value : values) records_.push_back({.value = value});
    must(topic().append(0, records_, acks_));
  }
  std::unique_ptr<PeerReader> reader() override {
    return std::make_unique<MillraceReader>(topic());
  }

 private:
  Topic& topic() {
    if (!topic_) topic_ = must(broker_.ensure_topic({.name = "log", .partitions = 1}));
    return *topic_;
  }

  const Acks acks_;
  Broker broker_;
  std::optional<Topic> topic_;
  std::vector<LogRecord> records_;
};

}  // namespace

Peer millrace_peer() {
  return {.open =
              [](const std::string& place, Durability durability) {
                return std::make_unique<MillraceLog>(place, durability);
              },
          .readers_sleep = true};
}

}  // namespace embedded
