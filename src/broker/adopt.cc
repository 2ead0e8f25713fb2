#include "broker/adopt.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "base/try.h"
#include "broker/config/config_key.h"
#include "broker/local_metadata_store.h"
#include "broker/metadata_records.h"
#include "broker/topic.h"
#include "storage/checkpoints.h"
#include "storage/log_directory.h"
#include "storage/topic_partition.h"

namespace millrace::broker {
namespace {

using storage::TopicPartition;

constexpr std::string_view kMetadataFolder = "millrace.meta";
constexpr std::string_view kUnfinished = ".adopting";
constexpr size_t kCopyBytes = size_t{4} << 20;
/// Each topic takes a guard and a put.
constexpr size_t kTopicsPerTransaction = kMetadataOperationsMax / 2;

struct FoundTopic {
  Uuid id;
  std::set<int32_t> partitions;
};
using FoundTopics = std::map<std::string, FoundTopic>;

Error finding(std::string words) {
  return kafka_error(ErrorCode::kafka_storage_error, std::move(words));
}

Result<void> check_config(const ConfigValues& values) {
  for (const auto& [name, value] : values) {
    const ConfigKey* key = find_key(ConfigScope::topic, name);
    if (key == nullptr) return unknown_key(ConfigScope::topic, name);
    MILL_CHECK(check_value(*key, value));
  }
  return {};
}

bool is_wanted(const AdoptOptions& options, const std::string& topic) {
  if (topic == storage::kClusterMetadataTopic) return false;
  return options.topics.empty() || std::ranges::find(options.topics, topic) != options.topics.end();
}

Result<FoundTopics> find_topics(io::FileSystem& fs, const AdoptOptions& options) {
  MILL_TRY(const auto entries, fs.list(options.from));
  FoundTopics topics;
  for (const auto& entry : entries) {
    const auto name = storage::parse_directory_name(entry.name);
    if (!entry.is_directory || !name || !is_wanted(options, name->topic)) continue;
    const auto path = io::join(io::join(options.from, entry.name), storage::kPartitionMetadata);
    MILL_TRY(const Uuid id, storage::read_partition_metadata(fs, path));
    if (id.is_zero()) {
      return finding(cat(path,
                         ": there is no topic id; start this Kafka once in a version that "
                         "writes one (2.8 or later)"));
    }
    auto& topic = topics[name->topic];
    if (!topic.partitions.empty() && topic.id != id) {
      return finding(cat(path, ": topic id ", id.to_string(), ", but another partition has ",
                         topic.id.to_string(), "; move the directory of the older topic away"));
    }
    topic.id = id;
    topic.partitions.insert(name->partition.value());
  }
  for (const auto& name : options.topics) {
    if (!topics.contains(name)) {
      return kafka_error(ErrorCode::unknown_topic_or_partition,
                         cat("there is no topic '", name, "' in ", options.from));
    }
  }
  for (const auto& [name, topic] : topics) {
    const auto highest = *topic.partitions.rbegin();
    if (topic.partitions.size() == static_cast<size_t>(highest) + 1) continue;
    int32_t missing = 0;
    while (topic.partitions.contains(missing)) ++missing;
    return finding(cat(options.from, ": ", name, '-', missing, " is missing but there is ", name,
                       '-', highest, "; bring all partitions onto one broker first"));
  }
  return topics;
}

/// The offsets and transaction topics as the coordinators need them.
ConfigValues internal_config() {
  return {{"cleanup.policy", "compact"},
          {"compression.type", "producer"},
          {"segment.bytes", "104857600"}};
}

ConfigValues config_of(const AdoptOptions& options, const std::string& topic) {
  ConfigValues values = is_internal_topic(topic) ? internal_config() : options.config;
  if (const auto own = options.topic_config.find(topic); own != options.topic_config.end()) {
    for (const auto& [name, value] : own->second) values.insert_or_assign(name, value);
  }
  return values;
}

Result<void> check_room(const MetadataStore& metadata, const FoundTopics& topics) {
  std::map<Uuid, std::string> ids;
  for (const auto& entry : metadata.list(kTopicPrefix)) {
    MILL_TRY(const auto record, decode_topic(entry.value));
    ids.emplace(record.id, entry.key.substr(kTopicPrefix.size()));
  }
  for (const auto& [name, topic] : topics) {
    if (metadata.get(topic_key(name))) {
      return kafka_error(ErrorCode::topic_already_exists,
                         cat("there is a topic '", name,
                             "' in the data directory already; delete it or choose topics"));
    }
    if (const auto other = ids.find(topic.id); other != ids.end()) {
      return kafka_error(ErrorCode::topic_already_exists,
                         cat("topic '", other->second, "' of the data directory has the id of '",
                             name, "' already"));
    }
  }
  return {};
}

Result<void> copy_file(io::FileSystem& fs, const std::string& from, const std::string& to) {
  MILL_TRY(const auto source, fs.open(from, io::OpenMode::read));
  MILL_TRY(const auto target, fs.open(to, io::OpenMode::truncate));
  Bytes buffer(kCopyBytes);
  for (Position at(0);;) {
    MILL_TRY(const size_t count, source->read_at(at, buffer));
    if (count == 0) return target->sync();
    MILL_CHECK(target->write_at(at, ByteView(buffer).first(count)));
    at += static_cast<int64_t>(count);
  }
}

Result<void> copy_directory(io::FileSystem& fs, const std::string& from, const std::string& to) {
  MILL_CHECK(fs.remove_all(to));
  MILL_CHECK(fs.create_directories(to));
  MILL_TRY(const auto entries, fs.list(from));
  for (const auto& entry : entries) {
    if (entry.is_directory) continue;
    // Kafka was about to remove these. What its cleaner left is told apart when the log is opened.
    if (entry.name.ends_with(".deleted")) continue;
    MILL_CHECK(copy_file(fs, io::join(from, entry.name), io::join(to, entry.name)));
  }
  return fs.sync_directory(to);
}

Result<void> take_partition(io::FileSystem& fs, const AdoptOptions& options,
                            const TopicPartition& name, const Uuid& id) {
  const auto from = io::join(options.from, storage::directory_name(name));
  const auto to = io::join(options.data_dir, storage::directory_name(name));
  MILL_TRY(const bool is_there, fs.exists(to));
  if (is_there) {
    // An earlier attempt got as far as this; anything else is not ours to overwrite.
    const auto metadata = io::join(to, storage::kPartitionMetadata);
    MILL_TRY(const Uuid found, storage::read_partition_metadata(fs, metadata));
    if (found == id) return {};
    return finding(cat(to, ": the directory exists and belongs to no adopted topic; move it away"));
  }
  if (options.move) return fs.rename(from, to);
  const auto unfinished = to + std::string(kUnfinished);
  MILL_CHECK(copy_directory(fs, from, unfinished));
  return fs.rename(unfinished, to);
}

/// Enters Kafka's offsets for the adopted partitions in our checkpoint file.
Result<void> merge_checkpoint(io::FileSystem& fs, const AdoptOptions& options,
                              const FoundTopics& topics, const char* file) {
  MILL_TRY(const auto theirs, storage::read_offset_checkpoint(fs, io::join(options.from, file)));
  const auto path = io::join(options.data_dir, file);
  MILL_TRY(auto ours, storage::read_offset_checkpoint(fs, path));
  for (const auto& [name, topic] : topics) {
    for (const int32_t number : topic.partitions) {
      const TopicPartition partition{.topic = name, .partition = PartitionId(number)};
      ours.erase(partition);
      if (const auto found = theirs.find(partition); found != theirs.end()) {
        ours[partition] = found->second;
      }
    }
  }
  return storage::write_offset_checkpoint(fs, path, ours);
}

Result<void> enter_topics(MetadataStore& metadata, const AdoptOptions& options,
                          const FoundTopics& topics) {
  MetadataTransaction transaction;
  for (const auto& [name, topic] : topics) {
    const TopicRecord record{.id = topic.id,
                             .partition_count = static_cast<int32_t>(topic.partitions.size()),
                             .config = config_of(options, name)};
    transaction.guards.push_back({.key = topic_key(name), .revision = 0});
    transaction.puts.push_back({.key = topic_key(name), .value = encode(record)});
    if (transaction.puts.size() == kTopicsPerTransaction) {
      MILL_CHECK(metadata.commit(transaction));
      transaction = {};
    }
  }
  if (!transaction.puts.empty()) MILL_CHECK(metadata.commit(transaction));
  return {};
}

}  // namespace

Result<std::vector<AdoptedTopic>> adopt_topics(io::FileSystem& fs, const Clock& clock,
                                               const AdoptOptions& options) {
  MILL_CHECK(check_config(options.config));
  for (const auto& [name, values] : options.topic_config) MILL_CHECK(check_config(values));
  const auto clean_end = io::join(options.from, storage::kCleanEnd);
  MILL_TRY(const bool is_clean, fs.exists(clean_end));
  MILL_TRY(const FoundTopics topics, find_topics(fs, options));
  if (topics.empty()) return finding(cat(options.from, ": there are no partitions of Kafka here"));
  for (const auto& [name, values] : options.topic_config) {
    if (!topics.contains(name)) {
      return kafka_error(ErrorCode::unknown_topic_or_partition,
                         cat("a setting names topic '", name, "', which is not adopted"));
    }
  }
  if (!is_clean && !options.allow_unclean) {
    return finding(cat(clean_end,
                       " is not there: Kafka is running or did not stop cleanly; stop it, or say "
                       "that its logs shall be recovered (--unclean)"));
  }

  // Its lock keeps a broker out; it is not loaded, so a clean end of the last run stays one.
  MILL_TRY(const auto directory,
           storage::LogDirectory::open(fs, clock, {.path = options.data_dir}));
  MILL_TRY(const auto metadata,
           LocalMetadataStore::open(fs, io::join(options.data_dir, kMetadataFolder)));
  MILL_CHECK(check_room(*metadata, topics));
  if (!is_clean) {
    const auto our_end = io::join(options.data_dir, storage::kCleanEnd);
    MILL_TRY(const bool was_clean, fs.exists(our_end));
    if (was_clean) MILL_CHECK(fs.remove(our_end));
  }

  std::vector<AdoptedTopic> adopted;
  for (const auto& [name, topic] : topics) {
    for (const int32_t number : topic.partitions) {
      MILL_CHECK(
          take_partition(fs, options, {.topic = name, .partition = PartitionId(number)}, topic.id));
    }
    adopted.push_back({.name = name,
                       .id = topic.id,
                       .partition_count = static_cast<int32_t>(topic.partitions.size())});
  }
  MILL_CHECK(merge_checkpoint(fs, options, topics, storage::kLogStarts));
  MILL_CHECK(merge_checkpoint(fs, options, topics, storage::kRecoveryPoints));
  MILL_CHECK(fs.sync_directory(options.data_dir));
  if (options.move) MILL_CHECK(fs.sync_directory(options.from));
  MILL_CHECK(enter_topics(*metadata, options, topics));
  return adopted;
}

}  // namespace millrace::broker
