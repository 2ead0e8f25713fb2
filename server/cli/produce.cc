// millrace produce: lines of standard input become records.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/line_reader.h"
#include "client/producer.h"
#include "record/codec.h"

namespace millrace::server {
namespace {

/// After so long without input what was read is sent, so that typing and tailing feel immediate.
constexpr Milliseconds kLinger{5};

struct Flags {
  ConnectionFlags connection;
  std::string topic;
  std::optional<std::string> key_separator;
  std::vector<std::string> headers;
  std::string acks = "all";
  std::string compression = "none";
  std::optional<int32_t> partition;
  std::optional<std::string> null_text;
};

struct Header {
  std::string name;
  std::string value;
};

Result<std::vector<Header>> parse_headers(const std::vector<std::string>& texts) {
  std::vector<Header> headers;
  for (const auto& text : texts) {
    MILL_TRY(auto header, parse_assignment(text));
    headers.push_back({.name = std::move(header.first), .value = std::move(header.second)});
  }
  return headers;
}

int16_t acks_of(const std::string& text) {
  if (text == "all" || text == "-1") return -1;
  return text == "0" ? int16_t{0} : int16_t{1};
}

std::optional<ByteView> bytes_of(std::string_view text, const Flags& flags) {
  if (flags.null_text && text == *flags.null_text) return std::nullopt;
  return as_bytes(text);
}

Result<client::OutgoingRecord> record_of(std::string_view line, const Flags& flags,
                                         const std::string& separator, int64_t line_number) {
  using namespace std::chrono;
  client::OutgoingRecord record;
  record.timestamp = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  if (!flags.key_separator) {
    record.value = bytes_of(line, flags);
    return record;
  }
  const size_t at = line.find(separator);
  if (at == std::string_view::npos) {
    return bad_data(cat("line ", line_number, " has no key separator '", *flags.key_separator,
                        "'; nothing from it on was sent"));
  }
  record.key = bytes_of(line.substr(0, at), flags);
  record.value = bytes_of(line.substr(at + separator.size()), flags);
  return record;
}

Result<bool> send_lines(const Flags& flags, client::Cluster& cluster, client::Producer& producer) {
  MILL_TRY(const auto headers, parse_headers(flags.headers));
  std::vector<record::HeaderView> header_views;
  for (const auto& header : headers) {
    header_views.push_back({.key = header.name, .value = as_bytes(header.value)});
  }
  const std::string separator = unescape(flags.key_separator.value_or(""));
  LineReader lines(STDIN_FILENO, [&] { return cluster.loop().interrupted(); });
  std::string_view line;
  for (;;) {
    MILL_TRY(const auto outcome,
             lines.next(line, producer.has_pending() ? kLinger : Milliseconds{0}));
    if (outcome == LineReader::Outcome::line) {
      auto record = record_of(line, flags, separator, lines.line_number());
      if (!record) {
        MILL_CHECK(producer.flush());
        return std::move(record).error();
      }
      record->headers = header_views;
      MILL_CHECK(producer.add(*record));
      continue;
    }
    MILL_CHECK(producer.flush());
    if (outcome == LineReader::Outcome::end) return true;
    if (outcome == LineReader::Outcome::stopped) return false;
  }
}

int run(const Flags& flags) {
  if (flags.key_separator && flags.key_separator->empty()) {
    return fail(usage_error("--key-separator must not be empty"));
  }
  if (auto headers = parse_headers(flags.headers); !headers) return fail(headers.error());
  auto cluster = connect(flags.connection);
  if (!cluster) return fail(cluster.error());
  auto producer = client::Producer::open(
      **cluster, {.topic = flags.topic,
                  .acks = acks_of(flags.acks),
                  .compression = {.codec = *record::parse_codec(flags.compression)},
                  .partition = flags.partition});
  if (!producer) return fail(producer.error());
  const auto sent = send_lines(flags, **cluster, **producer);
  tell(cat((*producer)->acknowledged(), " records ", flags.acks == "0" ? "sent to " : "written to ",
           flags.topic));
  if (!sent) return fail(sent.error());
  return *sent ? kExitOk : kExitInterrupted;
}

}  // namespace

void add_produce(Program& program) {
  auto flags = std::make_shared<Flags>();
  auto& command =
      *program.app.add_subcommand("produce", "Write lines of standard input to a topic");
  command.add_option("topic", flags->topic, "The topic; made by the broker where it allows that")
      ->required();
  command.add_option("-k,--key-separator", flags->key_separator,
                     "Lines are KEY, this text, VALUE; \\t is a tab. Without it there is no key");
  command.add_option("-H,--header", flags->headers, "NAME=VALUE, on every record; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("-a,--acks", flags->acks,
                  "When the broker confirms: 0 never, 1 written, all durable")
      ->check(CLI::IsMember({"0", "1", "all", "-1"}))
      ->capture_default_str();
  command.add_option("-z,--compression", flags->compression, "How batches are compressed")
      ->check(CLI::IsMember({"none", "gzip", "snappy", "lz4", "zstd"}))
      ->capture_default_str();
  command.add_option("-p,--partition", flags->partition, "Write there, whatever the key")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--null", flags->null_text,
                     "A key or value of exactly this text is sent as null");
  add_connection_flags(command, flags->connection);
  command.footer(
      "Example: printf 'alice:42\\n' | millrace produce orders --key-separator : --compression "
      "lz4");
  command.callback([&program, flags] { program.action = [flags] { return run(*flags); }; });
}

}  // namespace millrace::server
