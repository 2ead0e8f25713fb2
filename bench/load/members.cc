// One group of many members: how long until everybody has a share after all joined at once, after
// one left, and after one came.
#include <unistd.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include "group_member.h"
#include "histogram.h"
#include "millrace/error_code.h"
#include "modes.h"
#include "report.h"
#include "wire/messages/find_coordinator.h"

namespace load {
namespace {

using namespace millrace;
using namespace std::chrono_literals;

constexpr int kRounds = 10;

asio::ip::tcp::endpoint endpoint_of(const std::string& broker) {
  const size_t colon = broker.rfind(':');
  if (colon == std::string::npos) die("-b wants HOST:PORT");
  return {asio::ip::make_address(broker.substr(0, colon)),
          static_cast<uint16_t>(std::stoi(broker.substr(colon + 1)))};
}

class Members {
 public:
  Members(asio::io_context& io, const Options& options)
      : io_(io),
        plan_{.group = options.topic + "-" + std::to_string(getpid()),
              .topic = options.topic,
              .partitions = options.partitions,
              .coordinator = endpoint_of(options.brokers)},
        make_(options.protocol == "classic" ? make_classic_member : make_consumer_member),
        count_(options.messages),
        standing_(options.partitions),
        settled_(io) {
    standing_.on_settled = [this] { settled_.cancel(); };
  }

  asio::awaitable<void> run(Report& report) {
    co_await wait_for_coordinator();
    int64_t began_ns = now_ns();
    for (int64_t i = 0; i < count_; ++i) add();
    co_await settle();
    report.add("form_ms", static_cast<double>(now_ns() - began_ns) / 1e6, 1);

    Histogram leaving, joining;
    for (int round = 0; round < kRounds; ++round) {
      began_ns = now_ns();
      members_.back()->leave();
      co_await settle();
      leaving.add(now_ns() - began_ns);
      began_ns = now_ns();
      add();
      co_await settle();
      joining.add(now_ns() - began_ns);
    }
    report.add("one_leaves_us", leaving);
    report.add("one_joins_us", joining);
    io_.stop();
  }

 private:
  // A broker may have to make its topic of offsets first.
  asio::awaitable<void> wait_for_coordinator() {
    GroupLink link(io_);
    co_await link.connect(plan_.coordinator);
    wire::FindCoordinatorRequest request{.coordinator_keys = {plan_.group}};
    for (;;) {
      const auto found = co_await link.ask<wire::FindCoordinatorResponse>(request);
      if (found.coordinators.at(0).error_code == ErrorCode::none) co_return;
      settled_.expires_after(100ms);
      co_await settled_.async_wait(asio::use_awaitable);
    }
  }

  void add() {
    members_.push_back(make_(io_, plan_, standing_));
    asio::co_spawn(io_, members_.back()->live(), rethrow);
  }

  static void rethrow(std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  }

  asio::awaitable<void> settle() {
    if (standing_.is_settled()) co_return;
    settled_.expires_at(asio::steady_timer::time_point::max());
    asio::error_code cancelled;
    co_await settled_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }

  asio::io_context& io_;
  const GroupPlan plan_;
  std::unique_ptr<GroupMember> (*const make_)(asio::io_context&, const GroupPlan&, Standing&);
  const int64_t count_;
  Standing standing_;
  asio::steady_timer settled_;
  std::vector<std::unique_ptr<GroupMember>> members_;  // those that left, too
};

}  // namespace

int run_members(const Options& options) {
  ensure_topic(options);
  asio::io_context io;
  Members members(io, options);
  Report report(options);
  std::exception_ptr failure;
  asio::co_spawn(io, members.run(report), [&](std::exception_ptr thrown) { failure = thrown; });
  try {
    io.run();
    if (failure) std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    die(error.what());
  }
  report.print();
  return 0;
}

}  // namespace load
