// Reply: the right and the duty to answer one request.
#pragma once

#include <cstdint>
#include <memory>

#include "io/chunks.h"

namespace millrace::net {

class ReplyMailbox;

/// Move-only; used once, from any thread, with no lock held. Answers leave in the order of the
/// requests, whatever the order of the calls. After the connection has gone an answer is dropped.
/// A Reply destroyed unused closes its connection: no later answer could be told from the missing
/// one.
class Reply {
 public:
  Reply(std::shared_ptr<ReplyMailbox> mailbox, uint64_t ticket);
  Reply(Reply&& other) noexcept;
  Reply& operator=(Reply&& other) noexcept;
  ~Reply();

  /// The response with its length in front, as it goes to the socket.
  void send(io::Chunks response) &&;
  /// The request has no response (produce with acks=0).
  void send_nothing() &&;
  /// Closes the connection once the answers to earlier requests, and `last`, have left.
  void close_connection(io::Chunks last = {}) &&;

 private:
  std::shared_ptr<ReplyMailbox> mailbox_;
  uint64_t ticket_ = 0;
};

}  // namespace millrace::net
