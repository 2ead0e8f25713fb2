#include "handlers/api_table.h"

#include <algorithm>
#include <array>

#include "handlers/api_list.h"
#include "handlers/begin_call.h"
#include "handlers/wire_slot.h"

namespace millrace::handlers {

namespace {

template <class Request, class Response>
bool serve(ByteReader& body, RequestContext context, WireReturn to) {
  auto slot = std::make_shared<WireSlot<Response>>(std::move(to));
  auto request = wire::decode<Request>(body, slot->version());
  if (!request) return false;
  begin(Call<Request, Response>{.request = *std::move(request),
                                .context = std::move(context),
                                .respond = Responder<Response>(std::move(slot))});
  return true;
}

/// Advertised from 0 on although versions below 3 are closed, as Apache Kafka 4 does: older
/// librdkafka looks for them before it compresses (KAFKA-18659).
template <class Request>
constexpr int16_t kAdvertisedMin = Request::kVersionMin;
template <>
constexpr int16_t kAdvertisedMin<wire::ProduceRequest> = 0;

template <class Request>
constexpr bool kMayWait = false;
template <>
constexpr bool kMayWait<wire::FetchRequest> = true;
template <>
constexpr bool kMayWait<wire::JoinGroupRequest> = true;
template <>
constexpr bool kMayWait<wire::SyncGroupRequest> = true;

/// The message's name without "Request", out of "... [with Request = millrace::wire::XRequest;
/// ...".
template <class Request>
constexpr std::string_view name_of() {
  std::string_view text = __PRETTY_FUNCTION__;
  text = text.substr(0, text.find("Request", text.find("wire::")));
  return text.substr(text.rfind(':') + 1);
}
static_assert(name_of<wire::ProduceRequest>() == "Produce");

template <class Request, class Response>
constexpr Api row() {
  static_assert(Request::kApiKey == Response::kApiKey);
  return {.name = name_of<Request>(),
          .key = Request::kApiKey,
          .advertised_min = kAdvertisedMin<Request>,
          .version_min = Request::kVersionMin,
          .version_max = Request::kVersionMax,
          .flexible_from = Request::kFlexibleFrom,
          .may_wait = kMayWait<Request>,
          .serve = &serve<Request, Response>};
}

template <class... Pairs>
constexpr auto rows_of(ApiList<Pairs...>) {
  return std::array{row<typename Pairs::Request, typename Pairs::Response>()...};
}

constexpr auto kApis = rows_of(ServedApis());
static_assert(std::ranges::is_sorted(kApis, {}, &Api::key));

}  // namespace

std::span<const Api> api_table() { return kApis; }

const Api* find_api(int16_t key) {
  const auto found = std::ranges::lower_bound(kApis, key, {}, &Api::key);
  return found != kApis.end() && found->key == key ? &*found : nullptr;
}

}  // namespace millrace::handlers
