#include "handlers/authorized_operations.h"

#include <array>
#include <span>

namespace millrace::handlers {

namespace {

using broker::Operation;
using broker::ResourceType;

constexpr std::array kOnTopics = {
    Operation::read,  Operation::write,    Operation::create,           Operation::remove,
    Operation::alter, Operation::describe, Operation::describe_configs, Operation::alter_configs};
constexpr std::array kOnGroups = {Operation::read, Operation::remove, Operation::describe,
                                  Operation::describe_configs, Operation::alter_configs};
constexpr std::array kOnCluster = {Operation::create,           Operation::alter,
                                   Operation::describe,         Operation::cluster_action,
                                   Operation::describe_configs, Operation::alter_configs,
                                   Operation::idempotent_write};

std::span<const Operation> operations_on(ResourceType type) {
  switch (type) {
    case ResourceType::topic: return kOnTopics;
    case ResourceType::group: return kOnGroups;
    case ResourceType::cluster: return kOnCluster;
    case ResourceType::transactional_id: break;
  }
  return {};
}

}  // namespace

int32_t authorized_operations(const RequestContext& context, ResourceType type,
                              std::string_view resource) {
  int32_t bits = 0;
  for (const Operation operation : operations_on(type)) {
    if (context.allowed(operation, type, resource)) bits |= 1 << static_cast<int>(operation);
  }
  return bits;
}

}  // namespace millrace::handlers
