#include "cli/line_reader.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "cli/common.h"
#include "io/file_system.h"

namespace millrace::server {
namespace {
constexpr size_t kBlockBytes = size_t{64} << 10;
/// A signal between asking `stop` and waiting is noticed after this long.
constexpr int kWaitMs = 200;
}  // namespace

Result<LineReader::Outcome> LineReader::next(std::string_view& line) {
  for (;;) {
    if (const size_t end = buffer_.find('\n', searched_); end != std::string::npos) {
      line = std::string_view(buffer_).substr(consumed_, end - consumed_);
      consumed_ = searched_ = end + 1;
      ++line_number_;
      return Outcome::line;
    }
    if (at_end_) {
      if (consumed_ == buffer_.size()) return Outcome::end;
      line = std::string_view(buffer_).substr(consumed_);
      consumed_ = searched_ = buffer_.size();
      ++line_number_;
      return Outcome::line;
    }
    buffer_.erase(0, consumed_);
    consumed_ = 0;
    searched_ = buffer_.size();
    if (buffer_.size() > kLineBytesMax) {
      return bad_data(cat("line ", line_number_ + 1, " is longer than ", kLineBytesMax, " bytes"));
    }
    if (stop_()) return Outcome::stopped;
    pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, kWaitMs) <= 0) continue;
    const size_t before = buffer_.size();
    buffer_.resize(before + kBlockBytes);
    const auto count = ::read(descriptor_, buffer_.data() + before, kBlockBytes);
    buffer_.resize(before + (count > 0 ? static_cast<size_t>(count) : 0));
    if (count == 0) at_end_ = true;
    if (count < 0 && errno != EINTR && errno != EAGAIN) {
      return io::io_error(errno, "read", "standard input");
    }
  }
}

}  // namespace millrace::server
