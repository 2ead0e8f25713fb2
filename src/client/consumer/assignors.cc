#include "client/consumer/assignors.h"

#include <algorithm>
#include <array>
#include <utility>

namespace millrace::client {
namespace {

constexpr std::array<std::pair<Assignor, std::string_view>, 3> kNames{{
    {Assignor::range, "range"},
    {Assignor::roundrobin, "roundrobin"},
    {Assignor::cooperative_sticky, "cooperative-sticky"},
}};

}  // namespace

std::string_view name_of(Assignor assignor) {
  return std::ranges::find(kNames, assignor, &decltype(kNames)::value_type::first)->second;
}

std::optional<Assignor> assignor_named(std::string_view name) {
  const auto found = std::ranges::find(kNames, name, &decltype(kNames)::value_type::second);
  if (found == kNames.end()) return std::nullopt;
  return found->first;
}

std::optional<Bytes> user_data_of(Assignor assignor, int32_t generation) {
  if (assignor != Assignor::cooperative_sticky) return std::nullopt;
  ByteWriter out;
  out.write<int32_t>(generation);
  return out.take();
}

bool comes_before(const Subscriber& a, const Subscriber& b) {
  if (a.group_instance_id && b.group_instance_id) {
    return *a.group_instance_id < *b.group_instance_id;
  }
  if (a.group_instance_id || b.group_instance_id) return a.group_instance_id.has_value();
  return a.member_id < b.member_id;
}

Shares share_out(Assignor assignor, std::vector<Subscriber> subscribers,
                 const PartitionCounts& counts) {
  switch (assignor) {
    case Assignor::range: return assign_ranges(std::move(subscribers), counts);
    case Assignor::roundrobin: return assign_in_turn(std::move(subscribers), counts);
    case Assignor::cooperative_sticky: break;
  }
  return assign_sticky(std::move(subscribers), counts);
}

}  // namespace millrace::client
