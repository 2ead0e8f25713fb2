#include <string>
#include <vector>

#include "broker/broker.h"
#include "broker/partition.h"
#include "metrics/tell.h"
#include "storage/partition_log.h"

namespace millrace::metrics {
namespace {

constexpr Metric kTopics{"millrace_topics", MetricType::gauge, "",
                         "Topics, internal ones included"};
constexpr Metric kPartitions{"millrace_partitions", MetricType::gauge, "",
                             "Partitions of all topics"};
constexpr Metric kOffline{"millrace_partitions_offline", MetricType::gauge, "",
                          "Partitions that a failed disk or damaged files took offline"};
constexpr Metric kLogBytes{"millrace_log_bytes", MetricType::gauge, "",
                           "Bytes of the segments of all partitions"};
constexpr Metric kOmitted{
    "millrace_partitions_omitted", MetricType::gauge, "",
    "Partitions beyond --http-partitions-max, of which nothing is told below"};
constexpr Metric kRecordsIn{"millrace_topic_records_in_total", MetricType::counter, "topic",
                            "Records that were appended to a topic"};
constexpr Metric kBytesIn{"millrace_topic_bytes_in_total", MetricType::counter, "topic",
                          "Bytes of the batches that were appended to a topic"};
constexpr Metric kBytesOut{"millrace_topic_bytes_out_total", MetricType::counter, "topic",
                           "Bytes of a topic's batches in answers to fetches"};
constexpr Metric kPartitionBytes{"millrace_partition_log_bytes", MetricType::gauge,
                                 "topic, partition", "Bytes of a partition's segments"};
constexpr Metric kStart{"millrace_partition_log_start_offset", MetricType::gauge,
                        "topic, partition", "The offset of the oldest record that is kept"};
constexpr Metric kEnd{"millrace_partition_log_end_offset", MetricType::gauge, "topic, partition",
                      "The offset that the next record will get"};
constexpr Metric kSegments{"millrace_partition_segments", MetricType::gauge, "topic, partition",
                           "Segments of a partition"};

using Topics = std::vector<broker::TopicPtr>;

/// The same for all topics, told or not.
void tell_totals(Exposition& out, const Topics& topics) {
  int64_t partitions = 0;
  int64_t offline = 0;
  int64_t bytes = 0;
  for (const auto& topic : topics) {
    for (const auto& partition : topic->partitions) {
      ++partitions;
      if (partition->offline()) ++offline;
      bytes += partition->size_bytes();
    }
  }
  out.tell(kTopics, topics.size());
  out.tell(kPartitions, partitions);
  out.tell(kOffline, offline);
  out.tell(kLogBytes, bytes);
}

/// Leaves the first topics; answers how many partitions went.
size_t cut(Topics& topics, size_t partitions_max) {
  size_t told = 0;
  size_t omitted = 0;
  std::erase_if(topics, [&](const broker::TopicPtr& topic) {
    const size_t count = topic->partitions.size();
    const bool fits = omitted == 0 && count <= partitions_max - told;
    (fits ? told : omitted) += count;
    return !fits;
  });
  return omitted;
}

void tell_traffic(Exposition& out, const Metric& metric, const Topics& topics,
                  obs::Counter broker::PartitionTraffic::* counter) {
  out.begin(metric);
  for (const auto& topic : topics) {
    int64_t sum = 0;
    for (const auto& partition : topic->partitions) sum += (partition->traffic().*counter).value();
    out.sample({{"topic", topic->name}}, sum);
  }
}

template <class Number>
void tell_partitions(Exposition& out, const Metric& metric, const Topics& topics, Number number) {
  out.begin(metric);
  for (const auto& topic : topics) {
    for (const auto& partition : topic->partitions) {
      const std::string index = std::to_string(partition->id().partition.value());
      out.sample({{"topic", topic->name}, {"partition", index}}, number(*partition));
    }
  }
}

}  // namespace

void tell_topics(Exposition& out, broker::Broker& broker, size_t partitions_max) {
  using broker::Partition;
  using broker::PartitionTraffic;
  Topics topics = broker.catalog().list();
  tell_totals(out, topics);
  out.tell(kOmitted, cut(topics, partitions_max));
  tell_traffic(out, kRecordsIn, topics, &PartitionTraffic::records_in);
  tell_traffic(out, kBytesIn, topics, &PartitionTraffic::bytes_in);
  tell_traffic(out, kBytesOut, topics, &PartitionTraffic::bytes_out);
  tell_partitions(out, kPartitionBytes, topics, [](const Partition& p) { return p.size_bytes(); });
  tell_partitions(out, kStart, topics,
                  [](const Partition& p) { return p.log_start_offset().value(); });
  tell_partitions(out, kEnd, topics, [](const Partition& p) { return p.log_end_offset().value(); });
  tell_partitions(out, kSegments, topics, [](const Partition& p) {
    return p.log() ? p.log()->segment_count() : size_t{0};
  });
}

}  // namespace millrace::metrics
