#include "net/reply.h"

#include <utility>

#include "net/reply_mailbox.h"

namespace millrace::net {

Reply::Reply(std::shared_ptr<ReplyMailbox> mailbox, uint64_t ticket)
    : mailbox_(std::move(mailbox)), ticket_(ticket) {}

Reply::Reply(Reply&& other) noexcept = default;

Reply& Reply::operator=(Reply&& other) noexcept {
  if (this == &other) return *this;
  if (mailbox_) std::move(*this).close_connection();
  mailbox_ = std::move(other.mailbox_);
  ticket_ = other.ticket_;
  return *this;
}

Reply::~Reply() {
  if (mailbox_) std::move(*this).close_connection();
}

void Reply::send(io::Chunks response) && {
  const auto mailbox = std::exchange(mailbox_, nullptr);
  mailbox->put(
      {.ticket = ticket_, .kind = Answer::Kind::response, .response = std::move(response)});
}

void Reply::send_nothing() && {
  const auto mailbox = std::exchange(mailbox_, nullptr);
  mailbox->put({.ticket = ticket_, .kind = Answer::Kind::none, .response = {}});
}

void Reply::close_connection(io::Chunks last) && {
  const auto mailbox = std::exchange(mailbox_, nullptr);
  mailbox->put({.ticket = ticket_, .kind = Answer::Kind::close, .response = std::move(last)});
}

}  // namespace millrace::net
