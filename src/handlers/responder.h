// Responder: the duty to answer one request.
#pragma once

#include <memory>
#include <utility>

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
