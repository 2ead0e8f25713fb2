// Exchange: one request on its way to a broker and its answer on the way back.
//
// Typed at both ends and erased in between: a link over the network encodes and decodes, the
// in-process link hands the structs themselves over.
#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "client/api_ranges.h"
#include "client/error.h"
#include "wire/codec.h"
#include "wire/header.h"

namespace millrace::client {

/// Used inside the driver only. Answered exactly once: finish, or fail.
class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual int16_t api_key() const = 0;
  /// What this client speaks of the API; links agree with their broker on one of these.
  virtual VersionRange spoken() const = 0;
  /// False for Produce with acks=0: nothing comes back, the link finishes it when it is sent.
  virtual bool expects_answer() const { return true; }

  /// The whole frame of the request; it may refer to what the exchange holds.
  virtual wire::EncodedMessage encode(wire::RequestHeader header) const = 0;
  virtual bool has_flexible_response_header(int16_t version) const = 0;
  /// Reads the body of the answer, which shares `body`. False where it cannot be read; the exchange
  /// is then still to be failed.
  virtual bool finish_with(const SharedBytes& body, int16_t version) = 0;
  virtual void finish_without_answer() = 0;
  virtual void fail(Error error) = 0;
};

/// The version in which the answer came comes along: some fields exist from some version on.
template <class Response>
struct Answered {
  Response response;
  int16_t version = 0;
};

template <wire::Message Request, wire::Message Response>
class TypedExchange final : public Exchange {
 public:
  static_assert(Request::kApiKey == Response::kApiKey);

  TypedExchange(Request request, VersionRange spoken)
      : request_(std::move(request)), spoken_(spoken) {}

  int16_t api_key() const override { return Request::kApiKey; }
  VersionRange spoken() const override { return spoken_; }
  bool expects_answer() const override {
    if constexpr (requires { request_.acks; }) return request_.acks != 0;
    return true;
  }
  wire::EncodedMessage encode(wire::RequestHeader header) const override {
    return wire::request_frame(request_, std::move(header));
  }
  bool has_flexible_response_header(int16_t version) const override {
    return wire::has_flexible_response_header<Response>(version);
  }
  bool finish_with(const SharedBytes& body, int16_t version) override {
    ByteReader in(body.view());
    auto decoded = wire::decode<Response>(in, version, std::make_shared<const SharedBytes>(body));
    if (!decoded) return false;
    finish(Answered<Response>{.response = *std::move(decoded), .version = version});
    return true;
  }
  void finish_without_answer() override { finish(Answered<Response>{}); }
  void fail(Error error) override { finish(std::move(error)); }

  /// What the in-process link moves to the handler.
  Request& request() { return request_; }
  void finish(Result<Answered<Response>> result) {
    if (result_) return;
    result_.emplace(std::move(result));
    if (awaiting_) std::exchange(awaiting_, nullptr).resume();
  }

  // What makes it awaitable, once; the result is moved out.
  bool await_ready() const { return result_.has_value(); }
  void await_suspend(std::coroutine_handle<> awaiting) { awaiting_ = awaiting; }
  Result<Answered<Response>> await_resume() { return *std::move(result_); }

 private:
  Request request_;
  const VersionRange spoken_;
  std::optional<Result<Answered<Response>>> result_;
  std::coroutine_handle<> awaiting_;
};

}  // namespace millrace::client
