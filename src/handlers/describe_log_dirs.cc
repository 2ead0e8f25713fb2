// DescribeLogDirs: the one data directory, and how many bytes the partitions in it take.
#include "wire/messages/describe_log_dirs.h"

#include <filesystem>
#include <set>

#include "broker/partition.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

using Result = wire::DescribeLogDirsResponse::Result;

std::string absolute(const std::string& dir) {
  std::error_code error;
  const auto path = std::filesystem::absolute(dir, error);
  return error ? dir : path.lexically_normal().string();
}

// Adds the partitions that there are; one that is offline has no log to describe.
void describe(const broker::Topic& topic, const std::set<int32_t>& numbers, Result& result) {
  wire::DescribeLogDirsResponse::Topic answer{.name = topic.name, .partitions = {}};
  for (const int32_t number : numbers) {
    const auto partition = topic.partition(PartitionId(number));
    if (partition == nullptr || partition->offline()) continue;
    answer.partitions.push_back(
        {.partition_index = number, .partition_size = partition->size_bytes()});
  }
  if (!answer.partitions.empty()) result.topics.push_back(std::move(answer));
}

std::set<int32_t> all_of(const broker::Topic& topic) {
  std::set<int32_t> numbers;
  for (int32_t number = 0; number < topic.partition_count(); ++number) numbers.insert(number);
  return numbers;
}

}  // namespace

void handle(const DescribeLogDirsCall& call) {
  if (!call.context.allowed_on_cluster(broker::Operation::describe)) {
    return call.respond({.error_code = ErrorCode::cluster_authorization_failed});
  }
  broker::Broker& broker = call.context.broker();
  Result result{.log_dir = absolute(broker.dir()), .topics = {}};
  if (const auto space = broker.volume_space()) {
    result.total_bytes = space->total;
    result.usable_bytes = space->usable;
  }
  if (!call.request.topics) {
    for (const auto& topic : broker.catalog().list()) describe(*topic, all_of(*topic), result);
  } else {
    std::map<std::string, std::set<int32_t>> asked;
    for (const auto& topic : *call.request.topics) {
      asked[topic.topic].insert(topic.partitions.begin(), topic.partitions.end());
    }
    for (const auto& [name, numbers] : asked) {
      if (const auto topic = broker.catalog().find(name)) describe(*topic, numbers, result);
    }
  }
  wire::DescribeLogDirsResponse response;
  response.results.push_back(std::move(result));
  call.respond(response);
}

}  // namespace millrace::handlers
