// One TCP connection that carries Kafka's frames: a size of four bytes, then that many bytes.
#pragma once

#include <memory>
#include <string>

#include "base/bytes.h"
#include "client/address.h"
#include "client/event_loop.h"
#include "millrace/clock.h"
#include "millrace/result.h"

namespace millrace::client {

struct Operation;

/// The largest response that is taken; a broker that claims more is not believed. Kafka's clients
/// ask for 50 MiB per fetch, and one batch may be larger than what was asked for.
inline constexpr size_t kResponseBytesMax = size_t{256} << 20;

/// Frames over TCP, one thread, blocking with a deadline. After any error the connection is closed
/// and every later call fails with `disconnected`: an answer that comes late cannot be taken for
/// the next one.
class Connection {
 public:
  /// Resolves and connects. Error: bad_address, unreachable, timed_out, interrupted.
  static Result<std::unique_ptr<Connection>> open(EventLoop& loop, Address address,
                                                  SteadyTime deadline, Signals signals);
  ~Connection();

  const Address& peer() const { return address_; }
  bool is_open() const;
  void close();

  /// Writes a whole frame, whose first four bytes are its size.
  Result<void> send(ByteView frame, SteadyTime deadline, Signals signals);
  /// Reads one frame and answers what follows its size.
  Result<SharedBytes> receive(SteadyTime deadline, Signals signals);

 private:
  struct Impl;
  Connection(EventLoop& loop, Address address, std::unique_ptr<Impl> impl);

  Result<void> read_exactly(std::byte* to, size_t count, SteadyTime deadline, Signals signals);
  Result<void> finish(const Operation& operation, SteadyTime deadline, Signals signals,
                      const char* doing);

  EventLoop& loop_;
  Address address_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::client
