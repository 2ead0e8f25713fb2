// A consumer's options: by Kafka's names, and whether they can be meant.
#include <algorithm>

#include "base/try.h"
#include "client/client_options.h"
#include "client/option_keys.h"

namespace millrace {

namespace {

using client::boolean;
using client::choice;
using client::duration;
using client::number;
using client::OptionKey;
using client::text;

using Text = std::string_view;
using std::pair;

constexpr std::array kAssignors{
    pair<Text, Assignor>("range", Assignor::range),
    pair<Text, Assignor>("roundrobin", Assignor::roundrobin),
    pair<Text, Assignor>("cooperative-sticky", Assignor::cooperative_sticky),
    pair<Text, Assignor>("org.apache.kafka.clients.consumer.RangeAssignor", Assignor::range),
    pair<Text, Assignor>("org.apache.kafka.clients.consumer.RoundRobinAssignor",
                         Assignor::roundrobin),
    pair<Text, Assignor>("org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
                         Assignor::cooperative_sticky)};

std::string set_assignors(ConsumerOptions& options, Text value) {
  std::vector<Assignor> assignors;
  for (const Text part : split(value, ',')) {
    const auto known = std::ranges::find(kAssignors, trim(part), &pair<Text, Assignor>::first);
    if (known == kAssignors.end()) {
      return cat("names '", trim(part),
                 "', which is none of range, roundrobin, cooperative-sticky");
    }
    assignors.push_back(known->second);
  }
  if (assignors.empty()) return "names no assignor";
  options.assignors = std::move(assignors);
  return "";
}

std::span<const OptionKey<ConsumerOptions>> keys() {
  using O = ConsumerOptions;
  static const std::array protocols{pair<Text, GroupProtocol>("classic", GroupProtocol::classic),
                                    pair<Text, GroupProtocol>("consumer", GroupProtocol::consumer)};
  static const std::array resets{pair<Text, OffsetReset>("earliest", OffsetReset::earliest),
                                 pair<Text, OffsetReset>("latest", OffsetReset::latest),
                                 pair<Text, OffsetReset>("none", OffsetReset::none)};
  static const std::array isolations{
      pair<Text, Isolation>("read_uncommitted", Isolation::read_uncommitted),
      pair<Text, Isolation>("read_committed", Isolation::read_committed)};
  static const OptionKey<O> table[] = {
      {"group.id", text(&O::group)},
      {"group.instance.id", text(&O::group_instance_id)},
      {"group.protocol", choice(&O::group_protocol, protocols)},
      {"partition.assignment.strategy", set_assignors},
      {"group.remote.assignor", text(&O::remote_assignor)},
      {"auto.offset.reset", choice(&O::auto_offset_reset, resets)},
      {"enable.auto.commit", boolean(&O::auto_commit)},
      {"auto.commit.interval.ms", duration(&O::auto_commit_interval, 0)},
      {"isolation.level", choice(&O::isolation, isolations)},
      {"session.timeout.ms", duration(&O::session_timeout, 1)},
      {"heartbeat.interval.ms", duration(&O::heartbeat_interval, 1)},
      {"max.poll.interval.ms", duration(&O::max_poll_interval, 1)},
      {"max.poll.records", number<O, int32_t>(&O::max_poll_records, 1, INT32_MAX)},
      {"fetch.min.bytes", number<O, int32_t>(&O::fetch_min_bytes, 0, INT32_MAX)},
      {"fetch.max.wait.ms", duration(&O::fetch_max_wait, 0)},
      {"fetch.max.bytes", number<O, int32_t>(&O::fetch_max_bytes, 1, INT32_MAX)},
      {"max.partition.fetch.bytes",
       number<O, int32_t>(&O::partition_fetch_bytes_max, 1, INT32_MAX)},
      {"check.crcs", boolean(&O::check_crcs)},
      {"allow.auto.create.topics", boolean(&O::allow_auto_create_topics)},
  };
  return table;
}

}  // namespace

Result<void> ConsumerOptions::set(std::string_view key, std::string_view value) {
  return client::set_option(*this, keys(), key, value);
}

namespace client {

namespace {

Error wrong(std::string message) {
  return client_error(ClientErrc::invalid_argument, std::move(message));
}

/// Fields that cannot be meant together.
Result<void> check_together(const millrace::ConsumerOptions& options) {
  if (options.group.empty()) {
    if (!options.topics.empty()) return wrong("topics needs a group");
    if (!options.group_instance_id.empty()) return wrong("group_instance_id needs a group");
  }
  if (options.group_protocol != GroupProtocol::classic) return {};
  if (options.assignors.empty()) return wrong("assignors is empty; it must name one");
  if (options.heartbeat_interval >= options.session_timeout) {
    return wrong(cat("heartbeat_interval is ", options.heartbeat_interval.count(),
                     "; it must be less than session_timeout, which is ",
                     options.session_timeout.count()));
  }
  return {};
}

}  // namespace

Result<void> check(const millrace::ConsumerOptions& options) {
  MILL_CHECK(check_range("auto_commit_interval", options.auto_commit_interval, 0));
  MILL_CHECK(check_range("session_timeout", options.session_timeout, 1));
  MILL_CHECK(check_range("heartbeat_interval", options.heartbeat_interval, 1));
  MILL_CHECK(check_range("max_poll_interval", options.max_poll_interval, 1));
  MILL_CHECK(check_range<int32_t>("max_poll_records", options.max_poll_records, 1, INT32_MAX));
  MILL_CHECK(check_range<int32_t>("fetch_min_bytes", options.fetch_min_bytes, 0, INT32_MAX));
  MILL_CHECK(check_range("fetch_max_wait", options.fetch_max_wait, 0));
  MILL_CHECK(check_range<int32_t>("fetch_max_bytes", options.fetch_max_bytes, 1, INT32_MAX));
  MILL_CHECK(check_range<int32_t>("partition_fetch_bytes_max", options.partition_fetch_bytes_max, 1,
                                  INT32_MAX));
  MILL_CHECK(check_range<size_t>("prefetch_bytes", options.prefetch_bytes, 1, SIZE_MAX));
  return check_together(options);
}

}  // namespace client

}  // namespace millrace
