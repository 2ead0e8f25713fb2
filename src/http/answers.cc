#include "http/answers.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"

namespace millrace::http {
namespace {

/// Held by every copy of one Respond.
class Ticket {
 public:
  Ticket(std::shared_ptr<Answers> answers, ExchangeId exchange)
      : answers_(std::move(answers)), exchange_(exchange) {}
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  /// The answers, for the first who asks.
  std::shared_ptr<Answers> use() { return used_.exchange(true) ? nullptr : std::move(answers_); }
  ExchangeId exchange() const { return exchange_; }

 private:
  std::shared_ptr<Answers> answers_;
  const ExchangeId exchange_;
  std::atomic<bool> used_ = false;
};

}  // namespace

std::shared_ptr<Answers> Answers::create() {
  const int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  return fd < 0 ? nullptr : std::make_shared<Answers>(fd);
}

Answers::~Answers() { ::close(event_fd_); }

Respond Answers::respond_to(const std::shared_ptr<Answers>& answers, ExchangeId exchange) {
  const auto leave = [](Ticket& ticket, Response response) {
    if (const auto used = ticket.use()) used->leave(ticket.exchange(), std::move(response));
  };
  const auto ticket = std::shared_ptr<Ticket>(new Ticket(answers, exchange), [leave](Ticket* last) {
    leave(*last,
          {.status = 500, .content_type = "text/plain", .body = "not answered\n", .headers = {}});
    delete last;
  });
  return [leave, ticket](Response response) { leave(*ticket, std::move(response)); };
}

void Answers::leave(ExchangeId exchange, Response response) {
  {
    const MutexLock lock(mutex_);
    if (closed_) return;
    left_.push_back({exchange, std::move(response)});
    if (left_.size() > 1) return;
  }
  if (taker_.load() != std::this_thread::get_id()) wake();
}

void Answers::wake() {
  const uint64_t one = 1;
  if (write(event_fd_, &one, sizeof one) < 0) log::debug("the http thread is awake already");
}

std::vector<Answers::Answer> Answers::take() {
  uint64_t woken = 0;
  if (read(event_fd_, &woken, sizeof woken) < 0) woken = 0;
  const MutexLock lock(mutex_);
  return std::exchange(left_, {});
}

void Answers::close() {
  std::vector<Answer> dropped;  // a response's memory is not freed under the lock
  const MutexLock lock(mutex_);
  closed_ = true;
  dropped.swap(left_);
}

}  // namespace millrace::http
