// Link: the way to one broker, over the network or inside the process.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/address.h"
#include "client/driver.h"
#include "client/exchange.h"
#include "client/task.h"

namespace millrace::client {

/// Used inside the driver only. Requests reach the broker in the order of submit. Over the network
/// answers come in that order too, so what waits at the broker (Fetch, JoinGroup) needs a link of
/// its own.
class Link {
 public:
  virtual ~Link() = default;

  virtual bool is_open() const = 0;
  /// Fails what is under way, now, and refuses everything from now on, with `why`.
  virtual void close(Error why) = 0;
  /// Never fails by itself: the exchange does.
  virtual void submit(std::shared_ptr<Exchange> exchange) = 0;
  /// What the broker serves; links agree on the highest version both sides speak.
  virtual const ApiRanges& ranges() const = 0;
  /// For error messages: "host:port", or "the embedded broker".
  virtual const std::string& peer() const = 0;
};

using LinkPtr = std::shared_ptr<Link>;

/// Sends the request and waits for its answer until the deadline; then the link is closed, since
/// whatever comes behind an answer that is missing waits as well. `timed_out` and `disconnected`
/// leave it open whether the broker did what was asked.
template <wire::Message Response, wire::Message Request>
Task<Result<Answered<Response>>> exchange(Driver& driver, LinkPtr link, Request request,
                                          SteadyTime deadline,
                                          VersionRange spoken = kSpoken<Request>) {
  auto pending = std::make_shared<TypedExchange<Request, Response>>(std::move(request), spoken);
  const std::weak_ptr<Exchange> weak = pending;
  const TimerId timer = driver.schedule(deadline, [weak, link] {
    if (weak.expired()) return;
    link->close(client_error(ClientErrc::timed_out, link->peer() + " did not answer in time"));
  });
  link->submit(pending);
  auto& awaitable = *pending;
  auto result = co_await awaitable;
  driver.cancel(timer);
  co_return result;
}

/// The same where the version does not matter.
template <wire::Message Response, wire::Message Request>
Task<Result<Response>> call(Driver& driver, LinkPtr link, Request request, SteadyTime deadline) {
  auto task = exchange<Response>(driver, std::move(link), std::move(request), deadline);
  auto answered = co_await task;
  if (!answered) co_return std::move(answered).error();
  co_return std::move(answered->response);
}

/// Where links come from.
class LinkFactory {
 public:
  virtual ~LinkFactory() = default;
  /// Connects and agrees on versions. bad_address, unreachable, timed_out, unsupported, malformed.
  virtual Task<Result<LinkPtr>> connect(Address address, SteadyTime deadline) = 0;
  /// Where to begin; never empty.
  virtual const std::vector<Address>& bootstrap() const = 0;
};

}  // namespace millrace::client
