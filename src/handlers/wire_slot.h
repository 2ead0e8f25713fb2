// WireSlot: where the answer to a frame goes.
#pragma once

#include <cstdint>
#include <utility>

#include "base/assert.h"
#include "handlers/dispatch.h"
#include "handlers/request_metrics.h"
#include "handlers/responder.h"
#include "wire/header.h"

namespace millrace::handlers {

/// What is needed to answer over the wire.
struct WireReturn {
  int32_t correlation_id = 0;
  int16_t version = 0;
  AnswerCallback answer;
  RequestMeter meter = {};
};

template <class Response>
class WireSlot final : public AnswerSlot<Response> {
 public:
  explicit WireSlot(WireReturn to) : AnswerSlot<Response>(to.version), to_(std::move(to)) {}
  ~WireSlot() override {
    if (to_.answer) to_.answer({.kind = Answer::Kind::close});
  }

  void reply(const Response& response) override {
    to_.meter.add_errors(response);
    finish({.kind = Answer::Kind::reply,
            .message = wire::response_frame(response, to_.version, to_.correlation_id)});
  }
  void no_reply() override { finish({.kind = Answer::Kind::no_reply}); }
  void close() override { finish({.kind = Answer::Kind::close}); }
  void half_reply(const Response& response) override {
    auto message = wire::response_frame(response, to_.version, to_.correlation_id);
    const size_t half = message.size() / 2;
    message.chunks = io::first_bytes(std::move(message.chunks), half);
    finish({.kind = Answer::Kind::close, .message = std::move(message)});
  }

 private:
  void finish(Answer answer) {
    MILL_ASSERT(to_.answer != nullptr, "a request was answered twice");
    to_.meter.end(answer.message.size());
    std::exchange(to_.answer, nullptr)(std::move(answer));
  }

  WireReturn to_;
};

}  // namespace millrace::handlers
