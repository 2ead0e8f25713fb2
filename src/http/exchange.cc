#include "http/exchange.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "base/text.h"
#include "base/words.h"
#include "http/reply.h"
#include "http/target.h"

namespace millrace::http {
namespace {

/// ": " and the line's end; the request line has " HTTP/1.1" besides.
constexpr size_t kHeaderOverhead = 4;
constexpr size_t kLineOverhead = 12;
constexpr size_t kFirstBodyBytes = 4096;

MHD_Result add_header(void* headers, MHD_ValueKind, const char* name, size_t name_size,
                      const char* value, size_t value_size) {
  static_cast<decltype(Request::headers)*>(headers)->emplace_back(
      std::string(name, name_size), value == nullptr ? "" : std::string(value, value_size));
  return MHD_YES;
}

/// The largest number for one that does not fit.
uint64_t number_of(std::string_view digits) {
  uint64_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return read.ec == std::errc() ? number : std::numeric_limits<uint64_t>::max();
}

}  // namespace

Exchange::Exchange(ExchangeId id, std::string_view target, const Limits& limits,
                   size_t& memory_used)
    : id_(id), limits_(limits), memory_used_(memory_used), target_(target) {}

Exchange::~Exchange() { memory_used_ -= charged_; }

void Exchange::begin(MHD_Connection* connection, std::string_view method) {
  connection_ = connection;
  MHD_get_connection_values_n(connection, MHD_HEADER_KIND, &add_header, &request_.headers);
  check_framing();
  check_line(method);
}

void Exchange::check_framing() {
  const auto coding = request_.header("Transfer-Encoding");
  if (const auto length = request_.header("Content-Length")) announced_bytes_ = number_of(*length);
  const auto lengths = request_.count_headers("Content-Length");
  // Who waits for a go-ahead sends nothing before it, and some bodies have no end to wait for.
  if (request_.header("Expect")) drainable_ = false;
  if (announced_bytes_.value_or(0) / 2 > limits_.body_bytes_max) drainable_ = false;
  if (lengths > 1 || (coding && lengths > 0)) {
    drainable_ = false;
    return refuse(MHD_HTTP_BAD_REQUEST, "the request says more than once how long its body is");
  }
  if (coding && !same_word(*coding, "chunked")) {
    drainable_ = false;
    return refuse(MHD_HTTP_NOT_IMPLEMENTED, "the only Transfer-Encoding is chunked");
  }
  if (announced_bytes_.value_or(0) > limits_.body_bytes_max) {
    refuse(MHD_HTTP_CONTENT_TOO_LARGE,
           cat("a body of more than ", limits_.body_bytes_max, " bytes"));
  }
}

void Exchange::check_line(std::string_view method) {
  size_t bytes = method.size() + target_.size() + kLineOverhead;
  for (const auto& [name, value] : request_.headers) {
    bytes += name.size() + value.size() + kHeaderOverhead;
  }
  if (bytes > limits_.header_bytes_max) {
    return refuse(MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE,
                  cat("headers of more than ", limits_.header_bytes_max, " bytes"));
  }
  auto target = parse_target(target_);
  if (!target) {
    return refuse(MHD_HTTP_BAD_REQUEST, "the query holds a % without two hexadecimal digits");
  }
  request_.method = method == "HEAD" ? "GET" : method;
  request_.path = std::move(target->path);
  request_.query = std::move(target->query);
}

void Exchange::refuse(int status, std::string_view why) {
  if (answer_) return;
  request_ = {};
  memory_used_ -= std::exchange(charged_, 0);
  answer_ = Response{.status = status,
                     .content_type = "text/plain; charset=utf-8",
                     .body = cat(why, '\n'),
                     .headers = {}};
}

bool Exchange::take_body(std::string_view bytes) {
  body_bytes_ += bytes.size();
  if (!answer_ && body_bytes_ > limits_.body_bytes_max) {
    refuse(MHD_HTTP_CONTENT_TOO_LARGE,
           cat("a body of more than ", limits_.body_bytes_max, " bytes"));
  }
  if (!answer_ && !make_room(bytes.size())) {
    refuse(MHD_HTTP_SERVICE_UNAVAILABLE, "the requests under way take all memory; try again");
  }
  if (answer_) return body_bytes_ / 2 <= limits_.body_bytes_max;
  request_.body += bytes;
  return true;
}

bool Exchange::make_room(size_t bytes) {
  const size_t needed = request_.body.size() + bytes;
  const size_t room = charged_;
  if (needed <= room) return true;
  const size_t whole = static_cast<size_t>(announced_bytes_.value_or(limits_.body_bytes_max));
  const size_t grown = std::max(needed, std::min(whole, std::max(2 * room, kFirstBodyBytes)));
  if (memory_used_ + (grown - room) > limits_.memory_bytes_max) return false;
  request_.body.reserve(grown);
  charge(grown - room);
  return true;
}

void Exchange::charge(size_t bytes) {
  charged_ += bytes;
  memory_used_ += bytes;
}

std::optional<Request> Exchange::complete() {
  completed_ = true;
  if (answer_) return std::nullopt;
  return std::move(request_);
}

bool Exchange::set_answer(Response response) {
  if (memory_used_ + response.body.size() > limits_.memory_bytes_max) {
    refuse(MHD_HTTP_SERVICE_UNAVAILABLE,
           "the answers under way take all memory; ask for less at once, or try again");
  } else {
    charge(response.body.size());
    answer_ = std::move(response);
  }
  return resume();
}

bool Exchange::send_answer(bool last_of_connection) {
  if (last_of_connection) answer_->headers.emplace_back("Connection", "close");
  return queue_reply(connection_, *std::move(answer_));
}

void Exchange::suspend() {
  suspended_ = true;
  MHD_suspend_connection(connection_);
}

bool Exchange::resume() {
  if (!std::exchange(suspended_, false)) return false;
  MHD_resume_connection(connection_);
  return true;
}

}  // namespace millrace::http
