// One member's connection to its coordinator: typed requests in their newest versions, one at a
// time.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <utility>
#include <variant>

#include "base/bytes.h"
#include "clients.h"
#include "wire/codec.h"
#include "wire/header.h"

namespace load {

class GroupLink {
 public:
  explicit GroupLink(asio::io_context& io) : socket_(io) {}

  asio::awaitable<void> connect(asio::ip::tcp::endpoint broker);

  /// Leaves the program where the broker closes the connection or answers what cannot be read.
  template <millrace::wire::Message Response, millrace::wire::Message Request>
  asio::awaitable<Response> ask(Request request) {
    constexpr int16_t kVersion = Request::kVersionMax;
    const millrace::wire::RequestHeader header{
        .api_version = kVersion, .correlation_id = ++correlation_id_, .client_id = "load"};
    auto frame = millrace::wire::request_frame(request, header);
    auto body = co_await exchange(std::move(frame));
    millrace::ByteReader in(body.view());
    constexpr bool kFlexible = millrace::wire::has_flexible_response_header<Response>(kVersion);
    if (!millrace::wire::decode_response_header(in, kFlexible)) die("an answer without a header");
    auto response = millrace::wire::decode<Response>(
        in, kVersion, std::make_shared<const millrace::SharedBytes>(body));
    if (!response) die("an answer that cannot be read");
    co_return *std::move(response);
  }

 private:
  asio::awaitable<millrace::SharedBytes> exchange(millrace::wire::EncodedMessage frame);

  asio::ip::tcp::socket socket_;
  int32_t correlation_id_ = 0;
};

}  // namespace load
