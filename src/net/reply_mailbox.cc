#include "net/reply_mailbox.h"

#include <utility>

namespace millrace::net {

void ReplyMailbox::put(Answer answer) {
  const MutexLock lock(mutex_);
  if (closed_) return;
  answers_.push_back(std::move(answer));
  if (std::exchange(awake_, true)) return;
  wake_();
}

void ReplyMailbox::hold() {
  const MutexLock lock(mutex_);
  awake_ = true;
}

std::vector<Answer> ReplyMailbox::take() {
  const MutexLock lock(mutex_);
  return std::exchange(answers_, {});
}

std::vector<Answer> ReplyMailbox::take_and_rest() {
  const MutexLock lock(mutex_);
  awake_ = false;
  return std::exchange(answers_, {});
}

void ReplyMailbox::close() {
  std::vector<Answer> dropped;
  std::function<void()> wake;
  const MutexLock lock(mutex_);
  closed_ = true;
  dropped.swap(answers_);
  wake.swap(wake_);
}

}  // namespace millrace::net
