// How long a restart needs to bring committed offsets back: writes commits into a fresh data
// directory, closes it, opens it again and times the replay.
//
//   coordinator_replay DIR [commits, default 1000000] [partitions in a commit, default 10]
//
// DIR must not exist; it is left behind for a look at its files.
#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "base/timers.h"
#include "broker/broker.h"
#include "broker/catalog.h"
#include "coordinator/broker_offsets_log.h"
#include "coordinator/group_coordinator.h"
#include "io/file_system.h"
#include "millrace/clock.h"

namespace {

using namespace millrace;

constexpr int64_t kGroups = 1'000;
constexpr int32_t kPartitions = 100;
constexpr const char* kTopic = "orders";

struct Service {
  std::unique_ptr<io::FileSystem> disk = io::make_posix_file_system();
  SystemClock clock;
  Timers timers;
  std::unique_ptr<broker::Broker> broker;
  std::unique_ptr<coordinator::BrokerOffsetsLog> log;
  std::unique_ptr<coordinator::GroupCoordinator> groups;

  explicit Service(const std::string& dir) {
    auto opened = broker::Broker::open({.file_system = disk.get(),
                                        .dir = dir,
                                        .clock = &clock,
                                        .timers = &timers,
                                        // Writing is not what is measured.
                                        .config = {{"millrace.durability", "os"}},
                                        .sync_threads = 0});
    if (!opened) fail("cannot open " + dir + ": " + opened.error().to_string());
    broker = *std::move(opened);
    log = std::make_unique<coordinator::BrokerOffsetsLog>(*broker);
    groups = std::make_unique<coordinator::GroupCoordinator>(coordinator::CoordinatorConfig(), *log,
                                                             clock, timers);
  }

  [[noreturn]] static void fail(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(1);
  }

  void close() {
    groups.reset();
    if (const auto closed = broker->close(); !closed) fail(closed.error().to_string());
  }
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// One request: `count` partitions of one group, standalone.
coordinator::OffsetCommitRequest commit_of(int64_t number, int32_t count) {
  coordinator::OffsetCommitRequest request;
  request.group_id = "group-" + std::to_string(number % kGroups);
  auto& topic = request.topics.emplace_back();
  topic.topic = kTopic;
  for (int32_t i = 0; i < count; ++i) {
    const int64_t partition = (number / kGroups * count + i) % kPartitions;
    topic.partitions.push_back({.partition = PartitionId(static_cast<int32_t>(partition)),
                                .offset = Offset(number),
                                .leader_epoch = LeaderEpoch(0),
                                .metadata = ""});
  }
  return request;
}

void write_commits(const std::string& dir, int64_t commits, int32_t per_request) {
  Service service(dir);
  service.groups->load();
  const auto created =
      service.broker->catalog().create({.name = kTopic, .partitions = kPartitions});
  if (!created) Service::fail(created.error().to_string());
  int64_t refused = 0;
  for (int64_t number = 0; number * per_request < commits; ++number) {
    service.groups->commit_offsets(commit_of(number, per_request), [&](const auto& response) {
      for (const auto& partition : response.topics.at(0).partitions) {
        refused += partition.error == ErrorCode::none ? 0 : 1;
      }
    });
  }
  if (refused > 0) Service::fail(std::to_string(refused) + " commits were refused");
  service.close();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || std::filesystem::exists(argv[1])) {
    std::fprintf(stderr, "usage: %s NEW_DIR [commits] [partitions in a commit]\n", argv[0]);
    return 2;
  }
  const std::string dir = argv[1];
  const int64_t commits = argc > 2 ? std::atoll(argv[2]) : 1'000'000;
  const int32_t per_request = argc > 3 ? std::atoi(argv[3]) : 10;
  if (commits < 1 || per_request < 1 || per_request > kPartitions) return 2;

  auto start = std::chrono::steady_clock::now();
  write_commits(dir, commits, per_request);
  std::printf("%lld commits written in %.2f s\n", static_cast<long long>(commits),
              seconds_since(start));

  start = std::chrono::steady_clock::now();
  Service service(dir);
  const double opened = seconds_since(start);
  start = std::chrono::steady_clock::now();
  const auto summary = service.groups->load();
  const double loaded = seconds_since(start);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("directory opened in %.3f s\n", opened);
  std::printf("%lld records replayed in %.3f s (%.0f a second): %lld groups, %lld offsets\n",
              static_cast<long long>(summary.record_count), loaded,
              static_cast<double>(summary.record_count) / loaded,
              static_cast<long long>(summary.group_count),
              static_cast<long long>(summary.offset_count));
  std::printf("largest resident size %ld MiB\n", usage.ru_maxrss / 1024);
  service.close();
  return summary.record_count >= commits ? 0 : 1;
}
