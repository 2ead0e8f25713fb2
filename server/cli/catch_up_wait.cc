#include "cli/catch_up_wait.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "client/error.h"

namespace millrace::server {
namespace {

/// A look near the end of the time may take longer than that: cut short, it would tell nothing.
constexpr milliseconds kLeastForALook{2'000};

/// One wait under way.
class Waiting {
 public:
  explicit Waiting(const CatchUpWait& wait)
      : wait_(wait), begun_(wait.now()), deadline_(begun_ + wait.timeout) {}

  Result<CatchUpOutcome> run() {
    for (;;) {
      std::optional<Error> trouble;
      const auto end = look();
      if (!end) {
        if (!passes(end.error())) return when_refused(end.error());
        trouble = end.error();
      } else if (*end) {
        return finish(**end);
      }
      if (wait_.now() >= deadline_) return when_over(trouble);
      wait_.pause(std::min(wait_.interval, left()));
    }
  }

 private:
  milliseconds left() const {
    return std::chrono::ceil<milliseconds>(deadline_ - std::min(wait_.now(), deadline_));
  }

  /// Nothing where it is not over.
  Result<std::optional<CatchUpEnd>> look() {
    auto admin = wait_.reach(std::max(left(), kLeastForALook));
    is_reached_ = admin.has_value();
    if (!admin) return std::move(admin).error();
    if (!goal_) {
      MILL_TRY(goal_, set_goal(*admin, wait_.wish));
    }
    MILL_TRY(const auto lag, admin->group_lag(goal_->group, {.isolation = goal_->isolation,
                                                             .topics = goal_->topics(),
                                                             .retention = false}));
    state_ = assess(*goal_, lag);
    if (wait_.show) wait_.show(*goal_, state_);
    if (!state_.gone.empty()) return std::optional(CatchUpEnd::gone);
    if (state_.missing.empty()) return std::optional(CatchUpEnd::caught_up);
    return std::optional<CatchUpEnd>();
  }

  bool passes(const Error& error) const {
    // A name that was known once may be unknown for a while.
    if (!is_reached_ && goal_) return true;
    if (error.is(ErrorCode::rebalance_in_progress)) return true;
    // Kafka calls a missing topic retriable, since it may only be coming.
    return client::worth_retrying(error) && !error.is(ErrorCode::unknown_topic_or_partition);
  }

  Result<CatchUpOutcome> when_refused(const Error& error) {
    const bool is_gone = goal_ && (error.is(ErrorCode::unknown_topic_or_partition) ||
                                   error.is(ErrorCode::group_id_not_found));
    if (!is_gone) return error;
    return finish(CatchUpEnd::gone, error.to_string());
  }

  Result<CatchUpOutcome> when_over(const std::optional<Error>& trouble) {
    if (!trouble) return finish(CatchUpEnd::timed_out);
    // A broker that answered is there, though it may have said "not now".
    if (!trouble->kafka_code()) return *trouble;
    return finish(CatchUpEnd::timed_out, trouble->to_string());
  }

  CatchUpOutcome finish(CatchUpEnd end, std::string trouble = {}) {
    return {.end = end,
            .goal = std::move(goal_),
            .state = std::move(state_),
            .trouble = std::move(trouble),
            .waited = std::chrono::floor<milliseconds>(wait_.now() - begun_)};
  }

  const CatchUpWait& wait_;
  const SteadyTime begun_;
  const SteadyTime deadline_;
  bool is_reached_ = false;
  std::optional<CatchUpGoal> goal_;
  CatchUpState state_;
};

}  // namespace

Result<CatchUpOutcome> wait_until_caught_up(const CatchUpWait& wait) { return Waiting(wait).run(); }

}  // namespace millrace::server
