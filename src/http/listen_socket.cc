#include "http/listen_socket.h"

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <string>

#include "base/text.h"

namespace millrace::http {
namespace {

using asio::ip::tcp;

Error listen_error(const net::Endpoint& endpoint, const asio::error_code& failed) {
  return {std::error_code(failed.value(), std::generic_category()),
          cat("cannot listen on ", endpoint.to_string(), ": ", failed.message(),
              "; give another address or port, or end the program that holds it")};
}

}  // namespace

Result<ListenSocket> listen_on(const net::Endpoint& endpoint) {
  asio::io_context context;
  asio::error_code failed;
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(endpoint.host, std::to_string(endpoint.port),
                                      tcp::resolver::passive, failed);
  if (failed || found.empty()) return listen_error(endpoint, failed);
  const auto v4 = std::find_if(found.begin(), found.end(), [](const auto& entry) {
    return entry.endpoint().address().is_v4();
  });
  const tcp::endpoint address = (v4 == found.end() ? found.begin() : v4)->endpoint();
  tcp::acceptor acceptor(context);
  acceptor.open(address.protocol(), failed);
  if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor.bind(address, failed);
  if (!failed) acceptor.listen(tcp::acceptor::max_listen_connections, failed);
  if (!failed) acceptor.native_non_blocking(true, failed);
  if (failed) return listen_error(endpoint, failed);
  ListenSocket socket{.fd = -1, .bound = endpoint};
  socket.bound.port = acceptor.local_endpoint(failed).port();
  socket.fd = acceptor.release(failed);
  if (failed) return listen_error(endpoint, failed);
  return socket;
}

}  // namespace millrace::http
