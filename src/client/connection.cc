#include "client/connection.h"

#include <algorithm>
#include <array>
#include <asio/connect.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include "base/text.h"
#include "base/try.h"
#include "client/error.h"

namespace millrace::client {

using asio::ip::tcp;

/// The outcome of one asynchronous operation on a socket. Lives on the stack of the function that
/// waits: nobody gives up waiting without closing the socket and running the handler (settle).
struct Operation {
  bool done = false;
  asio::error_code error;

  auto completion() {
    return [this](asio::error_code result, auto&&...) {
      error = result;
      done = true;
    };
  }
};

struct Connection::Impl {
  explicit Impl(EventLoop& loop) : socket(loop.context()) {}

  void close() {
    asio::error_code ignored;
    socket.close(ignored);
  }

  tcp::socket socket;
};

namespace {

/// A buffer grows by at most this much ahead of the bytes that arrived.
constexpr size_t kGrowthBytes = size_t{1} << 20;

Result<tcp::resolver::results_type> resolve(EventLoop& loop, const Address& address,
                                            SteadyTime deadline, Signals signals) {
  asio::error_code not_numeric;
  const auto numeric = asio::ip::make_address(address.host, not_numeric);
  if (!not_numeric) {
    return tcp::resolver::results_type::create(tcp::endpoint(numeric, address.port), address.host,
                                               std::to_string(address.port));
  }
  struct Resolution {
    bool done = false;
    asio::error_code error;
    tcp::resolver::results_type found;
  };
  auto resolution = std::make_shared<Resolution>();
  tcp::resolver resolver(loop.context());
  resolver.async_resolve(address.host, std::to_string(address.port),
                         [resolution](asio::error_code error, tcp::resolver::results_type found) {
                           resolution->error = error;
                           resolution->found = std::move(found);
                           resolution->done = true;
                         });
  auto waited = loop.run_until(resolution->done, deadline, signals);
  if (!waited) return std::move(waited).error().with_context(cat("resolving ", address.host));
  if (resolution->error) {
    return client_error(
        ClientErrc::bad_address,
        cat("host name '", address.host, "' does not resolve: ", resolution->error.message(),
            "; check --bootstrap and the broker's advertised.listeners"));
  }
  return std::move(resolution->found);
}

}  // namespace

Connection::Connection(EventLoop& loop, Address address, std::unique_ptr<Impl> impl)
    : loop_(loop), address_(std::move(address)), impl_(std::move(impl)) {}

Connection::~Connection() { impl_->close(); }

void Connection::close() { impl_->close(); }

bool Connection::is_open() const { return impl_->socket.is_open(); }

Result<std::unique_ptr<Connection>> Connection::open(EventLoop& loop, Address address,
                                                     SteadyTime deadline, Signals signals) {
  MILL_TRY(auto endpoints, resolve(loop, address, deadline, signals));
  auto connection = std::unique_ptr<Connection>(
      new Connection(loop, std::move(address), std::make_unique<Impl>(loop)));
  Operation connected;
  auto& socket = connection->impl_->socket;
  asio::async_connect(socket, endpoints, connected.completion());
  const auto& peer = connection->address_;
  if (auto waited = loop.run_until(connected.done, deadline, signals); !waited) {
    connection->impl_->close();
    loop.settle(connected.done);
    return std::move(waited).error().with_context(cat("connecting to ", peer.to_string()));
  }
  if (connected.error) {
    return client_error(ClientErrc::unreachable,
                        cat("cannot connect to ", peer.to_string(), ": ", connected.error.message(),
                            "; is the broker running there?"));
  }
  asio::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  return connection;
}

Result<void> Connection::finish(const Operation& operation, SteadyTime deadline, Signals signals,
                                const char* doing) {
  if (auto waited = loop_.run_until(operation.done, deadline, signals); !waited) {
    impl_->close();
    loop_.settle(operation.done);
    return std::move(waited).error().with_context(cat(doing, ' ', address_.to_string()));
  }
  if (operation.error) {
    impl_->close();
    const auto why = operation.error == asio::error::eof ? std::string("the broker closed it")
                                                         : operation.error.message();
    return client_error(ClientErrc::disconnected,
                        cat("connection to ", address_.to_string(), " lost: ", why));
  }
  return {};
}

Result<void> Connection::send(ByteView frame, SteadyTime deadline, Signals signals) {
  Operation written;
  asio::async_write(impl_->socket, asio::const_buffer(frame.data(), frame.size()),
                    written.completion());
  return finish(written, deadline, signals, "sending to");
}

Result<void> Connection::read_exactly(std::byte* to, size_t count, SteadyTime deadline,
                                      Signals signals) {
  Operation read;
  asio::async_read(impl_->socket, asio::mutable_buffer(to, count), read.completion());
  return finish(read, deadline, signals, "waiting for");
}

Result<SharedBytes> Connection::receive(SteadyTime deadline, Signals signals) {
  std::array<std::byte, 4> prefix{};
  MILL_CHECK(read_exactly(prefix.data(), prefix.size(), deadline, signals));
  const auto claimed = load_be<int32_t>(prefix.data());
  if (claimed < 4 || static_cast<size_t>(claimed) > kResponseBytesMax) {
    impl_->close();
    return client_error(ClientErrc::malformed,
                        cat(address_.to_string(), " announced a response of ", claimed,
                            " bytes; is that a Kafka listener?"));
  }
  Bytes body;
  const auto size = static_cast<size_t>(claimed);
  while (body.size() < size) {
    const size_t at = body.size();
    body.resize(std::min(size, at + kGrowthBytes));
    MILL_CHECK(read_exactly(body.data() + at, body.size() - at, deadline, signals));
  }
  return SharedBytes(std::move(body));
}

}  // namespace millrace::client
