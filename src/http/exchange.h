// Exchange: one request, from its first line to the last byte of its answer.
#pragma once

#include <microhttpd.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/answers.h"
#include "http/message.h"
#include "http/server.h"

namespace millrace::http {

/// Gathers a request as its bytes arrive. One that breaks a limit is refused: what still comes of
/// its body is thrown away, and the refusal answered when all has come. Belongs to the server's
/// thread.
class Exchange {
 public:
  /// `memory_used` counts the bytes of all exchanges. Both references outlive the exchange.
  Exchange(ExchangeId id, std::string_view target, const Limits& limits, size_t& memory_used);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  ExchangeId id() const { return id_; }
  /// Reads the headers.
  void begin(MHD_Connection* connection, std::string_view method);
  bool begun() const { return connection_ != nullptr; }
  /// True for a refused request whose body is not to be waited for; it costs the connection.
  bool cannot_go_on() const { return answer_ && !drainable_; }
  /// Answers with a sentence of plain text what no handler shall see.
  void refuse(int status, std::string_view why);
  /// False where more has come of a refused body than is thrown away.
  bool take_body(std::string_view bytes);

  /// The body's end. The request, or nothing where it was refused.
  std::optional<Request> complete();
  bool completed() const { return completed_; }

  bool answered() const { return answer_.has_value(); }
  /// Beyond the memory of all exchanges it becomes a refusal. A suspended connection goes on: true
  /// where it was one.
  bool set_answer(Response response);
  /// Gives the answer to the connection. False where that does not take it.
  bool send_answer(bool last_of_connection);
  /// The connection takes no part until `resume`.
  void suspend();
  bool resume();

 private:
  void check_line(std::string_view method);
  void check_framing();
  bool make_room(size_t bytes);
  void charge(size_t bytes);

  const ExchangeId id_;
  const Limits& limits_;
  size_t& memory_used_;
  size_t charged_ = 0;
  const std::string target_;
  MHD_Connection* connection_ = nullptr;
  Request request_;
  /// By Content-Length.
  std::optional<uint64_t> announced_bytes_;
  uint64_t body_bytes_ = 0;
  bool drainable_ = true;
  bool completed_ = false;
  bool suspended_ = false;
  std::optional<Response> answer_;
};

}  // namespace millrace::http
