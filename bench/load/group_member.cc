#include "group_member.h"

#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

namespace load {

GroupMember::GroupMember(asio::io_context& io, const GroupPlan& plan, Standing& standing)
    : plan_(plan), link_(io), standing_(standing), timer_(io) {
  standing_.expect_one_more();
}

asio::awaitable<void> GroupMember::live() {
  co_await link_.connect(plan_.coordinator);
  co_await keep_place();
  co_await give_up_place();
}

void GroupMember::leave() {
  leaving_ = true;
  standing_.expect_one_less();
  stand({});
  timer_.cancel();
}

asio::awaitable<void> GroupMember::pause(std::chrono::milliseconds time) {
  if (leaving_) co_return;
  timer_.expires_after(time);
  asio::error_code cancelled;
  co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

void GroupMember::stand(Standing::Place place) {
  if (leaving_) place = {};
  const auto before = place_;
  place_ = place;
  standing_.move(before, place);
}

}  // namespace load
