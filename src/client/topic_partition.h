// A partition as clients name it, in text.
#pragma once

#include <ostream>

#include "millrace/record.h"

namespace millrace {

inline std::ostream& operator<<(std::ostream& out, const TopicPartition& name) {
  return out << name.topic << '-' << name.partition;
}

}  // namespace millrace
