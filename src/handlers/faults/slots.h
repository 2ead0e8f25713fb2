// Slots in front of a request's own one: answers that get lost, or to which errors are added.
#pragma once

#include <utility>
#include <vector>

#include "handlers/responder.h"
#include "millrace/faults.h"
#include "wire/error_places.h"

namespace millrace::handlers {

/// Closes the connection in place of the answer, or behind a half of it.
template <class Response>
class LosingSlot final : public AnswerSlot<Response> {
 public:
  LosingSlot(Responder<Response> to, testing::RequestFault::Then then)
      : AnswerSlot<Response>(to.version()), to_(std::move(to)), then_(then) {}

  void reply(const Response& response) override {
    then_ == testing::RequestFault::Then::half_reply ? to_.half(response) : to_.close();
  }
  void no_reply() override { to_.close(); }
  void close() override { to_.close(); }

 private:
  const Responder<Response> to_;
  const testing::RequestFault::Then then_;
};

/// What is answered in the error's name.
struct Refusal {
  ErrorCode error = ErrorCode::none;
  wire::ErrorPlace place = wire::ErrorPlace::innermost;
  std::vector<wire::Entry> entries;

  template <class Response>
  void add_to(Response& response, int16_t version) const {
    for (const wire::Entry& entry : entries) {
      wire::put_error(response, version, entry, error, place);
    }
  }
};

/// Adds what was refused to the answer for the rest of the request.
template <class Response>
class RefusingSlot final : public AnswerSlot<Response> {
 public:
  RefusingSlot(Responder<Response> to, Refusal refusal)
      : AnswerSlot<Response>(to.version()), to_(std::move(to)), refusal_(std::move(refusal)) {}

  void reply(const Response& response) override { reply(Response(response)); }
  void reply(Response&& response) override {
    refusal_.add_to(response, this->version());
    to_(std::move(response));
  }
  /// An error of who waits for no answer is told by the end of the connection.
  void no_reply() override { to_.close(); }
  void close() override { to_.close(); }

 private:
  const Responder<Response> to_;
  const Refusal refusal_;
};

}  // namespace millrace::handlers
