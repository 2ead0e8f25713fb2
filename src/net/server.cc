#include "net/server.h"

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "base/named_thread.h"
#include "base/text.h"
#include "net/connection.h"

namespace millrace::net {

namespace {

using asio::ip::tcp;

constexpr std::chrono::seconds kTimesCheckedEvery{1};
constexpr Milliseconds kAcceptAgainAfter{100};

Error listen_error(const Endpoint& endpoint, const asio::error_code& failed) {
  return {std::error_code(failed.value(), std::generic_category()),
          cat("cannot listen on ", endpoint.to_string(), ": ", failed.message(),
              "; give another address or port, or end the program that holds it")};
}

/// An IPv4 peer of a socket for both is told as IPv4.
std::string text_of(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

}  // namespace

struct Server::State {
  /// One event loop with the connections it serves; all but `context` belongs to its thread.
  struct IoThread {
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    asio::steady_timer timer{context};
    std::unordered_map<uint64_t, std::shared_ptr<Connection>> connections;
    std::thread thread;
  };
  struct Listener {
    tcp::acceptor acceptor;
    asio::steady_timer again;
    /// Given as a name, which is what clients are told.
    std::string host_name;
  };

  State(ServerOptions opts, RequestDispatcher& dispatcher)
      : options(std::move(opts)),
        budget(std::make_shared<RequestBudget>(options.limits.request_bytes_max)),
        environment{dispatcher, options.limits, budget, read_ahead, *options.clock} {
    for (size_t i = 0; i < options.io_threads; ++i) {
      threads.push_back(std::make_unique<IoThread>());
    }
  }

  void accept(Listener& listener);
  void accepted(Listener& listener, tcp::socket socket, IoThread& thread);
  void check_times(IoThread& thread);
  void removed(IoThread& thread, uint64_t id);

  const ServerOptions options;
  const std::shared_ptr<RequestBudget> budget;
  ReadAhead read_ahead;
  const ConnectionEnvironment environment;
  std::vector<std::unique_ptr<IoThread>> threads;
  /// Run on the first thread.
  std::vector<std::unique_ptr<Listener>> listeners;
  size_t next_thread = 0;
  std::atomic<uint64_t> last_id = 0;
  std::atomic<size_t> connection_count = 0;
  std::atomic<bool> stopping = false;
  bool running = false;

  std::mutex all_gone_mutex;
  std::condition_variable all_gone;
};

Server::Server(ServerOptions options, RequestDispatcher& dispatcher)
    : state_(std::make_unique<State>(std::move(options), dispatcher)) {}

Server::~Server() { stop(Milliseconds(0)); }

Result<Endpoint> Server::listen(const Endpoint& endpoint) {
  auto& context = state_->threads.front()->context;
  asio::error_code failed;
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(endpoint.host, std::to_string(endpoint.port),
                                      tcp::resolver::passive, failed);
  if (failed) return listen_error(endpoint, failed);
  Endpoint bound = endpoint;
  std::optional<Error> first_failure;
  const size_t listening_before = state_->listeners.size();
  // A name may stand for several addresses, localhost for 127.0.0.1 and ::1: any of them will do,
  // and all have the same port.
  for (const auto& entry : found) {
    tcp::endpoint address = entry.endpoint();
    address.port(bound.port);
    tcp::acceptor acceptor(context);
    acceptor.open(address.protocol(), failed);
    if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
    if (!failed) acceptor.bind(address, failed);
    if (!failed) acceptor.listen(tcp::acceptor::max_listen_connections, failed);
    if (failed) {
      if (!first_failure) first_failure = listen_error(endpoint, failed);
      continue;
    }
    bound.port = acceptor.local_endpoint().port();
    state_->listeners.push_back(std::make_unique<State::Listener>(
        State::Listener{.acceptor = std::move(acceptor),
                        .again = asio::steady_timer(context),
                        .host_name = endpoint.is_address() ? "" : endpoint.host}));
  }
  // A port that somebody else holds on one of the addresses would be answered by him.
  auto& listeners = state_->listeners;
  const auto added = listeners.begin() + static_cast<ptrdiff_t>(listening_before);
  const bool listens = added != listeners.end();
  if (first_failure && (!listens || first_failure->code() == std::errc::address_in_use)) {
    listeners.erase(added, listeners.end());
    return *std::move(first_failure);
  }
  if (state_->running) {
    for (auto each = added; each != listeners.end(); ++each) {
      asio::post(context, [state = state_.get(), listener = each->get()] {
        if (!state->stopping) state->accept(*listener);
      });
    }
  }
  return bound;
}

void Server::start() {
  state_->running = true;
  for (auto& listener : state_->listeners) state_->accept(*listener);
  for (auto& thread : state_->threads) {
    state_->check_times(*thread);
    thread->thread = named_thread("mill-io", [&context = thread->context] { context.run(); });
  }
}

void Server::State::accept(Listener& listener) {
  if (connection_count >= options.limits.connections_max) {
    // Full: those who come wait in the kernel's queue.
    listener.again.expires_after(kAcceptAgainAfter);
    listener.again.async_wait([this, &listener](const asio::error_code& failed) {
      if (!failed && !stopping) accept(listener);
    });
    return;
  }
  IoThread& thread = *threads[next_thread++ % threads.size()];
  listener.acceptor.async_accept(
      thread.context,
      [this, &listener, &thread](const asio::error_code& failed, tcp::socket socket) {
        if (stopping) return;
        if (!failed) {
          accepted(listener, std::move(socket), thread);
          return accept(listener);
        }
        if (failed == asio::error::operation_aborted) return;
        // Mostly out of descriptors: some will be free soon.
        log::warn("accepting a connection failed: ", failed.message());
        listener.again.expires_after(kAcceptAgainAfter);
        listener.again.async_wait([this, &listener](const asio::error_code& gone) {
          if (!gone && !stopping) accept(listener);
        });
      });
}

void Server::State::accepted(Listener& listener, tcp::socket socket, IoThread& thread) {
  asio::error_code failed;
  const tcp::endpoint peer = socket.remote_endpoint(failed);
  if (failed) return;  // gone already
  const tcp::endpoint local = socket.local_endpoint(failed);
  if (failed) return;
  socket.set_option(tcp::no_delay(true), failed);
  socket.non_blocking(true, failed);
  if (failed) return;
  const uint64_t id = ++last_id;
  const ConnectionInfo info{
      .id = id,
      .peer_host = text_of(peer.address()),
      .peer_port = peer.port(),
      .local_host = listener.host_name.empty() ? text_of(local.address()) : listener.host_name,
      .local_port = local.port()};
  ++connection_count;
  auto connection = std::make_shared<Connection>(std::move(socket), info, environment,
                                                 [this, &thread, id] { removed(thread, id); });
  asio::post(thread.context, [this, &thread, id, connection = std::move(connection)] {
    thread.connections.emplace(id, connection);
    connection->start();
    if (stopping) connection->close();
  });
}

void Server::State::removed(IoThread& thread, uint64_t id) {
  // Later: the connection is in the middle of one of its functions.
  asio::post(thread.context, [this, &thread, id] {
    thread.connections.erase(id);
    if (--connection_count > 0) return;
    const std::lock_guard lock(all_gone_mutex);
    all_gone.notify_all();
  });
}

void Server::State::check_times(IoThread& thread) {
  thread.timer.expires_after(kTimesCheckedEvery);
  thread.timer.async_wait([this, &thread](const asio::error_code& failed) {
    if (failed || stopping) return;
    for (const auto& [id, connection] : thread.connections) connection->check_times();
    check_times(thread);
  });
}

void Server::stop(Milliseconds grace) {
  if (!std::exchange(state_->running, false)) return;
  State& state = *state_;
  state.stopping = true;
  asio::post(state.threads.front()->context, [&state] {
    for (auto& listener : state.listeners) {
      asio::error_code ignored;
      listener->acceptor.close(ignored);
      listener->again.cancel();
    }
  });
  for (auto& thread : state.threads) {
    asio::post(thread->context, [&thread = *thread] {
      for (const auto& [id, connection] : thread.connections) connection->finish();
    });
  }
  {
    std::unique_lock lock(state.all_gone_mutex);
    state.all_gone.wait_for(lock, grace, [&state] { return state.connection_count == 0; });
  }
  for (auto& thread : state.threads) {
    asio::post(thread->context, [&thread = *thread] {
      for (const auto& [id, connection] : thread.connections) connection->close();
      thread.timer.cancel();
      thread.work.reset();
    });
  }
  for (auto& thread : state.threads) thread->thread.join();
  state.read_ahead.stop();
  state.budget->forget_waiting();
  for (auto& thread : state.threads) thread->connections.clear();
  state.listeners.clear();
}

size_t Server::connection_count() const { return state_->connection_count; }

uint64_t Server::accepted_count() const { return state_->last_id; }

int64_t Server::request_bytes() const { return state_->budget->used(); }

}  // namespace millrace::net
