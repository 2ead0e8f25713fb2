#include "client/tcp_link.h"

#include <algorithm>
#include <array>
#include <asio/connect.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <cstring>
#include <deque>
#include <variant>

#include "base/assert.h"
#include "base/text.h"
#include "client/signal.h"
#include "millrace/version.h"

namespace millrace::client {

using asio::ip::tcp;

namespace {

/// So much is taken of what an answer claims; from then on a buffer doubles with the bytes that
/// arrived.
constexpr size_t kTrustedBytes = size_t{8} << 20;

/// The gathered write of one system call.
constexpr size_t kFramesPerWrite = 16;

constexpr std::string_view kTlsQuestion = "; is that a Kafka listener without TLS?";

class TcpLink final : public Link, public std::enable_shared_from_this<TcpLink> {
 public:
  TcpLink(NetDriver& driver, Address address, std::string client_id)
      : driver_(driver),
        socket_(driver.context()),
        address_(std::move(address)),
        peer_(address_.to_string()),
        client_id_(std::move(client_id)),
        opened_(driver) {}
  ~TcpLink() override { MILL_ASSERT(sent_.empty(), "a link dies with requests under way"); }

  Task<Result<LinkPtr>> open(SteadyTime connect_by, SteadyTime answer_by);

  bool is_open() const override { return !closed_; }
  const ApiRanges& ranges() const override { return ranges_; }
  const std::string& peer() const override { return peer_; }

  void close(Error why) override {
    if (closed_) return;
    closed_.emplace(std::move(why));
    asio::error_code ignored;
    resolver_.cancel();
    socket_.close(ignored);
    opened_.raise();
    // Those who are told may begin new work at once, so the list is not theirs to see.
    const auto self = shared_from_this();
    for (Sent& sent : std::exchange(sent_, {})) sent.exchange->fail(*closed_);
  }

  void submit(std::shared_ptr<Exchange> exchange) override {
    if (closed_) return exchange->fail(*closed_);
    auto version = ranges_.choose(exchange->api_key(), exchange->spoken());
    if (!version) return exchange->fail(std::move(version).error().with_context(peer_));
    send(std::move(exchange), *version);
  }

 private:
  struct Sent {
    std::shared_ptr<Exchange> exchange;
    int32_t correlation_id = 0;
    int16_t version = 0;
  };

  struct Outgoing {
    wire::EncodedMessage frame;
    /// Kept until all is written; a request without an answer is over then.
    std::shared_ptr<Exchange> exchange;
  };

  void send(std::shared_ptr<Exchange> exchange, int16_t version);
  void write_more();
  void on_written(const asio::error_code& error);
  void finish_unanswered(const Outgoing& outgoing);
  void read_size();
  void read_body();
  void on_frame(const SharedBytes& frame);
  Task<Result<void>> resolve_and_connect(SteadyTime deadline);
  Task<Result<void>> agree_on_versions(SteadyTime deadline);

  void lose(const asio::error_code& error) {
    const auto why =
        error == asio::error::eof ? std::string("the broker closed it") : error.message();
    close(client_error(ClientErrc::disconnected, cat("connection to ", peer_, " lost: ", why)));
  }

  NetDriver& driver_;
  tcp::resolver resolver_{driver_.context()};
  tcp::socket socket_;
  const Address address_;
  const std::string peer_;
  const std::string client_id_;
  ApiRanges ranges_;
  std::optional<Error> closed_;
  /// Raised when the address is resolved, the connection made, or the link closed.
  Signal opened_;

  std::deque<Sent> sent_;
  int32_t next_correlation_id_ = 0;
  std::deque<Outgoing> unwritten_;
  std::vector<Outgoing> writing_;
  std::array<std::byte, 4> size_{};
  /// The body of an answer, as far as it came, and the room for it.
  std::shared_ptr<std::byte[]> body_;
  size_t body_room_ = 0;
  size_t body_size_ = 0;
};

Task<Result<LinkPtr>> TcpLink::open(SteadyTime connect_by, SteadyTime answer_by) {
  const auto self = shared_from_this();
  auto connecting = resolve_and_connect(connect_by);
  if (auto connected = co_await connecting; !connected) {
    close(connected.error());
    co_return std::move(connected).error();
  }
  asio::error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  read_size();
  auto agreeing = agree_on_versions(answer_by);
  if (auto agreed = co_await agreeing; !agreed) {
    Error why = std::move(agreed).error();
    if (why.is(ClientErrc::disconnected)) {
      // What expects TLS says so, or hangs up.
      why = {why.code(), cat(why.message(), " at the first request", kTlsQuestion)};
    }
    close(why);
    co_return why;
  }
  co_return LinkPtr(self);
}

Task<Result<void>> TcpLink::resolve_and_connect(SteadyTime deadline) {
  struct Outcome {
    bool done = false;
    asio::error_code error;
    tcp::resolver::results_type found;
  };
  const auto outcome = std::make_shared<Outcome>();
  const auto self = shared_from_this();
  asio::error_code not_numeric;
  const auto numeric = asio::ip::make_address(address_.host, not_numeric);
  if (!not_numeric) {
    outcome->found = tcp::resolver::results_type::create(tcp::endpoint(numeric, address_.port),
                                                         address_.host, "");
  } else {
    resolver_.async_resolve(
        address_.host, std::to_string(address_.port),
        [self, outcome](asio::error_code error, tcp::resolver::results_type found) {
          outcome->error = error;
          outcome->found = std::move(found);
          outcome->done = true;
          self->opened_.raise();
        });
    while (!outcome->done && !closed_) {
      const bool raised = co_await opened_.wait_until(deadline);
      if (!raised) {
        co_return client_error(ClientErrc::timed_out,
                               cat("resolving ", address_.host, ": no answer in time"));
      }
    }
    if (closed_) co_return *closed_;
    if (outcome->error) {
      co_return client_error(
          ClientErrc::bad_address,
          cat("host name '", address_.host, "' does not resolve: ", outcome->error.message(),
              "; check the bootstrap address and the broker's "
              "advertised.listeners"));
    }
  }
  outcome->done = false;
  asio::async_connect(socket_, outcome->found,
                      [self, outcome](asio::error_code error, const tcp::endpoint&) {
                        outcome->error = error;
                        outcome->done = true;
                        self->opened_.raise();
                      });
  while (!outcome->done && !closed_) {
    const bool raised = co_await opened_.wait_until(deadline);
    if (!raised) {
      co_return client_error(ClientErrc::timed_out,
                             cat("connecting to ", peer_, ": no answer in time"));
    }
  }
  if (closed_) co_return *closed_;
  if (outcome->error) {
    co_return client_error(ClientErrc::unreachable,
                           cat("cannot connect to ", peer_, ": ", outcome->error.message(),
                               "; is the broker running there?"));
  }
  co_return Result<void>();
}

Task<Result<void>> TcpLink::agree_on_versions(SteadyTime deadline) {
  using Request = wire::ApiVersionsRequest;
  using Response = wire::ApiVersionsResponse;
  int16_t version = Request::kVersionMax;
  // A broker that does not know our version says so in version 0 and names its own; then it is
  // asked once more. Until it has answered, the link knows of no other request.
  for (int attempt = 0; attempt < 2; ++attempt) {
    Request request{.client_software_name = "millrace",
                    .client_software_version = std::string(kVersion)};
    wire::ApiVersionsResponse known;
    known.api_keys.push_back(
        {.api_key = Request::kApiKey, .min_version = version, .max_version = version});
    ranges_ = ApiRanges(known);
    auto asking = exchange<Response>(driver_, shared_from_this(), std::move(request), deadline);
    auto answered = co_await asking;
    if (!answered) co_return std::move(answered).error();
    const Response& response = answered->response;
    if (response.error_code != ErrorCode::unsupported_version) {
      MILL_CO_CHECK(check_code(response.error_code, "asking for the served versions"));
      ranges_ = ApiRanges(response);
      co_return Result<void>();
    }
    const auto served = ApiRanges(response).find(Request::kApiKey);
    version = served ? std::clamp<int16_t>(served->max, 0, Request::kVersionMax) : int16_t{0};
  }
  co_return client_error(ClientErrc::unsupported,
                         cat(peer_, " and this program share no version of ApiVersions"));
}

void TcpLink::send(std::shared_ptr<Exchange> exchange, int16_t version) {
  const int32_t id = next_correlation_id_++;
  Outgoing outgoing{.frame = exchange->encode(
                        {.api_version = version, .correlation_id = id, .client_id = client_id_}),
                    .exchange = exchange};
  if (exchange->expects_answer()) {
    sent_.push_back({.exchange = std::move(exchange), .correlation_id = id, .version = version});
  }
  unwritten_.push_back(std::move(outgoing));
  if (writing_.empty()) write_more();
}

void TcpLink::write_more() {
  while (!unwritten_.empty() && writing_.size() < kFramesPerWrite) {
    writing_.push_back(std::move(unwritten_.front()));
    unwritten_.pop_front();
  }
  std::vector<asio::const_buffer> buffers;
  for (const Outgoing& outgoing : writing_) {
    for (const auto& chunk : outgoing.frame.chunks) {
      const auto* bytes = std::get_if<SharedBytes>(&chunk);
      MILL_ASSERT(bytes != nullptr, "requests are in memory");
      buffers.emplace_back(bytes->view().data(), bytes->size());
    }
  }
  asio::async_write(socket_, buffers, [self = shared_from_this()](asio::error_code error, size_t) {
    self->on_written(error);
  });
}

void TcpLink::on_written(const asio::error_code& error) {
  const auto written = std::exchange(writing_, {});
  if (error) lose(error);
  if (!closed_ && !unwritten_.empty()) write_more();
  for (const Outgoing& outgoing : written) finish_unanswered(outgoing);
  if (!closed_) return;
  for (const Outgoing& outgoing : std::exchange(unwritten_, {})) finish_unanswered(outgoing);
}

void TcpLink::finish_unanswered(const Outgoing& outgoing) {
  if (outgoing.exchange->expects_answer()) return;
  if (closed_) return outgoing.exchange->fail(*closed_);
  outgoing.exchange->finish_without_answer();
}

void TcpLink::read_size() {
  asio::async_read(
      socket_, asio::buffer(size_), [self = shared_from_this()](asio::error_code error, size_t) {
        if (self->closed_) return;
        if (error) return self->lose(error);
        const auto claimed = load_be<int32_t>(self->size_.data());
        if (claimed < 4 || static_cast<size_t>(claimed) > kResponseBytesMax) {
          return self->close(client_error(
              ClientErrc::malformed,
              cat(self->peer_, " announced a response of ", claimed, " bytes", kTlsQuestion)));
        }
        self->body_size_ = static_cast<size_t>(claimed);
        self->body_room_ = 0;
        self->read_body();
      });
}

void TcpLink::read_body() {
  const size_t at = body_room_;
  body_room_ = std::min(body_size_, std::max(kTrustedBytes, at * 2));
  auto larger = std::make_shared_for_overwrite<std::byte[]>(body_room_);
  if (at > 0) std::memcpy(larger.get(), body_.get(), at);
  body_ = std::move(larger);
  asio::async_read(socket_, asio::buffer(body_.get() + at, body_room_ - at),
                   [self = shared_from_this()](asio::error_code error, size_t) {
                     if (self->closed_) return;
                     if (error) return self->lose(error);
                     if (self->body_room_ < self->body_size_) return self->read_body();
                     const ByteView body(self->body_.get(), self->body_size_);
                     self->on_frame(SharedBytes(std::exchange(self->body_, nullptr), body));
                     if (!self->closed_) self->read_size();
                   });
}

void TcpLink::on_frame(const SharedBytes& frame) {
  const auto malformed = [this](std::string_view what) {
    close(client_error(ClientErrc::malformed, cat(peer_, " answered ", what)));
  };
  if (sent_.empty()) return malformed("without being asked");
  const Sent next = sent_.front();
  // A broker that does not know our version of ApiVersions answers it in version 0.
  ByteReader in(frame.view());
  const auto id =
      wire::decode_response_header(in, next.exchange->has_flexible_response_header(next.version));
  if (!id || *id != next.correlation_id) return malformed("something else than was asked");
  const SharedBytes body = frame.slice(in.consumed(), in.remaining());
  int16_t version = next.version;
  if (next.exchange->api_key() == wire::kApiVersionsKey) {
    ByteReader peek(body.view());
    const auto code = static_cast<ErrorCode>(peek.read<int16_t>());
    if (code == ErrorCode::unsupported_version) version = 0;
  }
  sent_.pop_front();
  if (next.exchange->finish_with(body, version)) return;
  Error why = client_error(ClientErrc::malformed, cat(peer_, " answered what cannot be read"));
  next.exchange->fail(why);
  close(std::move(why));
}

}  // namespace

TcpLinkFactory::TcpLinkFactory(NetDriver& driver, Options options)
    : driver_(driver), options_(std::move(options)) {}

Task<Result<LinkPtr>> TcpLinkFactory::connect(Address address, SteadyTime deadline) {
  const SteadyTime now = driver_.now();
  const auto link = std::make_shared<TcpLink>(driver_, std::move(address), options_.client_id);
  auto opening = link->open(std::min(deadline, now + options_.connect_timeout),
                            std::min(deadline, now + options_.request_timeout));
  auto opened = co_await opening;
  co_return opened;
}

}  // namespace millrace::client
