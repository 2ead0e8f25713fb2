#include "storage/recovery_report.h"

#include "base/text.h"

namespace millrace::storage {

std::vector<std::string> describe(const PartitionRecovery& recovery) {
  std::vector<std::string> lines;
  for (const CutRange& cut : recovery.cuts) {
    lines.push_back(cat(recovery.partition, ": cut ", cut.size, " bytes of a torn end from ",
                        cut.file, " at ", cut.at, "; the log goes on at offset ", cut.next_offset));
  }
  for (const QuarantinedRange& range : recovery.quarantined) {
    if (range.side_file.empty()) {
      lines.push_back(cat(recovery.partition, ": offsets ", range.first_offset, " to ",
                          range.next_offset - 1, " were durable and are missing"));
      continue;
    }
    lines.push_back(cat(recovery.partition, ": ", range.size, " damaged bytes of ", range.file,
                        " at ", range.at, " were moved to ", range.side_file, "; offsets ",
                        range.first_offset, " to ", range.next_offset - 1, " are missing"));
  }
  return lines;
}

}  // namespace millrace::storage
