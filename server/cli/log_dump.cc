#include "base/try.h"
#include "cli/common.h"
#include "cli/log_commands.h"
#include "cli/log_files.h"
#include "cli/output.h"

namespace millrace::server {
namespace {

struct Flags {
  std::vector<std::string> paths;
  bool records = false;
};

Result<void> run(const Flags& flags) {
  const auto fs = io::make_posix_file_system();
  Output out;
  int64_t damages = 0;
  const LogVisitor visitor{.print =
                               [&](std::string_view line) {
                                 out.write(line);
                                 out.write("\n");
                               },
                           .damage =
                               [&](std::string_view line) {
                                 tell(line);
                                 ++damages;
                               },
                           .records = flags.records};
  for (const auto& path : flags.paths) {
    MILL_TRY(const auto files, log_files(*fs, path));
    if (files.empty()) return usage_error(path + " holds no files of a log");
    for (const auto& file : files) {
      if (out.is_closed()) return {};
      MILL_CHECK(visit_file(*fs, file, visitor));
    }
  }
  MILL_CHECK(out.flush());
  if (damages > 0) return bad_data(std::to_string(damages) + " findings of damage");
  return {};
}

}  // namespace

void add_log_dump(Command log) {
  auto flags = std::make_shared<Flags>();
  const auto command =
      log.add("dump", "Print what is in .log, .index, .timeindex, .snapshot and checkpoint files");
  command.option("path", flags->paths, "Files, partition directories or data directories")
      .required();
  command.flag("--records", flags->records, "Single records too, not only batches");
  command.example("millrace log dump --records millrace-data/orders-0/00000000000000000000.log");
  command.does([flags] { return finish(run(*flags)); });
}

}  // namespace millrace::server
