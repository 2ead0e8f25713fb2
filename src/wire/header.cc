#include "wire/header.h"

#include <limits>

#include "base/assert.h"

namespace millrace::wire {

namespace {

void skip_tagged(ByteReader& in) {
  const uint32_t count = in.uvarint32();
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    in.uvarint32();
    in.bytes(in.uvarint32());
  }
}

Error malformed_header() {
  return kafka_error(ErrorCode::invalid_request, "the bytes are no message header");
}

}  // namespace

Result<RequestPreamble> decode_preamble(ByteReader& in) {
  RequestPreamble preamble;
  preamble.api_key = in.read<int16_t>();
  preamble.api_version = in.read<int16_t>();
  preamble.correlation_id = in.read<int32_t>();
  if (!in.ok()) return malformed_header();
  return preamble;
}

Result<RequestHeader> decode_rest_of_header(ByteReader& in, const RequestPreamble& preamble,
                                            bool flexible) {
  RequestHeader header{preamble.api_key, preamble.api_version, preamble.correlation_id, {}};
  const auto size = in.read<int16_t>();
  if (size < -1) return malformed_header();
  if (size >= 0) header.client_id = as_text(in.bytes(static_cast<size_t>(size)));
  if (flexible) skip_tagged(in);
  if (!in.ok()) return malformed_header();
  return header;
}

void encode_request_header(const RequestHeader& header, bool flexible, ByteWriter& out) {
  out.write<int16_t>(header.api_key);
  out.write<int16_t>(header.api_version);
  out.write<int32_t>(header.correlation_id);
  if (header.client_id) {
    MILL_ASSERT(header.client_id->size() <= std::numeric_limits<int16_t>::max(),
                "a client id has at most 32767 bytes");
    out.write<int16_t>(static_cast<int16_t>(header.client_id->size()));
    out.text(*header.client_id);
  } else {
    out.write<int16_t>(-1);
  }
  if (flexible) out.uvarint(0);
}

void encode_response_header(int32_t correlation_id, bool flexible, ByteWriter& out) {
  out.write<int32_t>(correlation_id);
  if (flexible) out.uvarint(0);
}

Result<int32_t> decode_response_header(ByteReader& in, bool flexible) {
  const auto correlation_id = in.read<int32_t>();
  if (flexible) skip_tagged(in);
  if (!in.ok()) return malformed_header();
  return correlation_id;
}

EncodedMessage finish_frame(MessageBuilder& out) {
  const size_t body = out.size() - sizeof(int32_t);
  MILL_ASSERT(body <= std::numeric_limits<int32_t>::max(), "a frame has at most 2 GiB");
  out.writer().patch<int32_t>(0, static_cast<int32_t>(body));
  return out.finish();
}

}  // namespace millrace::wire
