// Responder: the duty to answer one request.
#pragma once

#include <memory>
#include <utility>

#include "base/assert.h"
#include "handlers/dispatch.h"
#include "wire/header.h"

namespace millrace::handlers {

/// The untyped half: encodes are done by Responder<T>.
class ResponseSlot {
 public:
  ResponseSlot(int32_t correlation_id, int16_t version, AnswerCallback answer)
      : correlation_id_(correlation_id), version_(version), answer_(std::move(answer)) {}
  ResponseSlot(const ResponseSlot&) = delete;
  ResponseSlot& operator=(const ResponseSlot&) = delete;
  /// A request that nobody answered would hold up all later ones of its connection: close it.
  ~ResponseSlot() {
    if (answer_) answer_({.kind = Answer::Kind::close});
  }

  int32_t correlation_id() const { return correlation_id_; }
  int16_t version() const { return version_; }

  void finish(Answer answer) {
    MILL_ASSERT(answer_ != nullptr, "a request was answered twice");
    std::exchange(answer_, nullptr)(std::move(answer));
  }

 private:
  const int32_t correlation_id_;
  const int16_t version_;
  AnswerCallback answer_;
};

/// Answers with a message of type Response, once, from any thread. Copies share the one duty, so
/// that callbacks can hold it.
template <class Response>
class Responder {
 public:
  explicit Responder(std::shared_ptr<ResponseSlot> slot) : slot_(std::move(slot)) {}

  int16_t version() const { return slot_->version(); }

  void operator()(const Response& response) const {
    slot_->finish(
        {.kind = Answer::Kind::reply,
         .message = wire::response_frame(response, slot_->version(), slot_->correlation_id())});
  }
  void no_reply() const { slot_->finish({.kind = Answer::Kind::no_reply}); }
  void close() const { slot_->finish({.kind = Answer::Kind::close}); }

 private:
  std::shared_ptr<ResponseSlot> slot_;
};

}  // namespace millrace::handlers
