#include "handlers/dispatch.h"

#include "handlers/api_table.h"
#include "handlers/api_versions.h"
#include "handlers/request_metrics.h"
#include "handlers/wire_slot.h"
#include "wire/header.h"

namespace millrace::handlers {

namespace {

// A client that speaks a newer ApiVersions than we do learns from the oldest form what we speak.
void answer_unsupported_api_versions(const wire::RequestPreamble& preamble,
                                     const AnswerCallback& answer) {
  constexpr int16_t kOldest = 0;
  answer({.kind = Answer::Kind::reply,
          .message = wire::response_frame(served_api_versions(ErrorCode::unsupported_version),
                                          kOldest, preamble.correlation_id)});
}

}  // namespace

bool may_wait(ByteView frame) {
  ByteReader in(frame);
  const Api* api = find_api(in.read<int16_t>());
  return in.ok() && api != nullptr && api->may_wait;
}

void dispatch(const Services& services, std::shared_ptr<const ConnectionInfo> connection,
              SharedBytes frame, AnswerCallback answer) {
  ByteReader in(frame.view());
  const auto preamble = wire::decode_preamble(in);
  if (!preamble) return answer({.kind = Answer::Kind::close});

  const Api* api = find_api(preamble->api_key);
  if (api == nullptr) return answer({.kind = Answer::Kind::close});
  const int16_t version = preamble->api_version;
  const bool served = version >= api->version_min && version <= api->version_max;
  if (!served && api->key != wire::kApiVersionsKey) return answer({.kind = Answer::Kind::close});
  auto header = wire::decode_rest_of_header(in, *preamble, version >= api->flexible_from);
  if (!header) return answer({.kind = Answer::Kind::close});
  if (!served) return answer_unsupported_api_versions(*preamble, answer);

  RequestContext context{.services = services,
                         .connection = std::move(connection),
                         .client_id = std::move(header->client_id).value_or(""),
                         .frame = frame};
  const RequestMeter meter =
      services.metrics == nullptr
          ? RequestMeter()
          : RequestMeter(*services.metrics, *api, services.broker->clock(), frame.view().size());
  // A slot that nobody answers closes its connection: that is what a malformed body gets.
  api->serve(in, std::move(context),
             {.correlation_id = preamble->correlation_id,
              .version = version,
              .answer = std::move(answer),
              .meter = meter});
}

}  // namespace millrace::handlers
