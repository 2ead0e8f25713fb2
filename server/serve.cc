// millrace serve: the broker as a program.
#include <sys/resource.h>

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "broker/config/broker_config.h"
#include "broker/config/config_key.h"
#include "command_line.h"
#include "config_file.h"
#include "embed/broker_impl.h"
#include "embed/listeners.h"
#include "exit_codes.h"
#include "http/server.h"
#include "metrics/endpoint.h"
#include "registry_service.h"
#include "signals.h"

namespace millrace::server {

namespace {

constexpr Milliseconds kStopGrace{10'000};
constexpr const char* kDefaultListen = "127.0.0.1:9092";
constexpr const char* kDefaultHttp = "127.0.0.1:9644";
constexpr const char* kDefaultDir = "./millrace-data";
constexpr const char* kDefaultRegistry = "127.0.0.1:8081";
constexpr const char* kOff = "off";
constexpr std::string_view kNoNumber = "-1";

struct ServeFlags {
  std::string config_file;
  std::vector<std::string> settings;
  std::string dir;
  std::vector<std::string> listen;
  /// Nothing given: the default, or none where another program has that port.
  std::string registry;
  std::string registry_auth;
  /// As for the registry.
  std::string http;
  int64_t http_partitions_max = 2'000;
  std::string log_level = "info";
  bool in_memory = false;
};

Result<broker::ConfigValues> read_config(const ServeFlags& flags) {
  broker::ConfigValues values;
  if (!flags.config_file.empty()) {
    MILL_TRY(values, read_config_file(flags.config_file));
  }
  for (const std::string& setting : flags.settings) {
    auto applied = apply_setting(setting, values);
    if (!applied) return std::move(applied).error().with_context("--set");
  }
  return values;
}

std::string_view value_of(const broker::ConfigValues& config, std::string_view key) {
  const auto found = config.find(key);
  return found == config.end() ? std::string_view() : found->second;
}

Result<std::string> choose_dir(const ServeFlags& flags, const broker::ConfigValues& config) {
  if (!flags.dir.empty()) return flags.dir;
  const std::string_view dirs = value_of(config, "log.dirs");
  const std::string_view dir = dirs.empty() ? value_of(config, "log.dir") : dirs;
  if (dir.find(',') != std::string_view::npos) {
    return kafka_error(ErrorCode::invalid_config,
                       cat("log.dirs: \"", dir, "\" names several directories; one is served"));
  }
  return std::string(dir.empty() ? kDefaultDir : dir);
}

Result<std::vector<net::Endpoint>> choose_listen(const ServeFlags& flags,
                                                 const broker::ConfigValues& config) {
  if (flags.listen.empty()) {
    MILL_TRY(auto endpoints, embed::parse_listeners("listeners", value_of(config, "listeners")));
    if (!endpoints.empty()) return endpoints;
  }
  std::vector<net::Endpoint> endpoints;
  for (const std::string& text :
       flags.listen.empty() ? std::vector<std::string>{kDefaultListen} : flags.listen) {
    auto endpoint = net::Endpoint::parse(text);
    if (!endpoint) return std::move(endpoint).error().with_context("--listen");
    endpoints.push_back(*std::move(endpoint));
  }
  return endpoints;
}

bool is_every_address(const net::Endpoint& endpoint) {
  return endpoint.host == "0.0.0.0" || endpoint.host == "::";
}

/// What flags, file and defaults amount to.
struct Choices {
  std::string dir;
  bool in_memory = false;
  std::vector<net::Endpoint> listen;
  /// Told to clients in place of the address they came in by.
  std::optional<net::Endpoint> advertised;
  std::optional<RegistryChoice> registry;
  std::optional<net::Endpoint> http;
  broker::ConfigValues config;
};

/// DescribeConfigs shows what was chosen, whether a flag, a key or an older name of it said so.
void note_choices(Choices& choices) {
  broker::ConfigValues& config = choices.config;
  if (!choices.in_memory) config["log.dirs"] = choices.dir;
  config["listeners"] = embed::format_listeners(choices.listen);
  if (value_of(config, "advertised.listeners").empty()) {
    // Who came by one of all addresses is told the one it came by.
    auto told = choices.listen;
    std::erase_if(told, is_every_address);
    if (!told.empty()) config["advertised.listeners"] = embed::format_listeners(told);
  }
  std::string number(value_of(config, "broker.id"));
  if (number.empty() || number == kNoNumber) number = value_of(config, "node.id");
  if (number.empty()) {
    number = broker::find_key(broker::ConfigScope::broker, "node.id")->default_value;
  }
  config["broker.id"] = number;
  config["node.id"] = number;
}

Result<Choices> choose(const ServeFlags& flags) {
  Choices choices;
  MILL_TRY(choices.config, read_config(flags));
  MILL_TRY(choices.dir, choose_dir(flags, choices.config));
  MILL_TRY(choices.listen, choose_listen(flags, choices.config));
  MILL_TRY(auto advertised,
           embed::parse_listeners("advertised.listeners",
                                  value_of(choices.config, "advertised.listeners")));
  if (!advertised.empty()) choices.advertised = advertised.front();
  if (flags.registry != kOff) {
    MILL_TRY(choices.registry,
             parse_registry(flags.registry.empty() ? kDefaultRegistry : flags.registry,
                            flags.registry_auth));
  }
  if (flags.http != kOff) {
    auto endpoint = net::Endpoint::parse(flags.http.empty() ? kDefaultHttp : flags.http);
    if (!endpoint) return std::move(endpoint).error().with_context("--http");
    choices.http = *std::move(endpoint);
  }
  choices.in_memory = flags.in_memory;
  note_choices(choices);
  return choices;
}

/// What the system refuses when a broker is opened is the directory.
Error named(Error error) {
  const bool is_the_systems = error.code().category() == std::generic_category();
  return is_the_systems ? std::move(error).with_context("--dir") : std::move(error);
}

/// Serves all of them; answers the first, with its real port.
Result<net::Endpoint> listen_on_all(embed::BrokerImpl& broker,
                                    const std::vector<net::Endpoint>& endpoints) {
  std::optional<net::Endpoint> first;
  for (const net::Endpoint& endpoint : endpoints) {
    MILL_TRY(auto bound, broker.listen(endpoint));
    if (!first) first = std::move(bound);
  }
  return *std::move(first);
}

/// Null in place of a default address that is taken: who runs several brokers on a machine need not
/// say so to each.
template <class Service>
Result<std::unique_ptr<Service>> or_off(Result<std::unique_ptr<Service>> started,
                                        std::string_view flag, bool is_default) {
  if (started) return started;
  if (is_default && started.error().code() == std::errc::address_in_use) {
    log::warn(flag, " is off: ", started.error().message(), "; ", flag, " names another port");
    return std::unique_ptr<Service>();
  }
  return std::move(started).error().with_context(flag);
}

/// Metrics and health; no server where they are off.
struct Health {
  std::shared_ptr<metrics::Endpoint> endpoint;
  std::unique_ptr<http::Server> server;
};

Result<Health> start_health(const ServeFlags& flags, const Choices& choices) {
  Health health;
  health.endpoint = std::make_shared<metrics::Endpoint>(
      metrics::EndpointOptions{.partitions_max = static_cast<size_t>(flags.http_partitions_max),
                               .dir = choices.in_memory ? "" : choices.dir});
  if (!choices.http) return health;
  const auto answer = [endpoint = health.endpoint](const http::Request& request,
                                                   const http::Respond& respond) {
    endpoint->answer(request, respond);
  };
  MILL_TRY(health.server,
           or_off(http::Server::listen(*choices.http, answer), "--http", flags.http.empty()));
  return health;
}

/// Null where it is off.
Result<std::unique_ptr<RegistryService>> start_registry(embed::BrokerImpl& broker,
                                                        const ServeFlags& flags, Choices& choices) {
  if (!choices.registry) return std::unique_ptr<RegistryService>();
  return or_off(RegistryService::start(broker, *std::move(choices.registry)), "--registry",
                flags.registry.empty());
}

/// Every segment keeps a file open.
void allow_many_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int fail(const Error& error, int exit_code) {
  std::cerr << "millrace serve: " << error.message() << '\n';
  return exit_code;
}

log::Level level_of(const std::string& name) {
  if (name == "debug") return log::Level::debug;
  if (name == "warn") return log::Level::warn;
  if (name == "error") return log::Level::error;
  return log::Level::info;
}

/// From the open directory to the signal that ends it.
Result<void> serve_until_told(const std::shared_ptr<embed::BrokerImpl>& broker,
                              const ServeFlags& flags, Choices& choices, const Health& health) {
  for (const std::string& line : broker->recovery_report()) log::warn(line);
  MILL_TRY(const auto bound, listen_on_all(*broker, choices.listen));
  MILL_TRY(const auto registry, start_registry(*broker, flags, choices));
  health.endpoint->set_broker(broker);

  std::cout << "ready kafka=" << bound.to_string()
            << " registry=" << (registry ? registry->address() : kOff)
            << " http=" << (health.server ? health.server->bound().to_string() : kOff) << std::endl;
  const int signal = wait_for_end_signal();
  log::info("stopping on signal ", signal);
  if (registry) registry->stop(kStopGrace);
  if (health.server) health.server->stop(kStopGrace);
  return {};
}

int serve(const ServeFlags& flags) {
  log::set_level(level_of(flags.log_level));
  hold_end_signals();
  allow_many_files();
  auto choices = choose(flags);
  if (!choices) return fail(choices.error(), kExitUsage);
  // Before the directory, whose recovery may take long: who watches sees that the process is alive.
  const auto health = start_health(flags, *choices);
  if (!health) return fail(health.error(), kExitFailure);
  BrokerOptions options{.dir = choices->in_memory ? std::string(in_memory) : choices->dir,
                        .config = {choices->config.begin(), choices->config.end()}};
  auto opened = embed::BrokerImpl::open(std::move(options), choices->advertised);
  if (!opened) return fail(named(std::move(opened).error()), kExitFailure);

  const auto served = serve_until_told(*opened, flags, *choices, *health);
  const auto closed = (*opened)->close(served ? kStopGrace : Milliseconds(0));
  if (!served) return fail(served.error(), kExitFailure);
  if (!closed) return fail(closed.error(), kExitFailure);
  return kExitOk;
}

}  // namespace

void add_serve(Command program) {
  auto flags = std::make_shared<ServeFlags>();
  const auto command =
      program.add("serve", "Serve the Kafka protocol on a data directory until SIGTERM or SIGINT.");
  command.example(
      "millrace serve --dir ./millrace-data --listen 127.0.0.1:9092 --set "
      "num.partitions=3\n"
      "The first line on stdout is \"ready kafka=HOST:PORT registry=... http=...\", when requests "
      "are served.");
  command.option("--config", flags->config_file,
                 "File of key=value lines as in Kafka's server.properties");
  command.option("--set", flags->settings, "key=value, over the file; may be repeated");
  command.option("--dir", flags->dir, "Data directory (default ./millrace-data)");
  command.option("--listen", flags->listen,
                 "HOST:PORT of the Kafka protocol (default 127.0.0.1:9092); port 0 picks a "
                 "free one; a host name is what clients are told; may be repeated");
  command.option("--registry", flags->registry,
                 "HOST:PORT of the schema registry, with /PATH where clients have one in their "
                 "URL, or off (default 127.0.0.1:8081, off where that port is taken)");
  command.option("--registry-auth", flags->registry_auth,
                 "File of name:password lines; only those may use the registry");
  command.option("--http", flags->http,
                 "HOST:PORT of metrics and health, or off (default 127.0.0.1:9644, off where that "
                 "port is taken)");
  command
      .option("--http-partitions-max", flags->http_partitions_max,
              "Of how many partitions /metrics has numbers of their own")
      .between(0, 1'000'000)
      .with_default();
  command.flag("--memory", flags->in_memory, "Keep everything in memory, write no file");
  command.option("--log-level", flags->log_level, "debug, info, warn or error")
      .one_of({"debug", "info", "warn", "error"});
  command.does([flags] { return serve(*flags); });
}

}  // namespace millrace::server
