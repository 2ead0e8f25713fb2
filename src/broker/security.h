// Who may do what: the question every listener and handler asks from the start.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::broker {

/// Who a connection speaks for, in Kafka's form: type "User", name "ANONYMOUS" until it says
/// otherwise.
struct Principal {
  std::string type = "User";
  std::string name = "ANONYMOUS";
};

/// What is asked for; Kafka's ACL operations, with their numbers on the wire.
enum class Operation : int8_t {
  read = 3,
  write = 4,
  create = 5,
  remove = 6,
  alter = 7,
  describe = 8,
  cluster_action = 9,
  describe_configs = 10,
  alter_configs = 11,
  idempotent_write = 12,
};

/// On what; Kafka's resource types, with their numbers on the wire.
enum class ResourceType : int8_t { topic = 2, group = 3, cluster = 4, transactional_id = 5 };

/// Safe from any thread; answers at once.
class Security {
 public:
  virtual ~Security() = default;

  virtual bool allowed(const Principal& principal, Operation operation, ResourceType type,
                       std::string_view resource) const = 0;
};

/// Everybody may do everything.
class AllowAll final : public Security {
 public:
  bool allowed(const Principal&, Operation, ResourceType, std::string_view) const override {
    return true;
  }
};

}  // namespace millrace::broker
