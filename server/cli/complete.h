// What may stand where a command line is being typed.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace millrace::server {

/// Where a registry is, as far as the line says.
struct RegistryPlace {
  /// Empty: the default one.
  std::string url = {};
  std::string user = {};
};

/// Names that only the broker, or a registry, knows.
struct BrokerNames {
  /// Of the broker at that address; empty: the default one.
  std::function<std::vector<std::string>(const std::string& bootstrap)> topics;
  std::function<std::vector<std::string>(const std::string& bootstrap)> groups;
  std::function<std::vector<std::string>(const RegistryPlace& registry)> subjects;
};

/// `words` are those behind the program's name, the last one as far as it is typed. Answers whole
/// words that begin with it: commands, flags, the values of a flag that takes few, names of topics,
/// groups and subjects.
std::vector<std::string> complete(const CLI::App& program, std::span<const std::string> words,
                                  const BrokerNames& names);

}  // namespace millrace::server
