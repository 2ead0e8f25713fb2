// millrace completion: what a shell needs to complete our commands.
#include "base/try.h"
#include "cli/common.h"
#include "cli/complete.h"
#include "cli/output.h"
#include "cli/registry_flags.h"

namespace millrace::server {
namespace {

/// Somebody waits with a finger on the key.
constexpr int64_t kTimeoutMs = 1'000;

constexpr const char* kBash = R"(_millrace() {
  local IFS=$'\n'
  COMPREPLY=($(millrace complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _millrace millrace
)";

constexpr const char* kZsh = R"(#compdef millrace
_millrace() {
  local -a found
  found=("${(@f)$(millrace complete -- "${words[@]:1:$((CURRENT - 1))}" 2>/dev/null)}")
  compadd -a found
}
compdef _millrace millrace
)";

constexpr const char* kFish =
    "complete -c millrace -f -a '(millrace complete -- (commandline -opc)[2..] (commandline -ct) "
    "2>/dev/null)'\n";

Result<Admin> admin_at(const std::string& bootstrap) {
  ConnectionFlags flags{.timeout_ms = kTimeoutMs};
  if (!bootstrap.empty()) flags.bootstrap = bootstrap;
  return connect_admin(flags);
}

/// No names where there is no broker: what cannot be completed is typed.
std::vector<std::string> topics_at(const std::string& bootstrap) {
  std::vector<std::string> names;
  auto admin = admin_at(bootstrap);
  if (!admin) return names;
  const auto topics = admin->list_topics();
  if (!topics) return names;
  for (const auto& topic : *topics) {
    if (!topic.internal) names.push_back(topic.name);
  }
  return names;
}

std::vector<std::string> groups_at(const std::string& bootstrap) {
  std::vector<std::string> names;
  auto admin = admin_at(bootstrap);
  if (!admin) return names;
  const auto groups = admin->list_groups();
  if (!groups) return names;
  for (const auto& group : *groups) names.push_back(group.group);
  return names;
}

std::vector<std::string> subjects_at(const RegistryPlace& place) {
  auto registry = open_registry({.url = place.url.empty() ? kDefaultRegistry : place.url,
                                 .user = place.user,
                                 .timeout_ms = kTimeoutMs});
  if (!registry) return {};
  return registry->subjects(false).value_or({});
}

int print_candidates(const CLI::App& program, const std::vector<std::string>& words) {
  std::string text;
  const BrokerNames names{.topics = topics_at, .groups = groups_at, .subjects = subjects_at};
  for (const auto& each : complete(program, words, names)) {
    text += each + '\n';
  }
  return print(text);
}

}  // namespace

void add_completion(CommandLine& line) {
  const Command program = line.program();
  auto shell = std::make_shared<std::string>();
  const auto command = program.add(
      "completion", "Print what a shell needs to complete commands, topics, groups and subjects");
  command.option("shell", *shell, "bash, zsh or fish").required().one_of({"bash", "zsh", "fish"});
  command.example("source <(millrace completion bash)");
  command.does([shell] {
    return print(*shell == "bash" ? kBash : *shell == "zsh" ? kZsh : kFish);
  });

  // What those scripts call.
  auto words = std::make_shared<std::vector<std::string>>();
  const auto hidden = program.add("complete", "");
  hidden.is_hidden();
  hidden.option("words", *words, "");
  hidden.does([&line, words] { return print_candidates(line.app(), *words); });
}

}  // namespace millrace::server
