// Request and response headers, and whole frames.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "wire/codec.h"

namespace millrace::wire {

inline constexpr int16_t kApiVersionsKey = 18;

struct RequestHeader {
  int16_t api_key = 0;
  int16_t api_version = 0;
  int32_t correlation_id = 0;
  std::optional<std::string> client_id;
};

/// The three numbers every request starts with, whatever its version; they say how the rest is
/// read.
struct RequestPreamble {
  int16_t api_key = 0;
  int16_t api_version = 0;
  int32_t correlation_id = 0;
};
Result<RequestPreamble> decode_preamble(ByteReader& in);

/// What follows the preamble: the client id (never compact) and, in flexible versions, tagged
/// fields, which are skipped.
Result<RequestHeader> decode_rest_of_header(ByteReader& in, const RequestPreamble& preamble,
                                            bool flexible);

void encode_request_header(const RequestHeader& header, bool flexible, ByteWriter& out);

/// Whether answers of this version carry tagged fields in their header. ApiVersions never does: the
/// client does not know yet what the broker speaks.
template <Message T>
constexpr bool has_flexible_response_header(int16_t version) {
  return T::kApiKey != kApiVersionsKey && is_flexible<T>(version);
}

void encode_response_header(int32_t correlation_id, bool flexible, ByteWriter& out);
/// Answers the correlation id.
Result<int32_t> decode_response_header(ByteReader& in, bool flexible);

/// Writes the size of the whole message into its first four bytes, which were left free.
EncodedMessage finish_frame(MessageBuilder& out);

/// A response with its size in front, ready for the socket.
template <Message T>
EncodedMessage response_frame(const T& response, int16_t version, int32_t correlation_id) {
  MessageBuilder out;
  out.writer().write<int32_t>(0);
  encode_response_header(correlation_id, has_flexible_response_header<T>(version), out.writer());
  encode(response, version, out);
  return finish_frame(out);
}

/// A request with its size in front. `header.api_key` is taken from the message.
template <Message T>
EncodedMessage request_frame(const T& request, RequestHeader header) {
  header.api_key = T::kApiKey;
  MessageBuilder out;
  out.writer().write<int32_t>(0);
  encode_request_header(header, is_flexible<T>(header.api_version), out.writer());
  encode(request, header.api_version, out);
  return finish_frame(out);
}

}  // namespace millrace::wire
