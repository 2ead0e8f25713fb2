#include "client/fetcher.h"

#include <variant>

#include "base/log.h"
#include "base/text.h"
#include "wire/messages/fetch.h"

namespace millrace::client {
namespace {

using Request = wire::FetchRequest;
using Response = wire::FetchResponse;

constexpr Milliseconds kPause{100};
/// How much longer than its wait a broker may take to answer.
constexpr Milliseconds kSlack{10'000};

struct Asked {
  BrokerLink* link = nullptr;
  BrokerLink::Sent sent;
};

SharedBytes bytes_of(const wire::FetchRecords& records) {
  if (records.chunks.empty()) return {};
  return std::get<SharedBytes>(records.chunks.front());
}

}  // namespace

Result<std::optional<record::BatchView>> detail::next_batch(const FetchedBatches& fetched,
                                                            ByteView& rest) {
  while (rest.size() >= record::kBatchHeaderSize) {
    auto header = record::BatchHeader::parse(rest);
    if (!header) return std::move(header).error().with_context(cat(fetched.partition));
    if (rest.size() < header->size()) break;
    auto batch = record::BatchView::parse(rest);
    if (!batch) return std::move(batch).error().with_context(cat(fetched.partition));
    rest = rest.subspan(batch->size());
    if (batch->next_offset().value() <= fetched.from) continue;
    if (auto checked = batch->check_crc(); !checked) {
      return std::move(checked).error().with_context(
          cat(fetched.partition, " at offset ", batch->base_offset()));
    }
    return std::optional(*batch);
  }
  return std::optional<record::BatchView>();
}

Result<std::vector<FetchedBatches>> Fetcher::poll(Milliseconds wait) {
  const auto now = std::chrono::steady_clock::now();
  auto fetched = fetch(wait, {.deadline = now + wait + kSlack});
  if (fetched) {
    failing_since_.reset();
    return fetched;
  }
  if (!worth_retrying(fetched.error())) return fetched;
  if (!failing_since_) failing_since_ = now;
  if (now - *failing_since_ > cluster_.timeout()) return fetched;
  log::debug(fetched.error().to_string(), "; trying again");
  cluster_.forget();
  MILL_CHECK(cluster_.loop().sleep(kPause));
  return std::vector<FetchedBatches>();
}

Result<std::vector<FetchedBatches>> Fetcher::fetch(Milliseconds wait, CallLimits limits) {
  std::map<int32_t, std::map<std::string, std::vector<Request::Partition>>> by_leader;
  for (const auto& [name, offset] : positions_) {
    MILL_TRY(const int32_t leader, cluster_.leader_of(name, limits));
    by_leader[leader][name.topic].push_back({.partition = name.partition,
                                             .fetch_offset = offset,
                                             .partition_max_bytes = options_.partition_bytes_max});
  }
  if (by_leader.empty()) {
    MILL_CHECK(cluster_.loop().sleep(wait));
    return std::vector<FetchedBatches>();
  }
  // All leaders wait at the same time.
  std::vector<Asked> asked;
  for (auto& [leader, topics] : by_leader) {
    Request request{.max_wait_ms = static_cast<int32_t>(wait.count()),
                    .min_bytes = 1,
                    .max_bytes = options_.bytes_max};
    for (auto& [topic, partitions] : topics) {
      request.topics.push_back({.topic = topic, .partitions = std::move(partitions)});
    }
    MILL_TRY(BrokerLink* const link, cluster_.node(leader, limits));
    MILL_TRY(const auto sent, link->send(request, limits));
    asked.push_back({.link = link, .sent = sent});
  }
  std::vector<FetchedBatches> fetched;
  std::optional<Error> failure;
  // Every answer is received, whatever the others say: an unread one would be taken for the next.
  for (const auto& [link, sent] : asked) {
    auto response = link->receive<Response>(sent, limits);
    if (!response) {
      failure = std::move(response).error();
      continue;
    }
    if (auto ok = check_code(response->error_code, "fetching"); !ok) failure = ok.error();
    for (const auto& topic : response->responses) {
      for (const auto& partition : topic.partitions) {
        const TopicPartition name{.topic = topic.topic, .partition = partition.partition_index};
        const auto position = positions_.find(name);
        if (position == positions_.end()) continue;
        if (auto ok = check_code(partition.error_code, cat("reading ", name)); !ok) {
          if (!ok.error().is(ErrorCode::offset_out_of_range)) {
            failure = ok.error();
          } else if (auto moved = reset(name, ok.error(), limits); !moved) {
            failure = moved.error();
          }
          continue;
        }
        fetched.push_back({.partition = name,
                           .from = position->second,
                           .high_watermark = partition.high_watermark,
                           .bytes = bytes_of(partition.records)});
      }
    }
  }
  if (failure && (fetched.empty() || !worth_retrying(*failure))) return *std::move(failure);
  return fetched;
}

Result<void> Fetcher::reset(const TopicPartition& partition, const Error& why, CallLimits limits) {
  const int64_t before = positions_[partition];
  if (!options_.reset) {
    return kafka_error(ErrorCode::offset_out_of_range,
                       cat(partition, " has no offset ", before, ": ", why.message()));
  }
  MILL_TRY(const auto offsets,
           list_offsets(cluster_, std::vector{partition}, *options_.reset, limits));
  positions_[partition] = offsets.at(partition);
  log::warn(partition, " has no offset ", before, " any more; going on at ", offsets.at(partition));
  return {};
}

}  // namespace millrace::client
