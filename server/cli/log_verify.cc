#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/log_commands.h"
#include "cli/log_files.h"
#include "cli/output.h"

namespace millrace::server {
namespace {

struct Flags {
  std::vector<std::string> paths;
};

Result<void> run(const Flags& flags) {
  const auto fs = io::make_posix_file_system();
  Output out;
  int64_t damages = 0;
  int64_t file_count = 0;
  const LogVisitor visitor{.print = [](std::string_view) {},
                           .damage =
                               [&](std::string_view line) {
                                 out.write(line);
                                 out.write("\n");
                                 ++damages;
                               }};
  for (const auto& path : flags.paths) {
    MILL_TRY(const auto files, log_files(*fs, path));
    if (files.empty()) return usage_error(path + " holds no files of a log");
    for (const auto& file : files) MILL_CHECK(visit_file(*fs, file, visitor));
    file_count += static_cast<int64_t>(files.size());
  }
  MILL_CHECK(out.flush());
  if (damages > 0) return bad_data(cat(damages, " findings of damage in ", file_count, " files"));
  tell(cat(file_count, " files, no damage"));
  return {};
}

}  // namespace

void add_log_verify(Command log) {
  auto flags = std::make_shared<Flags>();
  const auto command = log.add(
      "verify", "Check every batch, record, index entry and checkpoint; one line per finding");
  command.option("path", flags->paths, "Files, partition directories or data directories")
      .required();
  command.example("millrace log verify ./millrace-data   (exit code 4: damage)");
  command.does([flags] { return finish(run(*flags)); });
}

}  // namespace millrace::server
