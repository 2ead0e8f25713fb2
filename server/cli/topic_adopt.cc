#include "base/text.h"
#include "base/try.h"
#include "broker/adopt.h"
#include "cli/common.h"
#include "cli/output.h"
#include "cli/topic_commands.h"
#include "io/file_system.h"

namespace millrace::server {
namespace {

struct Flags {
  std::string from;
  std::string dir = "./millrace-data";
  std::vector<std::string> topics;
  std::vector<std::string> settings;
  bool move = false;
  bool unclean = false;
};

/// KEY=VALUE goes to all topics but internal ones, TOPIC:KEY=VALUE to one.
Result<void> read_settings(const std::vector<std::string>& texts, broker::AdoptOptions& options) {
  for (const auto& text : texts) {
    MILL_TRY(const auto setting, parse_assignment(text));
    const auto& [name, value] = setting;
    const auto colon = name.find(':');
    if (colon == std::string::npos) {
      options.config[name] = value;
    } else {
      options.topic_config[name.substr(0, colon)][name.substr(colon + 1)] = value;
    }
  }
  return {};
}

int run(const Flags& flags) {
  broker::AdoptOptions options{.from = flags.from,
                               .data_dir = flags.dir,
                               .topics = flags.topics,
                               .move = flags.move,
                               .allow_unclean = flags.unclean};
  if (auto read = read_settings(flags.settings, options); !read) return fail(read.error());
  const auto fs = io::make_posix_file_system();
  const SystemClock clock;
  const auto adopted = broker::adopt_topics(*fs, clock, options);
  if (!adopted) {
    if (adopted.error().is(ErrorCode::invalid_config))
      return fail(usage_error(adopted.error().message()));
    return fail(adopted.error());
  }
  std::vector<std::vector<std::string>> rows = {{"TOPIC", "ID", "PARTITIONS"}};
  for (const auto& topic : *adopted) {
    rows.push_back({topic.name, topic.id.to_string(), cat(topic.partition_count)});
  }
  tell(cat("adopted ", adopted->size(), " topics into ", flags.dir));
  return print(format_table(rows));
}

}  // namespace

void add_topic_adopt(Command topic) {
  auto flags = std::make_shared<Flags>();
  const auto command = topic.add(
      "adopt", "Take over the topics of a stopped Apache Kafka from its log directory (offline)");
  command.option("directory", flags->from, "Kafka's log directory (log.dirs)").required();
  command.option("--dir", flags->dir, "Millrace's data directory; made where it is missing")
      .with_default();
  command.option("--topic", flags->topics, "Only these topics; repeatable").repeatable();
  command
      .option("--set", flags->settings,
              "KEY=VALUE for all topics but internal ones, TOPIC:KEY=VALUE for one; repeatable. "
              "Kafka does not keep configurations in this directory")
      .repeatable();
  command.flag("--move", flags->move, "Move the files instead of copying them");
  command.flag("--unclean", flags->unclean,
               "Go on although Kafka did not stop cleanly; the logs are then recovered");
  command.example("millrace topic adopt /var/lib/kafka/data --dir ./millrace-data");
  command.does([flags] { return run(*flags); });
}

}  // namespace millrace::server
