#include "coordinator/consumer/assignor.h"

namespace millrace::coordinator {

std::string_view assignor_name(Assignor assignor) {
  return assignor == Assignor::uniform ? "uniform" : "range";
}

std::optional<Assignor> parse_assignor(std::string_view name) {
  for (const Assignor assignor : {Assignor::uniform, Assignor::range}) {
    if (name == assignor_name(assignor)) return assignor;
  }
  return std::nullopt;
}

GroupAssignment assign(Assignor assignor, const GroupToAssign& group) {
  return assignor == Assignor::uniform ? assign_uniform(group) : assign_range(group);
}

}  // namespace millrace::coordinator
