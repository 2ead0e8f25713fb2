#include "schema/protobuf/misfits.h"

#include "base/text.h"
#include "schema/protobuf/limits.h"

namespace millrace::schema::protobuf {

void Misfits::add(Incompatibility misfit) {
  ++count_;
  if (kept_.size() < kMisfitCountMax) kept_.push_back(std::move(misfit));
}

std::vector<Incompatibility> Misfits::finish() && {
  if (count_ > kept_.size()) {
    kept_.push_back(
        {.rule = "TOO_MANY_DIFFERENCES",
         .path = "#/",
         .message = cat(count_ - kept_.size(),
                        " more differences do not fit: these look like two schemas, use "
                        "two subjects")});
  }
  return std::move(kept_);
}

}  // namespace millrace::schema::protobuf
