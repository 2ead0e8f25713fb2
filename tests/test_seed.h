// One seed for every test that draws its input.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>

namespace millrace {

/// The seed of this run: MILL_TEST_SEED, or always the same; printed once.
inline uint64_t test_seed() {
  static const uint64_t kSeed = [] {
    const char* given = std::getenv("MILL_TEST_SEED");
    const uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 20260101;
    std::cout << "MILL_TEST_SEED=" << seed << '\n';
    return seed;
  }();
  return kSeed;
}

}  // namespace millrace
