#include "net/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <asio/post.hpp>
#include <cerrno>
#include <utility>

#include "base/log.h"

namespace millrace::net {

namespace {

/// One turn of a connection: others of the thread get theirs afterwards.
constexpr int kReadsPerTurn = 16;
constexpr size_t kScratchSize = 256 * 1024;

/// Small frames are read here, many at once, and copied out; an idle connection owns no buffer.
std::span<std::byte> scratch() {
  thread_local const auto buffer = std::make_unique<std::byte[]>(kScratchSize);
  return {buffer.get(), kScratchSize};
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, const ConnectionInfo& info,
                       const ConnectionEnvironment& environment, std::function<void()> closed)
    : socket_(std::move(socket)),
      environment_(environment),
      closed_(std::move(closed)),
      context_(environment.dispatcher.connected(info)),
      last_traffic_(environment.clock.steady_now()) {}

Connection::~Connection() { return_overdraft(); }

void Connection::start() {
  mailbox_ =
      std::make_shared<ReplyMailbox>([weak = weak_from_this(), executor = socket_.get_executor()] {
        asio::post(executor, [weak] {
          const auto self = weak.lock();
          if (!self || self->is_closed_) return;
          self->accept_answers(self->mailbox_->take_and_rest());
          self->send_answers();
        });
      });
  wait_readable();
}

void Connection::wait_readable() {
  if (waiting_readable_ || reading_ended_ || is_closed_) return;
  waiting_readable_ = true;
  socket_.async_wait(asio::ip::tcp::socket::wait_read,
                     [self = shared_from_this()](const asio::error_code& failed) {
                       self->waiting_readable_ = false;
                       if (!failed && !self->is_closed_) self->on_readable();
                     });
}

void Connection::on_readable() {
  if (reading_ended_) return;
  mailbox_->hold();
  Progress progress = take_held();
  for (int i = 0; i < kReadsPerTurn && progress == Progress::more; ++i) progress = read_some();
  if (is_closed_) return;
  paused_ = progress == Progress::paused;
  accept_answers(mailbox_->take_and_rest());
  send_answers();
  if (!is_closed_ && !paused_) wait_readable();
}

Connection::Progress Connection::read_some() {
  if (!may_take_request() || !memory_allows()) return Progress::paused;
  const bool direct = frame_ && frame_->missing() >= kScratchSize / 4;
  const std::span<std::byte> into = direct ? frame_->room() : scratch();
  const ssize_t count = recv(socket_.native_handle(), into.data(), into.size(), 0);
  if (count < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Progress::drained;
    if (errno == EINTR) return Progress::more;
    close();
    return Progress::ended;
  }
  if (count == 0) {
    on_eof();
    return Progress::ended;
  }
  last_traffic_ = environment_.clock.steady_now();
  Progress progress = Progress::more;
  if (direct) {
    frame_->filled(static_cast<size_t>(count));
    if (frame_->missing() == 0) end_frame();
  } else {
    ByteView bytes = into.first(static_cast<size_t>(count));
    progress = take(bytes);
    if (progress == Progress::paused) {
      held_ = std::make_unique<FrameBuffer>(environment_.budget, bytes.size());
      held_->append(bytes);
      held_taken_ = 0;
    }
  }
  if (reading_ended_) return Progress::ended;
  if (progress == Progress::more && static_cast<size_t>(count) < into.size()) {
    return Progress::drained;
  }
  return progress;
}

Connection::Progress Connection::take_held() {
  if (!held_) return Progress::more;
  ByteView rest = held_->bytes().subspan(held_taken_);
  const Progress progress = take(rest);
  if (progress == Progress::paused) {
    held_taken_ = held_->size() - rest.size();
  } else {
    held_.reset();
  }
  return progress;
}

bool Connection::may_take_request() const {
  const Limits& limits = environment_.limits;
  return pending_.size() < limits.requests_in_flight_max &&
         output_.size() < limits.unsent_bytes_max &&
         pending_bytes_ < limits.connection_request_bytes_max;
}

bool Connection::memory_allows() {
  RequestBudget& budget = *environment_.budget;
  if (!budget.exhausted() || has_overdraft_) return true;
  const bool inside_frame = frame_ != nullptr;
  if (inside_frame && budget.try_overdraft()) {
    has_overdraft_ = true;
    return true;
  }
  if (!std::exchange(waits_for_memory_, true)) {
    budget.wait(inside_frame, [weak = weak_from_this(), executor = socket_.get_executor()] {
      asio::post(executor, [weak] {
        const auto self = weak.lock();
        if (!self || self->is_closed_) return;
        self->waits_for_memory_ = false;
        self->resume_reading();
      });
    });
  }
  return false;
}

Connection::Progress Connection::take(ByteView& bytes) {
  while (!bytes.empty()) {
    if (!frame_) {
      if (size_bytes_read_ == 0 && !may_take_request()) return Progress::paused;
      if (!begin_frame(bytes)) return Progress::ended;
    }
    if (frame_) {
      const size_t count = std::min(bytes.size(), frame_->missing());
      frame_->append(bytes.first(count));
      bytes = bytes.subspan(count);
      if (frame_->missing() == 0) end_frame();
    }
    if (reading_ended_) return Progress::ended;
  }
  return Progress::more;
}

bool Connection::begin_frame(ByteView& bytes) {
  const size_t count = std::min(bytes.size(), size_bytes_.size() - size_bytes_read_);
  std::copy_n(bytes.begin(), count, size_bytes_.begin() + static_cast<ptrdiff_t>(size_bytes_read_));
  bytes = bytes.subspan(count);
  size_bytes_read_ += count;
  if (size_bytes_read_ < size_bytes_.size()) return true;
  size_bytes_read_ = 0;
  const auto size = load_be<int32_t>(size_bytes_.data());
  const int64_t size_max =
      had_frame_ ? environment_.limits.frame_bytes_max : environment_.limits.first_frame_bytes_max;
  if (size < 0 || size > size_max) {
    log::warn("closing a connection whose ", had_frame_ ? "" : "first ", "request claims ", size,
              " bytes; the limit is ", size_max);
    close();
    return false;
  }
  frame_ = std::make_shared<FrameBuffer>(environment_.budget, static_cast<size_t>(size));
  if (size == 0) end_frame();
  return true;
}

void Connection::end_frame() {
  had_frame_ = true;
  return_overdraft();
  const auto frame = std::exchange(frame_, nullptr);
  const auto size = static_cast<int64_t>(frame->size());
  const uint64_t ticket = first_ticket_ + pending_.size();
  pending_.push_back({.kind = RequestKind::work, .bytes = size, .answer = std::nullopt});
  pending_bytes_ += size;
  const RequestKind kind = environment_.dispatcher.dispatch(
      {.bytes = SharedBytes(frame, frame->bytes()), .connection = context_},
      Reply(mailbox_, ticket));
  // The answer may be in the mailbox already; it was not taken yet.
  pending_.back().kind = kind;
  accept_answers(mailbox_->take());
}

void Connection::on_eof() {
  // The client may have closed only its sending side: the work it asked for is still answered. What
  // merely waits is given up, or a client that has gone would be kept until the wait ends.
  reading_ended_ = true;
  finishing_ = true;
  drop_input();
}

void Connection::accept_answers(std::vector<Answer> answers) {
  for (Answer& answer : answers) {
    if (answer.ticket < first_ticket_) continue;  // behind an answer that ends the connection
    const uint64_t index = answer.ticket - first_ticket_;
    if (index < pending_.size()) pending_[index].answer = std::move(answer);
  }
  while (!pending_.empty() && pending_.front().answer) {
    Pending request = std::move(pending_.front());
    pending_.pop_front();
    ++first_ticket_;
    pending_bytes_ -= request.bytes;
    switch (request.answer->kind) {
      case Answer::Kind::response: output_.push(std::move(request.answer->response)); break;
      case Answer::Kind::none: break;
      case Answer::Kind::close:
        // Earlier answers still leave, and what this one comes with; nothing later is looked at.
        output_.push(std::move(request.answer->response));
        reading_ended_ = true;
        finishing_ = true;
        pending_.clear();
        mailbox_->close();
        break;
    }
  }
}

void Connection::send_answers() {
  if (!waiting_for_file_) {
    const int64_t unsent = output_.size();
    const auto flushed = output_.flush(socket_.native_handle());
    if (!flushed) return close();
    if (output_.size() < unsent) last_traffic_ = environment_.clock.steady_now();
    if (*flushed == OutputQueue::Flushed::cold) {
      read_ahead();
    } else if (*flushed == OutputQueue::Flushed::socket_full) {
      wait_writable();
    }
  }
  close_if_finished();
  resume_reading();
}

void Connection::wait_writable() {
  if (std::exchange(waiting_writable_, true)) return;
  socket_.async_wait(asio::ip::tcp::socket::wait_write,
                     [self = shared_from_this()](const asio::error_code& failed) {
                       self->waiting_writable_ = false;
                       if (!failed && !self->is_closed_) self->send_answers();
                     });
}

void Connection::read_ahead() {
  waiting_for_file_ = true;
  environment_.read_ahead.load(output_.cold_slice(),
                               [weak = weak_from_this(), executor = socket_.get_executor()] {
                                 asio::post(executor, [weak] {
                                   const auto self = weak.lock();
                                   if (!self || self->is_closed_) return;
                                   self->waiting_for_file_ = false;
                                   self->output_.cold_slice_loaded();
                                   self->send_answers();
                                 });
                               });
}

void Connection::resume_reading() {
  if (is_closed_ || !paused_ || !may_take_request()) return;
  if (!held_ && !memory_allows()) return;
  paused_ = false;
  if (!held_) return wait_readable();
  // What is held does not make the socket readable.
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    if (!self->is_closed_) self->on_readable();
  });
}

void Connection::finish() {
  reading_ended_ = true;
  finishing_ = true;
  drop_input();
  accept_answers(mailbox_->take_and_rest());
  send_answers();
}

void Connection::drop_input() {
  frame_.reset();
  held_.reset();
  return_overdraft();
}

void Connection::close_if_finished() {
  if (is_closed_ || !reading_ended_ || !output_.empty()) return;
  const bool work_under_way = std::ranges::any_of(pending_, [this](const Pending& request) {
    return !request.answer && (!finishing_ || request.kind == RequestKind::work);
  });
  if (!work_under_way) close();
}

void Connection::close() {
  if (std::exchange(is_closed_, true)) return;
  mailbox_->close();
  drop_input();
  asio::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  std::exchange(closed_, nullptr)();
}

void Connection::check_times() {
  if (is_closed_) return;
  const SteadyTime now = environment_.clock.steady_now();
  const Limits& limits = environment_.limits;
  const auto quiet = now - last_traffic_;
  if (limits.idle_max.count() > 0 && quiet > limits.idle_max && pending_.empty()) return close();
  const bool holds_memory = frame_ || held_;
  if (holds_memory && environment_.budget->exhausted() && quiet > limits.stalled_frame_max) close();
}

void Connection::return_overdraft() {
  if (std::exchange(has_overdraft_, false)) environment_.budget->return_overdraft();
}

}  // namespace millrace::net
