#include "client/consumer/mailbox.h"

#include <utility>

namespace millrace::client {

std::shared_ptr<Event> Mailbox::next_news() {
  auto news = std::make_shared<Event>();
  const std::lock_guard lock(mutex_);
  news_ = news;
  return news;
}

void Mailbox::tell() {
  std::shared_ptr<Event> news;
  {
    const std::lock_guard lock(mutex_);
    news = std::exchange(news_, nullptr);
  }
  if (news) news->set();
}

void Mailbox::wake_up() {
  {
    const std::lock_guard lock(mutex_);
    is_woken_ = true;
  }
  tell();
}

bool Mailbox::take_wakeup() {
  const std::lock_guard lock(mutex_);
  return std::exchange(is_woken_, false);
}

void Mailbox::push(Callback callback) {
  {
    const std::lock_guard lock(mutex_);
    callbacks_.push_back(std::move(callback));
  }
  tell();
}

std::vector<Mailbox::Callback> Mailbox::take_callbacks() {
  const std::lock_guard lock(mutex_);
  return std::exchange(callbacks_, {});
}

void Mailbox::push(std::shared_ptr<RebalanceCall> call) {
  {
    const std::lock_guard lock(mutex_);
    calls_.push_back(std::move(call));
  }
  tell();
}

std::shared_ptr<RebalanceCall> Mailbox::take_call() {
  const std::lock_guard lock(mutex_);
  if (calls_.empty()) return nullptr;
  auto first = std::move(calls_.front());
  calls_.pop_front();
  return first;
}

void Mailbox::drop_calls() {
  const std::lock_guard lock(mutex_);
  calls_.clear();
}

void Mailbox::fail(Error error) {
  {
    const std::lock_guard lock(mutex_);
    if (!is_closed()) failure_ = std::move(error);
  }
  tell();
}

void Mailbox::forget_failure() {
  const std::lock_guard lock(mutex_);
  if (!is_closed()) failure_.reset();
}

std::optional<Error> Mailbox::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

}  // namespace millrace::client
