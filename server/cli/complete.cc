#include "cli/complete.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/text.h"

namespace millrace::server {
namespace {

using Words = std::vector<std::string>;

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

/// Those of a flag that takes one of a few: CLI11 tells them as TEXT:{a,b}.
Words choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const size_t begin = type.find('{');
  const size_t end = type.find('}', begin);
  if (begin == std::string::npos || end == std::string::npos) return {};
  Words choices;
  for (const auto choice : split(std::string_view(type).substr(begin + 1, end - begin - 1), ',')) {
    choices.emplace_back(choice);
  }
  return choices;
}

/// Walks through the words that are finished.
class Line {
 public:
  explicit Line(const CLI::App& program) : command_(&program) {}

  void take(const std::string& word) {
    if (open_ != nullptr) {
      if (open_->check_lname("bootstrap")) bootstrap_ = word;
      if (open_->check_lname("registry")) registry_.url = word;
      if (open_->check_lname("registry-user")) registry_.user = word;
      open_ = nullptr;
    } else if (word.starts_with('-')) {
      const auto* const option = command_->get_option_no_throw(word);
      if (option != nullptr && takes_value(*option)) open_ = option;
    } else {
      for (const CLI::App* each : subcommands()) {
        if (each->get_name() != word) continue;
        path_.push_back(word);
        command_ = each;
        return;
      }
      ++positionals_;
    }
  }

  Words candidates(const std::string& last, const BrokerNames& names) const {
    if (open_ != nullptr) return values_of(*open_, names);
    Words found;
    if (last.starts_with('-')) {
      for (const CLI::Option* option : command_->get_options()) {
        for (const auto& name : option->get_lnames()) found.push_back("--" + name);
      }
      return found;
    }
    for (const CLI::App* each : subcommands()) {
      // What belongs to no group is not shown.
      if (!each->get_group().empty()) found.push_back(each->get_name());
    }
    return found.empty() ? positional_names(names) : found;
  }

 private:
  std::vector<const CLI::App*> subcommands() const {
    return command_->get_subcommands([](const CLI::App*) { return true; });
  }
  Words values_of(const CLI::Option& option, const BrokerNames& names) const {
    if (option.check_lname("topic")) return names.topics(bootstrap_);
    if (option.check_lname("group")) return names.groups(bootstrap_);
    for (const char* name : {"key-schema", "value-schema", "key-subject", "value-subject"}) {
      if (option.check_lname(name)) return names.subjects(registry_);
    }
    return choices_of(option);
  }

  Words positional_names(const BrokerNames& names) const {
    if (path_.empty()) return {};
    const std::string& first = path_.front();
    const bool makes_new = path_.back() == "create" || path_.back() == "adopt";
    if (first == "produce" || first == "consume" || (first == "topic" && !makes_new)) {
      return names.topics(bootstrap_);
    }
    if (first == "schema") return takes_file() ? Words() : names.subjects(registry_);
    return first == "group" ? names.groups(bootstrap_) : Words();
  }

  /// The shell itself completes names of files.
  bool takes_file() const {
    return positionals_ == 1 && (path_.back() == "register" || path_.back() == "check");
  }

  const CLI::App* command_;
  /// A flag whose value comes next.
  const CLI::Option* open_ = nullptr;
  Words path_;
  std::string bootstrap_;
  RegistryPlace registry_;
  /// Finished words that are neither commands nor flags nor their values.
  size_t positionals_ = 0;
};

}  // namespace

Words complete(const CLI::App& program, std::span<const std::string> words,
               const BrokerNames& names) {
  if (words.empty()) return {};
  Line line(program);
  for (const auto& word : words.first(words.size() - 1)) line.take(word);
  const std::string& last = words.back();
  Words found = line.candidates(last, names);
  std::erase_if(found, [&](const std::string& each) { return !each.starts_with(last); });
  std::ranges::sort(found);
  return found;
}

}  // namespace millrace::server
