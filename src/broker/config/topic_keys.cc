#include <algorithm>

#include "broker/config/config_key.h"

namespace millrace::broker {
namespace {

using enum ConfigType;
constexpr auto kDynamic = ConfigUpdate::dynamic;
constexpr int64_t kMaxInt32 = std::numeric_limits<int32_t>::max();
constexpr int64_t kMaxInt64 = std::numeric_limits<int64_t>::max();
constexpr int64_t kMinutes = 60'000;
constexpr int64_t kHours = 3'600'000;

constexpr ConfigParent kCleanupPolicy[] = {{"log.cleanup.policy"}};
constexpr ConfigParent kGzipLevel[] = {{"compression.gzip.level"}};
constexpr ConfigParent kLz4Level[] = {{"compression.lz4.level"}};
constexpr ConfigParent kZstdLevel[] = {{"compression.zstd.level"}};
constexpr ConfigParent kCompressionType[] = {{"compression.type"}};
constexpr ConfigParent kDeleteRetention[] = {{"log.cleaner.delete.retention.ms"}};
constexpr ConfigParent kDeleteDelay[] = {{"log.segment.delete.delay.ms"}};
constexpr ConfigParent kFlushMessages[] = {{"log.flush.interval.messages"}};
constexpr ConfigParent kFlushMs[] = {{"log.flush.interval.ms"},
                                     {"log.flush.scheduler.interval.ms"}};
constexpr ConfigParent kIndexInterval[] = {{"log.index.interval.bytes"}};
constexpr ConfigParent kMaxCompactionLag[] = {{"log.cleaner.max.compaction.lag.ms"}};
constexpr ConfigParent kMaxMessage[] = {{"message.max.bytes"}};
constexpr ConfigParent kTimestampAfter[] = {{"log.message.timestamp.after.max.ms"}};
constexpr ConfigParent kTimestampBefore[] = {{"log.message.timestamp.before.max.ms"}};
constexpr ConfigParent kTimestampType[] = {{"log.message.timestamp.type"}};
constexpr ConfigParent kDurability[] = {{"millrace.durability"}};
constexpr ConfigParent kValidateCompressed[] = {{"millrace.validate.compressed"}};
constexpr ConfigParent kDirtyRatio[] = {{"log.cleaner.min.cleanable.ratio"}};
constexpr ConfigParent kMinCompactionLag[] = {{"log.cleaner.min.compaction.lag.ms"}};
constexpr ConfigParent kLocalRetentionBytes[] = {{"log.local.retention.bytes"}};
constexpr ConfigParent kLocalRetentionMs[] = {{"log.local.retention.ms"}};
constexpr ConfigParent kMinInsync[] = {{"min.insync.replicas"}};
constexpr ConfigParent kPreallocate[] = {{"log.preallocate"}};
constexpr ConfigParent kRetentionBytes[] = {{"log.retention.bytes"}};
constexpr ConfigParent kRetentionMs[] = {
    {"log.retention.ms"}, {"log.retention.minutes", kMinutes}, {"log.retention.hours", kHours}};
constexpr ConfigParent kSegmentBytes[] = {{"log.segment.bytes"}};
constexpr ConfigParent kSegmentIndexBytes[] = {{"log.index.size.max.bytes"}};
constexpr ConfigParent kSegmentJitter[] = {{"log.roll.jitter.ms"},
                                           {"log.roll.jitter.hours", kHours}};
constexpr ConfigParent kSegmentMs[] = {{"log.roll.ms"}, {"log.roll.hours", kHours}};
constexpr ConfigParent kUncleanElection[] = {{"unclean.leader.election.enable"}};

constexpr ConfigKey kKeys[] = {
    {.name = "cleanup.policy",
     .type = list,
     .default_value = "delete",
     .doc =
         "What happens to old segments: `delete` drops them by age and size, `compact` keeps the "
         "latest record of each key, both together do both.",
     .update = kDynamic,
     .choices = "compact,delete",
     .parents = kCleanupPolicy},
    {.name = "compression.gzip.level",
     .type = int32,
     .default_value = "-1",
     .doc = "The level where compression.type is gzip; -1 is the library's default.",
     .update = kDynamic,
     .min = -1,
     .max = 9,
     .parents = kGzipLevel},
    {.name = "compression.lz4.level",
     .type = int32,
     .default_value = "9",
     .doc = "The level where compression.type is lz4.",
     .update = kDynamic,
     .min = 1,
     .max = 17,
     .parents = kLz4Level},
    {.name = "compression.type",
     .type = string,
     .default_value = "producer",
     .doc =
         "The codec of stored batches. `producer` keeps what the producer chose, any other value "
         "has the broker recompress.",
     .update = kDynamic,
     .choices = "uncompressed,zstd,lz4,snappy,gzip,producer",
     .parents = kCompressionType},
    {.name = "compression.zstd.level",
     .type = int32,
     .default_value = "3",
     .doc = "The level where compression.type is zstd.",
     .update = kDynamic,
     .min = -131072,
     .max = 22,
     .parents = kZstdLevel},
    {.name = "delete.retention.ms",
     .type = int64,
     .default_value = "86400000",
     .doc = "How long compaction keeps tombstones, so that a reader from the beginning sees them.",
     .update = kDynamic,
     .min = 0,
     .max = kMaxInt64,
     .parents = kDeleteRetention},
    {.name = "file.delete.delay.ms",
     .type = int64,
     .default_value = "60000",
     .doc = "How long the files of a deleted segment or topic stay before they are removed.",
     .update = kDynamic,
     .min = 0,
     .max = kMaxInt64,
     .parents = kDeleteDelay},
    {.name = "flush.messages",
     .type = int64,
     .default_value = "9223372036854775807",
     .doc = "After so many records since the last sync the next one waits for a sync, whatever its "
            "acks; 1 syncs every batch.",
     .update = kDynamic,
     .min = 1,
     .max = kMaxInt64,
     .parents = kFlushMessages},
    {.name = "flush.ms",
     .type = int64,
     .default_value = "9223372036854775807",
     .doc = "The longest time a written record stays without a sync.",
     .update = kDynamic,
     .min = 0,
     .max = kMaxInt64,
     .parents = kFlushMs},
    {.name = "follower.replication.throttled.replicas",
     .type = ConfigType::list,
     .default_value = "",
     .doc = "Accepted for Kafka's tools; there is one node and nothing to replicate.",
     .update = kDynamic},
    {.name = "index.interval.bytes",
     .type = int32,
     .default_value = "4096",
     .doc = "Bytes of log between two entries of the offset index.",
     .update = kDynamic,
     .min = 0,
     .max = kMaxInt32,
     .parents = kIndexInterval},
    {.name = "internal.segment.bytes",
     .type = int32,
     .default_value = "null",
     .doc = "segment.bytes without its lower bound, for tests of rolling.",
     .update = kDynamic,
     .min = 1,
     .max = kMaxInt32,
     .hidden = true},
    {.name = "leader.replication.throttled.replicas",
     .type = ConfigType::list,
     .default_value = "",
     .doc = "Accepted for Kafka's tools; there is one node and nothing to replicate.",
     .update = kDynamic},
    {.name = "local.retention.bytes",
     .type = int64,
     .default_value = "-2",
     .doc = "Accepted for Kafka's tools; nothing is kept elsewhere, retention.bytes counts.",
     .update = kDynamic,
     .min = -2,
     .max = kMaxInt64,
     .parents = kLocalRetentionBytes},
    {.name = "local.retention.ms",
     .type = int64,
     .default_value = "-2",
     .doc = "Accepted for Kafka's tools; nothing is kept elsewhere, retention.ms counts.",
     .update = kDynamic,
     .min = -2,
     .max = kMaxInt64,
     .parents = kLocalRetentionMs},
    {.name = "max.compaction.lag.ms",
     .type = int64,
     .default_value = "9223372036854775807",
     .doc = "The longest time a record may stay uncompacted.",
     .update = kDynamic,
     .min = 1,
     .max = kMaxInt64,
     .parents = kMaxCompactionLag},
    {.name = "max.message.bytes",
     .type = int32,
     .default_value = "1048588",
     .doc = "The largest batch accepted, header included and as compressed.",
     .update = kDynamic,
     .min = 0,
     .max = kMaxInt32,
     .parents = kMaxMessage},
    {.name = "message.timestamp.after.max.ms",
     .type = int64,
     .default_value = "3600000",
     .doc = "How far in the future a record's own timestamp may lie.",
     .update = kDynamic,
     .min = 0,
     .max = kMaxInt64,
     .parents = kTimestampAfter},
    {.name = "message.timestamp.before.max.ms",
     .type = int64,
     .default_value = "9223372036854775807",
     .doc = "How far in the past a record's own timestamp may lie.",
     .update = kDynamic,
     .min = 0,
     .max = kMaxInt64,
     .parents = kTimestampBefore},
    {.name = "message.timestamp.type",
     .type = string,
     .default_value = "CreateTime",
     .doc =
         "Whose clock stamps records: the producer's (`CreateTime`) or the broker's at the append "
         "(`LogAppendTime`).",
     .update = kDynamic,
     .choices = "CreateTime,LogAppendTime",
     .parents = kTimestampType},
    {.name = "millrace.durability",
     .type = string,
     .default_value = "disk",
     .doc = "When acks=all is answered: `disk` after the sync, `flush:<ms>` when written, synced "
            "within so many milliseconds, `os` when written, `memory` keeps the topic in memory "
            "only. `memory` can be chosen only when the topic is made.",
     .update = kDynamic,
     .parents = kDurability},
    {.name = "millrace.validate.compressed",
     .type = boolean,
     .default_value = "true",
     .doc =
         "True decompresses each compressed batch to check its records; false trusts its header.",
     .update = kDynamic,
     .parents = kValidateCompressed},
    {.name = "min.cleanable.dirty.ratio",
     .type = real,
     .default_value = "0.5",
     .doc = "The share of uncompacted bytes from which a log is compacted.",
     .update = kDynamic,
     .min = 0,
     .max = 1,
     .parents = kDirtyRatio},
    {.name = "min.compaction.lag.ms",
     .type = int64,
     .default_value = "0",
     .doc = "The shortest time a record stays uncompacted.",
     .update = kDynamic,
     .min = 0,
     .max = kMaxInt64,
     .parents = kMinCompactionLag},
    {.name = "min.insync.replicas",
     .type = int32,
     .default_value = "1",
     .doc =
         "Replicas that acks=all asks for, at most as many as there are: one, whatever the number.",
     .update = kDynamic,
     .min = 1,
     .max = kMaxInt32,
     .parents = kMinInsync},
    {.name = "preallocate",
     .type = boolean,
     .default_value = "false",
     .doc = "Accepted for Kafka's tools; segments grow as needed.",
     .update = kDynamic,
     .parents = kPreallocate},
    {.name = "remote.log.copy.disable",
     .type = boolean,
     .default_value = "false",
     .doc = "Accepted for Kafka's tools; there is no remote storage.",
     .update = kDynamic},
    {.name = "remote.log.delete.on.disable",
     .type = boolean,
     .default_value = "false",
     .doc = "Accepted for Kafka's tools; there is no remote storage.",
     .update = kDynamic},
    {.name = "remote.storage.enable",
     .type = boolean,
     .default_value = "false",
     .doc = "There is no remote storage, so it cannot be turned on.",
     .update = kDynamic,
     .choices = "false"},
    {.name = "retention.bytes",
     .type = int64,
     .default_value = "-1",
     .doc = "The size from which a partition drops its oldest segments; -1: any size.",
     .update = kDynamic,
     .min = -1,
     .max = kMaxInt64,
     .parents = kRetentionBytes},
    {.name = "retention.ms",
     .type = int64,
     .default_value = "604800000",
     .doc = "The age from which a segment is dropped; -1: any age.",
     .update = kDynamic,
     .min = -1,
     .max = kMaxInt64,
     .parents = kRetentionMs},
    {.name = "segment.bytes",
     .type = int32,
     .default_value = "1073741824",
     .doc = "The size at which a new segment is begun.",
     .update = kDynamic,
     .min = 1048576,
     .max = kMaxInt32,
     .parents = kSegmentBytes},
    {.name = "segment.index.bytes",
     .type = int32,
     .default_value = "10485760",
     .doc = "The size of an index at which a new segment is begun.",
     .update = kDynamic,
     .min = 4,
     .max = kMaxInt32,
     .parents = kSegmentIndexBytes},
    {.name = "segment.jitter.ms",
     .type = int64,
     .default_value = "0",
     .doc = "Up to so much is taken off segment.ms, at random, so that segments do not all roll at "
            "once.",
     .update = kDynamic,
     .min = 0,
     .max = kMaxInt64,
     .parents = kSegmentJitter},
    {.name = "segment.ms",
     .type = int64,
     .default_value = "604800000",
     .doc = "The age at which a new segment is begun although the old one is not full.",
     .update = kDynamic,
     .min = 1,
     .max = kMaxInt64,
     .parents = kSegmentMs},
    {.name = "unclean.leader.election.enable",
     .type = boolean,
     .default_value = "false",
     .doc = "Accepted for Kafka's tools; a partition has one replica and no election.",
     .update = kDynamic,
     .parents = kUncleanElection},
};

static_assert(std::ranges::is_sorted(kKeys, {}, &ConfigKey::name));

}  // namespace

std::span<const ConfigKey> topic_keys() { return kKeys; }

}  // namespace millrace::broker
