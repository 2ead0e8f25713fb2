// millrace produce: lines of standard input become records.
#include <unistd.h>

#include <atomic>
#include <mutex>

#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/line_reader.h"
#include "cli/produce_schemas.h"
#include "cli/progress.h"
#include "cli/signal_watch.h"

namespace millrace::server {
namespace {

struct Flags {
  ConnectionFlags connection;
  std::string topic;
  std::optional<std::string> key_separator;
  std::vector<std::string> headers;
  std::string acks = "all";
  std::string compression = "none";
  std::optional<int32_t> partition;
  std::optional<std::string> null_text;
  ProduceSchemaFlags schemas;
};

/// The records of one run, and what became of them. Deliveries come on a thread of the client's.
class Outcomes {
 public:
  void note(const Result<RecordMetadata>& outcome) {
    const std::lock_guard lock(mutex_);
    if (outcome) {
      ++acknowledged_;
    } else if (!failure_) {
      failure_ = outcome.error();
      has_failed_ = true;
    }
  }
  bool has_failed() const { return has_failed_; }
  int64_t acknowledged() const {
    const std::lock_guard lock(mutex_);
    return acknowledged_;
  }
  /// The first one.
  std::optional<Error> failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
  }

 private:
  mutable std::mutex mutex_;
  int64_t acknowledged_ = 0;
  std::optional<Error> failure_;
  std::atomic<bool> has_failed_ = false;
};

/// Names and values as they stand on the command line.
using Assignments = std::vector<std::pair<std::string, std::string>>;

Result<Assignments> parse_headers(const std::vector<std::string>& texts) {
  Assignments headers;
  for (const auto& text : texts) {
    MILL_TRY(auto header, parse_assignment(text));
    headers.push_back(std::move(header));
  }
  return headers;
}

ProducerOptions options_of(const Flags& flags) {
  ProducerOptions options;
  options.delivery_timeout = options.max_block = milliseconds(flags.connection.timeout_ms);
  // The command line's own check has seen both values.
  (void)options.set("acks", flags.acks);
  (void)options.set("compression.type", flags.compression);
  return options;
}

std::optional<std::string_view> text_of(std::string_view text, const Flags& flags) {
  if (flags.null_text && text == *flags.null_text) return std::nullopt;
  return text;
}

/// Its key and value live in `line`.
Result<ProducerRecord> plain_record(std::string_view line, const Flags& flags,
                                    const std::string& separator, int64_t line_number) {
  ProducerRecord record{.topic = flags.topic, .partition = flags.partition};
  if (!flags.key_separator) {
    record.value = text_of(line, flags);
    return record;
  }
  const size_t at = line.find(separator);
  if (at == std::string_view::npos) {
    return bad_data(cat("line ", line_number, " has no key separator '", *flags.key_separator,
                        "'; nothing from it on was sent"));
  }
  record.key = text_of(line.substr(0, at), flags);
  record.value = text_of(line.substr(at + separator.size()), flags);
  return record;
}

/// Until the input ends, a record is refused or a signal comes; what was read by then is sent.
Result<void> send_lines(const Flags& flags, const Assignments& assignments, ProduceSchemas& schemas,
                        Producer& producer, Outcomes& outcomes, const SignalWatch& signals) {
  std::vector<Header> headers;
  for (const auto& [name, value] : assignments) headers.push_back({.key = name, .value = value});
  const std::string separator = unescape(flags.key_separator.value_or(""));
  const auto is_over = [&] { return signals.is_signalled() || outcomes.has_failed(); };
  LineReader lines(STDIN_FILENO, is_over);
  Progress progress(Progress::size_of_file(STDIN_FILENO), false);
  std::string_view line;
  while (!is_over()) {
    MILL_TRY(const auto outcome, lines.next(line));
    if (outcome != LineReader::Outcome::line) break;
    MILL_TRY(auto record, plain_record(line, flags, separator, lines.line_number()));
    MILL_CHECK(schemas.encode(record, lines.line_number()));
    record.headers = headers;
    producer.send(record, [&outcomes](const auto& told) { outcomes.note(told); });
    progress.add(1, line.size() + 1);
  }
  return {};
}

int run(const Flags& flags) {
  if (flags.key_separator && flags.key_separator->empty()) {
    return fail(usage_error("--key-separator must not be empty"));
  }
  const auto headers = parse_headers(flags.headers);
  if (!headers) return fail(headers.error());
  const auto client = connect(flags.connection);
  if (!client) return fail(client.error());
  auto producer = client->producer(options_of(flags));
  if (!producer) return fail(producer.error());
  // Mistakes in what is to be written to are told before anything is read.
  const auto count = producer->partition_count(flags.topic);
  if (!count) return fail(count.error());
  if (flags.partition && *flags.partition >= *count) {
    return fail(kafka_error(ErrorCode::unknown_topic_or_partition,
                            cat("topic '", flags.topic, "' has partitions 0 to ", *count - 1,
                                ", not ", *flags.partition)));
  }
  auto schemas = ProduceSchemas::open(flags.schemas, flags.topic, flags.connection.timeout_ms);
  if (!schemas) return fail(schemas.error());
  Outcomes outcomes;
  const SignalWatch signals([] {});
  const auto read = send_lines(flags, *headers, *schemas, *producer, outcomes, signals);
  (void)producer->flush();
  const auto failure = outcomes.failure();
  tell(cat(outcomes.acknowledged(), " records ", flags.acks == "0" ? "sent to " : "written to ",
           flags.topic));
  if (failure) return fail(*failure);
  if (!read) return fail(read.error());
  return signals.is_signalled() ? kExitInterrupted : kExitOk;
}

}  // namespace

void add_produce(Command program) {
  auto flags = std::make_shared<Flags>();
  const auto command = program.add("produce", "Write lines of standard input to a topic");
  command.option("topic", flags->topic, "The topic; made by the broker where it allows that")
      .required();
  const auto separator =
      command.option("-k,--key-separator", flags->key_separator,
                     "Lines are KEY, this text, VALUE; \\t is a tab. Without it there is no key");
  command.option("-H,--header", flags->headers, "NAME=VALUE, on every record; may be repeated")
      .repeatable();
  command
      .option("-a,--acks", flags->acks, "When the broker confirms: 0 never, 1 written, all durable")
      .one_of({"0", "1", "all", "-1"})
      .with_default();
  command.option("-z,--compression", flags->compression, "How batches are compressed")
      .one_of({"none", "gzip", "snappy", "lz4", "zstd"})
      .with_default();
  command.option("-p,--partition", flags->partition, "Write there, whatever the key")
      .not_negative();
  command.option("--null", flags->null_text, "A key or value of exactly this text is sent as null");
  add_produce_schema_flags(command, flags->schemas, separator);
  add_connection_flags(command, flags->connection);
  command.example(
      "printf 'alice:42\\n' | millrace produce orders --key-separator : --compression "
      "lz4");
  command.does([flags] { return run(*flags); });
}

}  // namespace millrace::server
