#include "http/server.h"

#include <microhttpd.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/named_thread.h"
#include "base/try.h"
#include "http/answers.h"
#include "http/exchange.h"
#include "http/listen_socket.h"

namespace millrace::http {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// A connection's own memory beyond the headers that are allowed: how they were taken apart, what
/// is read of a body at once, the headers of the answer.
constexpr size_t kConnectionBytesMore = size_t{32} << 10;

/// libmicrohttpd is driven by one thread of ours, not by its own: the thread has its name, only it
/// calls the library, and answers of other threads wait in Answers until it takes them.
class MhdServer final : public Server {
 public:
  MhdServer(net::Endpoint bound, Handler handler, const Limits& limits,
            std::shared_ptr<Answers> answers)
      : bound_(std::move(bound)),
        limits_(limits),
        handler_(std::move(handler)),
        answers_(std::move(answers)) {}
  ~MhdServer() override { stop(std::chrono::milliseconds(0)); }

  Result<void> start(int listen_fd);
  const net::Endpoint& bound() const override { return bound_; }
  void stop(std::chrono::milliseconds grace) override;

 private:
  static void* on_line(void* server, const char* target, MHD_Connection*);
  static MHD_Result on_request(void* server, MHD_Connection* connection, const char* url,
                               const char* method, const char* version, const char* data,
                               size_t* data_size, void** exchange);
  static void on_end(void* server, MHD_Connection*, void** exchange, MHD_RequestTerminationCode);
  static void on_connection(void* server, MHD_Connection*, void**, MHD_ConnectionNotificationCode);
  static size_t leave_escaped(void*, MHD_Connection*, char* text);

  bool proceed(Exchange& exchange, MHD_Connection* connection, const char* method,
               std::string_view data);
  void run();
  void wait();
  void take_answers();
  bool finished();
  void end();

  const net::Endpoint bound_;
  const Limits limits_;
  const Handler handler_;
  const std::shared_ptr<Answers> answers_;
  MHD_Daemon* daemon_ = nullptr;
  std::thread thread_;
  std::mutex stop_mutex_;
  std::atomic<bool> stopping_ = false;
  SteadyClock::time_point deadline_;  // written before stopping_ is

  // The thread's.
  int epoll_fd_ = -1;
  bool quiet_ = false;
  /// The library has something to do that it does not count among its timeouts.
  bool run_again_ = false;
  size_t memory_used_ = 0;
  ExchangeId last_id_ = 0;
  std::unordered_map<ExchangeId, std::unique_ptr<Exchange>> exchanges_;
};

Result<void> MhdServer::start(int listen_fd) {
  // clang-format off
  daemon_ = MHD_start_daemon(
      MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr, &on_request, this,
      MHD_OPTION_LISTEN_SOCKET, listen_fd,
      MHD_OPTION_CONNECTION_LIMIT, limits_.connections_max,
      MHD_OPTION_CONNECTION_TIMEOUT, static_cast<unsigned>(limits_.idle_max.count()),
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, 2 * limits_.header_bytes_max + kConnectionBytesMore,
      MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_URI_LOG_CALLBACK, &on_line, this,
      MHD_OPTION_UNESCAPE_CALLBACK, &leave_escaped, this,
      MHD_OPTION_NOTIFY_COMPLETED, &on_end, this,
      MHD_OPTION_NOTIFY_CONNECTION, &on_connection, this,
      MHD_OPTION_END);
  // clang-format on
  if (daemon_ == nullptr) {
    return Error(std::make_error_code(std::errc::too_many_files_open),
                 "cannot start the HTTP server: the system has no descriptors left");
  }
  epoll_fd_ = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
  thread_ = named_thread("mill-http", [this] { run(); });
  return {};
}

void* MhdServer::on_line(void* server, const char* target, MHD_Connection*) {
  auto& self = *static_cast<MhdServer*>(server);
  const ExchangeId id = ++self.last_id_;
  auto exchange = std::make_unique<Exchange>(id, target == nullptr ? "" : target, self.limits_,
                                             self.memory_used_);
  return self.exchanges_.emplace(id, std::move(exchange)).first->second.get();
}

size_t MhdServer::leave_escaped(void*, MHD_Connection*, char* text) {
  return std::string_view(text).size();
}

MHD_Result MhdServer::on_request(void* server, MHD_Connection* connection, const char*,
                                 const char* method, const char*, const char* data,
                                 size_t* data_size, void** exchange) {
  const std::string_view bytes(data, std::exchange(*data_size, 0));
  const bool goes_on = static_cast<MhdServer*>(server)->proceed(*static_cast<Exchange*>(*exchange),
                                                                connection, method, bytes);
  return goes_on ? MHD_YES : MHD_NO;
}

void MhdServer::on_end(void* server, MHD_Connection*, void** exchange, MHD_RequestTerminationCode) {
  static_cast<MhdServer*>(server)->exchanges_.erase(static_cast<Exchange*>(*exchange)->id());
  *exchange = nullptr;
}

void MhdServer::on_connection(void* server, MHD_Connection*, void**,
                              MHD_ConnectionNotificationCode what) {
  // Where connections_max was reached, only the next run accepts others.
  if (what == MHD_CONNECTION_NOTIFY_CLOSED) static_cast<MhdServer*>(server)->run_again_ = true;
}

/// Called with the headers, with each part of the body, at its end, and once more when an answer
/// made the connection go on. False closes the connection.
bool MhdServer::proceed(Exchange& exchange, MHD_Connection* connection, const char* method,
                        std::string_view data) {
  if (!exchange.begun()) {
    exchange.begin(connection, method);
    if (stopping_) exchange.refuse(MHD_HTTP_SERVICE_UNAVAILABLE, "the server is stopping");
    return !exchange.cannot_go_on() || exchange.send_answer(true);
  }
  if (!data.empty()) return exchange.take_body(data);
  if (!exchange.completed()) {
    if (auto request = exchange.complete()) {
      handler_(*std::move(request), Answers::respond_to(answers_, exchange.id()));
      take_answers();
    }
  }
  if (exchange.answered()) return exchange.send_answer(stopping_);
  exchange.suspend();
  return true;
}

void MhdServer::run() {
  answers_->taken_by_this_thread();
  while (!finished()) {
    wait();
    take_answers();
    run_again_ = false;
    MHD_run(daemon_);
  }
  end();
}

void MhdServer::wait() {
  using std::chrono::milliseconds;
  std::array<pollfd, 2> fds{pollfd{.fd = epoll_fd_, .events = POLLIN, .revents = 0},
                            pollfd{.fd = answers_->event_fd(), .events = POLLIN, .revents = 0}};
  MHD_UNSIGNED_LONG_LONG idle_ms = 0;
  int64_t wait_ms = -1;
  if (MHD_get_timeout(daemon_, &idle_ms) == MHD_YES) wait_ms = static_cast<int64_t>(idle_ms);
  if (quiet_) {
    const auto left = std::chrono::ceil<milliseconds>(deadline_ - SteadyClock::now()).count();
    wait_ms = wait_ms < 0 ? std::max<int64_t>(left, 0) : std::clamp<int64_t>(left, 0, wait_ms);
  }
  if (run_again_) wait_ms = 0;
  constexpr int64_t kWaitMax = 3'600'000;  // fits poll's int
  (void)poll(fds.data(), fds.size(), static_cast<int>(std::min(wait_ms, kWaitMax)));
}

void MhdServer::take_answers() {
  for (auto& [id, response] : answers_->take()) {
    const auto found = exchanges_.find(id);
    if (found == exchanges_.end()) continue;  // the client is gone
    run_again_ |= found->second->set_answer(std::move(response));
  }
}

/// Stopping begins with not listening, and is over with the last exchange or the grace.
bool MhdServer::finished() {
  if (!stopping_) return false;
  if (!std::exchange(quiet_, true)) ::close(MHD_quiesce_daemon(daemon_));
  return exchanges_.empty() || SteadyClock::now() >= deadline_;
}

void MhdServer::end() {
  // The library stops only when no connection is suspended; it does not call back into requests.
  for (const auto& [id, exchange] : exchanges_) exchange->resume();
  MHD_stop_daemon(daemon_);
  answers_->close();
}

void MhdServer::stop(std::chrono::milliseconds grace) {
  const std::lock_guard lock(stop_mutex_);
  if (!thread_.joinable()) return;
  deadline_ = SteadyClock::now() + grace;
  stopping_ = true;
  answers_->wake();
  thread_.join();
}

}  // namespace

Result<std::unique_ptr<Server>> Server::listen(const net::Endpoint& endpoint, Handler handler,
                                               const Limits& limits) {
  auto answers = Answers::create();
  if (!answers) {
    return Error(std::make_error_code(std::errc::too_many_files_open),
                 "cannot start the HTTP server: the system has no descriptors left");
  }
  MILL_TRY(auto socket, listen_on(endpoint));
  auto server = std::make_unique<MhdServer>(std::move(socket.bound), std::move(handler), limits,
                                            std::move(answers));
  MILL_CHECK(server->start(socket.fd));
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace millrace::http
