// The two ways to a broker in this process that clients have.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace millrace::embed {

enum class Way : uint8_t { in_process, tcp };

inline std::string name_of(const ::testing::TestParamInfo<Way>& way) {
  return way.param == Way::in_process ? "InProcess" : "Tcp";
}

}  // namespace millrace::embed
