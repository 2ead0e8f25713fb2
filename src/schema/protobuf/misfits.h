// The reasons that a comparison finds.
#pragma once

#include <vector>

#include "schema/schema.h"

namespace millrace::schema::protobuf {

/// Keeps kMisfitCountMax of them.
class Misfits {
 public:
  void add(Incompatibility misfit);
  /// How many were added, kept or not.
  size_t size() const { return count_; }
  /// With one more at the end where some were not kept.
  std::vector<Incompatibility> finish() &&;

 private:
  std::vector<Incompatibility> kept_;
  size_t count_ = 0;
};

}  // namespace millrace::schema::protobuf
