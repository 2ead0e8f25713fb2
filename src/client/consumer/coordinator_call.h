// Requests to the coordinator of a group.
#pragma once

#include <string>
#include <utility>

#include "client/error.h"
#include "client/gateway.h"

namespace millrace::client {

/// Asks once, until the deadline. Where the coordinator turns out to be gone or another one, the
/// next request looks for it anew.
template <wire::Message Response, wire::Message Request>
Task<Result<Response>> ask_coordinator(Gateway& gateway, std::string group, Lane lane,
                                       Request request, SteadyTime deadline,
                                       VersionRange spoken = kSpoken<Request>) {
  auto finding =
      gateway.coordinator(CoordinatorKind::group, group, gateway.request_deadline(deadline), lane);
  auto link = co_await finding;
  if (!link) {
    gateway.forget_coordinator(CoordinatorKind::group, group);
    co_return std::move(link).error();
  }
  auto asking = exchange<Response>(gateway.driver(), *link, std::move(request), deadline, spoken);
  auto answered = co_await asking;
  const ErrorCode code = answered ? answered->response.error_code : ErrorCode::network_exception;
  if (code == ErrorCode::not_coordinator || code == ErrorCode::coordinator_not_available ||
      code == ErrorCode::network_exception) {
    gateway.forget_coordinator(CoordinatorKind::group, group);
  }
  if (!answered) co_return std::move(answered).error();
  co_return std::move(answered->response);
}

}  // namespace millrace::client
