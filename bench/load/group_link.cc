#include "group_link.h"

#include <array>
#include <asio/buffer.hpp>
#include <asio/read.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

namespace load {
namespace {

constexpr int32_t kAnswerBytesMax = 64 << 20;

}  // namespace

// What fails here throws, and ends the program: a broker that closes connections is not measured.
asio::awaitable<void> GroupLink::connect(asio::ip::tcp::endpoint broker) {
  co_await socket_.async_connect(broker, asio::use_awaitable);
  socket_.set_option(asio::ip::tcp::no_delay(true));
}

asio::awaitable<millrace::SharedBytes> GroupLink::exchange(millrace::wire::EncodedMessage frame) {
  for (const auto& chunk : frame.chunks) {
    const auto& bytes = std::get<millrace::SharedBytes>(chunk);
    const auto buffer = asio::buffer(bytes.view().data(), bytes.size());
    co_await asio::async_write(socket_, buffer, asio::use_awaitable);
  }
  std::array<std::byte, 4> head{};
  const auto head_buffer = asio::buffer(head);
  co_await asio::async_read(socket_, head_buffer, asio::use_awaitable);
  const auto size = millrace::ByteReader(head).read<int32_t>();
  if (size < 0 || size > kAnswerBytesMax) die("an answer of impossible size");
  millrace::Bytes body(static_cast<size_t>(size));
  const auto body_buffer = asio::buffer(body);
  co_await asio::async_read(socket_, body_buffer, asio::use_awaitable);
  co_return millrace::SharedBytes(std::move(body));
}

}  // namespace load
