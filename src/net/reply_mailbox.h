// Where answers wait, whichever thread gives them, until their connection's io thread takes them.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/mutex.h"
#include "io/chunks.h"

namespace millrace::net {

struct Answer {
  enum class Kind : uint8_t { response, none, close };

  uint64_t ticket = 0;
  Kind kind = Kind::none;
  /// Also leaves before the connection is closed; most often there is none then.
  io::Chunks response;
};

/// Shared by a connection and the Replies it handed out; outlives the connection while one of them
/// does. Safe from any thread; `wake` is called under the lock, at most once between two takes.
class ReplyMailbox {
 public:
  /// `wake` makes the io thread call take_and_rest soon.
  explicit ReplyMailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// Keeps the answer and wakes the io thread, unless it is awake or the connection has gone.
  void put(Answer answer);

  /// The io thread is awake and takes the answers by itself: no waking until it rests.
  void hold();
  /// All answers so far.
  std::vector<Answer> take();
  /// The same, and from now on the next answer wakes.
  std::vector<Answer> take_and_rest();

  /// The connection has gone: later answers are dropped and `wake` is never called again.
  void close();

 private:
  Mutex mutex_{LockRank::connection};
  std::function<void()> wake_ MILL_GUARDED_BY(mutex_);
  std::vector<Answer> answers_ MILL_GUARDED_BY(mutex_);
  bool awake_ MILL_GUARDED_BY(mutex_) = false;
  bool closed_ MILL_GUARDED_BY(mutex_) = false;
};

}  // namespace millrace::net
