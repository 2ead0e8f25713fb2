#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "metrics/tell.h"

namespace millrace::metrics {
namespace {

constexpr Metric kCpu{"process_cpu_seconds_total", MetricType::counter, "",
                      "Processor time of the process, of user and system"};
constexpr Metric kResident{"process_resident_memory_bytes", MetricType::gauge, "",
                           "Memory of the process that is resident"};
constexpr Metric kVirtual{"process_virtual_memory_bytes", MetricType::gauge, "",
                          "Address space of the process"};
constexpr Metric kThreads{"process_threads", MetricType::gauge, "", "Threads of the process"};
constexpr Metric kStart{"process_start_time_seconds", MetricType::gauge, "",
                        "When the process began, in seconds since 1970"};
constexpr Metric kOpenFds{"process_open_fds", MetricType::gauge, "",
                          "Open file descriptors; every segment of a log keeps one"};
constexpr Metric kMaxFds{"process_max_fds", MetricType::gauge, "",
                         "File descriptors that the process may have"};

/// Fields of /proc/self/stat (proc(5)), counted from the state behind the name, which is field 3.
enum StatField : size_t {
  user_ticks = 11,
  system_ticks = 12,
  threads = 17,
  start_ticks = 19,
  virtual_bytes = 20,
  resident_pages = 21
};

std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Empty where the system does not tell.
std::vector<std::string> stat_fields() {
  std::string text = text_of("/proc/self/stat");
  const size_t name_end = text.rfind(')');  // the name may hold spaces
  if (name_end == std::string::npos) return {};
  std::istringstream rest(text.substr(name_end + 1));
  return {std::istream_iterator<std::string>(rest), {}};
}

/// 0 where the system does not tell.
double boot_seconds() {
  std::istringstream lines(text_of("/proc/stat"));
  for (std::string word; lines >> word;) {
    double seconds = 0;
    if (word == "btime" && lines >> seconds) return seconds;
  }
  return 0;
}

int64_t open_descriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/fd"), &closedir);
  if (!folder) return 0;
  int64_t entries = 0;
  while (readdir(folder.get()) != nullptr) ++entries;
  return entries - 3;  // "." and ".." and the folder itself
}

int64_t descriptors_max() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<int64_t>(limit.rlim_cur);
}

}  // namespace

void tell_process(Exposition& out) {
  const auto fields = stat_fields();
  const auto field = [&](StatField at) {
    return at < fields.size() ? parse_int64(fields[at]).value_or(0) : 0;
  };
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto seconds = [&](StatField at) { return static_cast<double>(field(at)) / ticks; };
  out.tell(kCpu, seconds(user_ticks) + seconds(system_ticks));
  out.tell(kResident, field(resident_pages) * sysconf(_SC_PAGESIZE));
  out.tell(kVirtual, field(virtual_bytes));
  out.tell(kThreads, field(threads));
  out.tell(kStart, boot_seconds() + seconds(start_ticks));
  out.tell(kOpenFds, open_descriptors());
  out.tell(kMaxFds, descriptors_max());
}

}  // namespace millrace::metrics
