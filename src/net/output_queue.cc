#include "net/output_queue.h"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>

#include "base/text.h"
#include "base/try.h"
#include "net/read_ahead.h"

namespace millrace::net {

namespace {

constexpr size_t kPartsMax = 64;
/// Files are looked at, read ahead, and where sendfile cannot read them copied, in such pieces.
constexpr int64_t kPieceSize = 256 * 1024;

Error socket_error(int error_number, std::string_view call) {
  const std::error_code code(error_number, std::generic_category());
  return {code, cat(call, ": ", code.message())};
}

}  // namespace

void OutputQueue::push(io::Chunks chunks) {
  for (io::Chunk& chunk : chunks) {
    const size_t size = io::size_of(chunk);
    if (size == 0) continue;
    size_ += static_cast<int64_t>(size);
    chunks_.push_back(std::move(chunk));
  }
}

Result<OutputQueue::Flushed> OutputQueue::flush(int socket) {
  while (!chunks_.empty()) {
    auto* slice = std::get_if<io::FileSlice>(&chunks_.front());
    if (slice != nullptr && slice->file->descriptor() < 0) {
      MILL_CHECK(load_front(*slice));
      slice = nullptr;
    }
    MILL_TRY(const Step step, slice != nullptr ? send_file(socket, *slice) : send_memory(socket));
    if (step == Step::would_block) return Flushed::socket_full;
    if (step == Step::cold) return Flushed::cold;
  }
  return Flushed::all;
}

Result<OutputQueue::Step> OutputQueue::send_memory(int socket) {
  std::array<iovec, kPartsMax> parts;
  size_t count = 0;
  for (const io::Chunk& chunk : chunks_) {
    const auto* bytes = std::get_if<SharedBytes>(&chunk);
    if (bytes == nullptr || count == parts.size()) break;
    const ByteView view = bytes->view();
    parts[count++] = {const_cast<std::byte*>(view.data()), view.size()};
  }
  // With a file range behind, a packet of a few header bytes would go out alone.
  const bool more = count < chunks_.size();
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  const ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
  if (sent < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Step::would_block;
    if (errno == EINTR) return Step::sent;
    return socket_error(errno, "sendmsg");
  }
  consume(static_cast<size_t>(sent));
  return Step::sent;
}

Result<OutputQueue::Step> OutputQueue::send_file(int socket, io::FileSlice& slice) {
  if (warm_bytes_ == 0) {
    const io::FileSlice next = cold_slice();
    if (!in_page_cache(next)) return Step::cold;
    warm_bytes_ = next.size;
  }
  off_t from = slice.at.value();
  const ssize_t sent =
      sendfile(socket, slice.file->descriptor(), &from, static_cast<size_t>(warm_bytes_));
  if (sent < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Step::would_block;
    if (errno == EINTR) return Step::sent;
    return socket_error(errno, "sendfile");
  }
  // The length was promised in the response's front; a file that ends early cannot keep it.
  if (sent == 0) return socket_error(EIO, cat(slice.file->path(), " is shorter than it was"));
  warm_bytes_ -= sent;
  consume(static_cast<size_t>(sent));
  return Step::sent;
}

io::FileSlice OutputQueue::cold_slice() const {
  io::FileSlice slice = std::get<io::FileSlice>(chunks_.front());
  slice.size = std::min(slice.size, kPieceSize);
  return slice;
}

void OutputQueue::cold_slice_loaded() { warm_bytes_ = cold_slice().size; }

Result<void> OutputQueue::load_front(const io::FileSlice& slice) {
  const int64_t size = std::min(slice.size, kPieceSize);
  Bytes bytes(static_cast<size_t>(size));
  MILL_TRY(const size_t count, slice.file->read_at(slice.at, bytes));
  if (count < bytes.size()) {
    return socket_error(EIO, cat(slice.file->path(), " is shorter than it was"));
  }
  io::FileSlice rest = slice;
  chunks_.pop_front();
  if (rest.size > size) {
    rest.at += size;
    rest.size -= size;
    chunks_.emplace_front(std::move(rest));
  }
  chunks_.emplace_front(SharedBytes(std::move(bytes)));
  return {};
}

void OutputQueue::consume(size_t count) {
  size_ -= static_cast<int64_t>(count);
  while (count > 0) {
    io::Chunk& front = chunks_.front();
    const size_t size = io::size_of(front);
    if (count >= size) {
      count -= size;
      chunks_.pop_front();
      continue;
    }
    if (auto* bytes = std::get_if<SharedBytes>(&front)) {
      *bytes = bytes->slice(count, size - count);
    } else {
      auto& slice = std::get<io::FileSlice>(front);
      slice.at += static_cast<int64_t>(count);
      slice.size -= static_cast<int64_t>(count);
    }
    return;
  }
}

}  // namespace millrace::net
