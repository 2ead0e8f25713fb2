// Responder: the duty to answer one request.
#pragma once

#include <memory>
#include <utility>

#include "base/assert.h"
#include "handlers/dispatch.h"
#include "wire/header.h"

namespace millrace::handlers {

/// Where the answer of one request goes: to the wire, or as it is to a client in this process.
/// Answered once, from any thread; one that is destroyed without an answer closes its connection,
/// since a later answer would be taken for the missing one.
template <class Response>
class AnswerSlot {
 public:
  explicit AnswerSlot(int16_t version) : version_(version) {}
  AnswerSlot(const AnswerSlot&) = delete;
  AnswerSlot& operator=(const AnswerSlot&) = delete;
  virtual ~AnswerSlot() = default;

  int16_t version() const { return version_; }

  virtual void reply(const Response& response) = 0;
  virtual void reply(Response&& response) { reply(std::as_const(response)); }
  virtual void no_reply() = 0;
  virtual void close() = 0;
  /// Closes the connection behind half of the answer, where answers are bytes.
  virtual void half_reply(const Response& /*response*/) { close(); }

 private:
  const int16_t version_;
};

/// What is needed to answer over the wire.
struct WireReturn {
  int32_t correlation_id = 0;
  int16_t version = 0;
  AnswerCallback answer;
};

template <class Response>
class WireSlot final : public AnswerSlot<Response> {
 public:
  explicit WireSlot(WireReturn to) : AnswerSlot<Response>(to.version), to_(std::move(to)) {}
  ~WireSlot() override {
    if (to_.answer) to_.answer({.kind = Answer::Kind::close});
  }

  void reply(const Response& response) override {
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
    std::exchange(to_.answer, nullptr)(std::move(answer));
  }

  WireReturn to_;
};

/// Answers with a message of type Response, once, from any thread. Copies share the one duty, so
/// that callbacks can hold it.
template <class Response>
class Responder {
 public:
  explicit Responder(std::shared_ptr<AnswerSlot<Response>> slot) : slot_(std::move(slot)) {}

  int16_t version() const { return slot_->version(); }

  void operator()(const Response& response) const { slot_->reply(response); }
  void operator()(Response&& response) const { slot_->reply(std::move(response)); }
  void no_reply() const { slot_->no_reply(); }
  void close() const { slot_->close(); }
  void half(const Response& response) const { slot_->half_reply(response); }

 private:
  std::shared_ptr<AnswerSlot<Response>> slot_;
};

}  // namespace millrace::handlers
