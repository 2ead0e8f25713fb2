// An error that is ordered reaches the client in the shape of each API, in every version of it.
#include "handlers/api_list.h"
#include "handlers/faults/faults_fixture.h"
#include "test_seed.h"
#include "wire/random_value.h"

namespace millrace::handlers {
namespace {

constexpr ErrorCode kError = ErrorCode::stale_controller_epoch;
constexpr int kDraws = 40;

class EveryApi : public FaultsTest {
 protected:
  template <class... Pairs>
  void refuse_all(ApiList<Pairs...>) {
    (refuse_every_version<typename Pairs::Request, typename Pairs::Response>(), ...);
  }

 private:
  template <class Request, class Response>
  void refuse_every_version() {
    for (int16_t version = Request::kVersionMin; version <= Request::kVersionMax; ++version) {
      SCOPED_TRACE("API key " + std::to_string(Request::kApiKey) + " version " +
                   std::to_string(version));
      bool is_told = false;
      for (int i = 0; i < kDraws; ++i) is_told |= tells_error<Request, Response>(version);
      EXPECT_EQ(is_told, has_place<Request>(version));
    }
  }

  /// Draws a request, which may ask about nothing.
  template <class Request, class Response>
  bool tells_error(int16_t version) {
    std::vector<Bytes> arena;
    arena.reserve(100);
    Request request;
    wire::testing::RandomValue(random_, version, arena).fill(request);
    if constexpr (requires { request.acks; }) request.acks = 1;
    order({.api_key = Request::kApiKey}, {.error = kError});
    const auto response = ask<Response>(request, version);
    return wire::to_text(response, version).find(error_name(kError)) != std::string::npos;
  }

  template <class Request>
  static bool has_place(int16_t version) {
    return !std::is_same_v<Request, wire::DescribeLogDirsRequest> || version >= 3;
  }

  wire::testing::Random random_{test_seed()};
};

TEST_F(EveryApi, TellsTheErrorInEveryVersion) { refuse_all(ServedApis()); }

}  // namespace
}  // namespace millrace::handlers
