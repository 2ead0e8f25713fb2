#include "report.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace load {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

}  // namespace

int64_t now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

Report::Report(const Options& options)
    : broker_pid_(options.broker_pid),
      line_("{\"mode\":\"" + options.mode + "\""),
      start_ns_(now_ns()),
      before_(usage()) {}

void Report::raw(const char* name, const std::string& json) {
  line_ += std::string(",\"") + name + "\":" + json;
}

void Report::add(const char* name, double value, int digits) { raw(name, fixed(value, digits)); }

void Report::add(const char* name, const std::string& text) { raw(name, "\"" + text + "\""); }

void Report::add(const char* name, const Histogram& histogram) {
  raw(name, "{\"count\":" + std::to_string(histogram.count()) +
                ",\"p50\":" + fixed(histogram.quantile_us(0.5), 0) +
                ",\"p99\":" + fixed(histogram.quantile_us(0.99), 0) +
                ",\"p999\":" + fixed(histogram.quantile_us(0.999), 0) +
                ",\"max\":" + fixed(histogram.max_us(), 0) + "}");
}

void Report::print() {
  const Usage after = usage();
  const double wall = static_cast<double>(now_ns() - start_ns_) / 1e9;
  const double own = after.own_cpu_s - before_.own_cpu_s;
  const double broker = after.broker_cpu_s - before_.broker_cpu_s;
  add("client_cpu_s", own, 3);
  if (broker_pid_ != 0) {
    add("broker_cpu_s", broker, 2);
    add("broker_resident_mib", after.broker_resident_mib, 1);
    add("broker_peak_mib", after.broker_peak_mib, 1);
    // How many CPUs everything else kept busy meanwhile: how disturbed the run was.
    const double others = after.machine_cpu_s - before_.machine_cpu_s - own - broker;
    add("other_cpus", std::max(0.0, others) / wall, 2);
  }
  std::printf("%s}\n", line_.c_str());
}

Report::Usage Report::usage() const {
  Usage usage;
  rusage own{};
  getrusage(RUSAGE_SELF, &own);
  usage.own_cpu_s = seconds(own.ru_utime) + seconds(own.ru_stime);

  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  std::ifstream machine("/proc/stat");
  std::string word;
  double user = 0, nice = 0, system = 0, idle = 0, io_wait = 0, irq = 0, soft_irq = 0, steal = 0;
  machine >> word >> user >> nice >> system >> idle >> io_wait >> irq >> soft_irq >> steal;
  usage.machine_cpu_s = (user + nice + system + irq + soft_irq + steal) / ticks;
  if (broker_pid_ == 0) return usage;

  const std::string process = "/proc/" + std::to_string(broker_pid_);
  std::ifstream stat(process + "/stat");
  std::string line;
  std::getline(stat, line);
  // The name in parentheses may hold spaces; user and system time are fields 14 and 15.
  const size_t behind_name = line.rfind(')');
  if (behind_name == std::string::npos) return usage;
  std::istringstream fields(line.substr(behind_name + 1));
  for (int field = 3; field < 14; ++field) fields >> word;
  double user_ticks = 0, system_ticks = 0;
  fields >> user_ticks >> system_ticks;
  usage.broker_cpu_s = (user_ticks + system_ticks) / ticks;
  std::ifstream status(process + "/status");
  while (std::getline(status, line)) {
    if (line.starts_with("VmRSS:")) usage.broker_resident_mib = std::atof(line.c_str() + 6) / 1024;
    if (line.starts_with("VmHWM:")) usage.broker_peak_mib = std::atof(line.c_str() + 6) / 1024;
  }
  return usage;
}

}  // namespace load
