// PeerLog: a log of records inside a program, as each library keeps one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace embedded {

/// What a record survives once it is appended.
enum class Durability : uint8_t { page_cache, disk };

struct Taken {
  int64_t records = 0;
  int64_t bytes = 0;
};

/// From the log's first record on. One thread's; not longer than its log.
class PeerReader {
 public:
  virtual ~PeerReader() = default;
  /// What follows what was taken before, as much as the library likes to give at once; perhaps
  /// nothing.
  virtual Taken take() = 0;
  /// The same, asleep until there is something, for a second at most. Only of a peer whose readers
  /// sleep.
  virtual Taken wait_and_take() { return take(); }
};

/// Closed by its end. Every failure ends the program.
class PeerLog {
 public:
  virtual ~PeerLog() = default;
  /// As one batch, where the library has such a thing.
  virtual void append(std::span<const std::string_view> values) = 0;
  /// Until all that was appended is as durable as was asked for; nothing to do where append waits.
  virtual void settle() {}
  virtual std::unique_ptr<PeerReader> reader() = 0;
};

struct Peer {
  /// `place` is the directory, or the topic where the log is somebody else's.
  std::function<std::unique_ptr<PeerLog>(const std::string& place, Durability)> open;
  bool readers_sleep = false;
  /// It has a disk.
  bool syncs = true;
  /// It is the library that opens the log.
  bool opens = true;
};

Peer millrace_peer();
Peer sqlite_peer();
Peer rocksdb_peer();
/// librdkafka's mock cluster, in this process.
Peer mock_cluster_peer();
/// A broker, by librdkafka.
Peer broker_peer(const std::string& bootstrap);

[[noreturn]] void die(const std::string& what);

}  // namespace embedded
