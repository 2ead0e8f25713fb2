// Where a group stands: who is in it, in which generation, with how many partitions.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

namespace load {

/// Told by the members, on one thread. A group is settled when every member that it should have is
/// in the newest generation with its even share, and all partitions are owned.
class Standing {
 public:
  explicit Standing(int64_t partitions) : partitions_(partitions) {}

  struct Place {
    int32_t generation = -1;
    int64_t partitions = 0;
  };

  void expect_one_more() { ++expected_; }
  void expect_one_less() { --expected_; }
  /// From here on `before` is `after`; generation -1 is nobody's.
  void move(const Place& before, const Place& after) {
    count(before, -1);
    count(after, 1);
    if (on_settled && is_settled()) on_settled();
  }
  bool is_settled() const {
    return owned_ == partitions_ && !by_generation_.empty() &&
           by_generation_.rbegin()->second == expected_ &&
           by_share_.begin()->first >= partitions_ / expected_;
  }

  std::function<void()> on_settled;

 private:
  void count(const Place& place, int64_t sign) {
    if (place.generation < 0) return;
    owned_ += sign * place.partitions;
    if ((by_generation_[place.generation] += sign) == 0) by_generation_.erase(place.generation);
    if ((by_share_[place.partitions] += sign) == 0) by_share_.erase(place.partitions);
  }

  const int64_t partitions_;
  int64_t expected_ = 0;
  int64_t owned_ = 0;
  // How many members are in a generation, how many have so many partitions.
  std::map<int32_t, int64_t> by_generation_;
  std::map<int64_t, int64_t> by_share_;
};

}  // namespace load
