// Committer: brings a group's offsets to its coordinator, one commit after the other.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "client/consumer/group_calls.h"

namespace millrace::client {

/// Used inside the driver only. Commits are sent in the order in which they were added, each when
/// the one before is decided. Held by a shared_ptr, which its coroutine shares.
class Committer final : public std::enable_shared_from_this<Committer> {
 public:
  struct Commit {
    Offsets offsets;
    /// A refusal that passes is tried again until then; nothing: never.
    std::optional<SteadyTime> retry_until;
    /// Called once.
    std::function<void(const Result<void>&)> done;
  };
  /// Who commits now, or why nobody may.
  using Identify = std::function<Result<GroupIdentity>()>;
  /// Whether the member reads all these partitions, by what it was given.
  using Holds = std::function<bool(const Offsets&)>;
  /// Is told of each refusal that does not pass.
  using OnRefused = std::function<void(const Error&)>;

  Committer(std::shared_ptr<Gateway> gateway, Identify identify, Holds holds, OnRefused on_refused)
      : gateway_(std::move(gateway)),
        identify_(std::move(identify)),
        holds_(std::move(holds)),
        on_refused_(std::move(on_refused)) {}

  void add(Commit commit);
  /// Fails what waits and everything later, with `closed`.
  void close();

 private:
  using Self = std::shared_ptr<Committer>;

  static Task<void> run(Self self);
  static Task<Result<void>> send(Self self, Offsets offsets, std::optional<SteadyTime> retry_until);
  bool is_worth_repeating(const Error& error, const GroupIdentity& sent_as,
                          const Offsets& offsets) const;

  const std::shared_ptr<Gateway> gateway_;
  const Identify identify_;
  const Holds holds_;
  const OnRefused on_refused_;
  std::deque<Commit> waiting_;
  bool is_running_ = false;
  bool is_closed_ = false;
};

}  // namespace millrace::client
