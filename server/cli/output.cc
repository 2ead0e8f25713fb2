#include "cli/output.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "cli/common.h"
#include "io/file_system.h"

namespace millrace::server {
namespace {
constexpr size_t kBufferBytes = size_t{64} << 10;
}

Output::Output() { std::signal(SIGPIPE, SIG_IGN); }

void Output::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBufferBytes) write_out();
}

void Output::write_out() {
  std::string_view rest = buffer_;
  while (!rest.empty() && !closed_ && error_ == 0) {
    const auto count = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (count >= 0) {
      rest.remove_prefix(static_cast<size_t>(count));
    } else if (errno == EPIPE) {
      closed_ = true;
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  buffer_.clear();
}

Result<void> Output::flush() {
  write_out();
  if (error_ != 0) return io::io_error(error_, "write", "standard output");
  return {};
}

int print(std::string_view text) {
  Output out;
  out.write(text);
  return finish(out.flush());
}

}  // namespace millrace::server
