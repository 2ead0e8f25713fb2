// The definitions behind codec.h, and the macro with which messages/<name>.cc instantiates them.
#pragma once

#include <sstream>
#include <utility>

#include "base/assert.h"
#include "base/text.h"
#include "wire/codec.h"
#include "wire/decoder.h"
#include "wire/encoder.h"
#include "wire/printer.h"

namespace millrace::wire {

namespace detail {

template <Message T, class Sink>
void encode_to(const T& message, int16_t version, Sink& sink) {
  MILL_ASSERT(version >= T::kVersionMin && version <= T::kVersionMax, "version is not served");
  Encoder<Sink>(sink, version, is_flexible<T>(version)).put_struct(message);
}

}  // namespace detail

template <Message T>
void encode(const T& message, int16_t version, MessageBuilder& out) {
  BuilderSink sink(out);
  detail::encode_to(message, version, sink);
}

template <Message T>
void encode(const T& message, int16_t version, ByteWriter& out) {
  WriterSink sink(out);
  detail::encode_to(message, version, sink);
}

template <Message T>
size_t encoded_size(const T& message, int16_t version) {
  SizeSink sink;
  detail::encode_to(message, version, sink);
  return sink.size();
}

template <Message T>
Result<T> decode(ByteReader& in, int16_t version, std::shared_ptr<const void> owner) {
  MILL_ASSERT(version >= T::kVersionMin && version <= T::kVersionMax, "version is not served");
  const size_t size = in.remaining();
  T message;
  Decoder(in, version, is_flexible<T>(version), std::move(owner)).get_struct(message);
  if (!in.ok()) {
    return kafka_error(
        ErrorCode::invalid_request,
        cat("the ", size, " bytes are no body of API key ", T::kApiKey, " version ", version));
  }
  return message;
}

template <Message T>
std::string to_text(const T& message, int16_t version) {
  std::ostringstream out;
  Printer(out, version).print(message);
  return std::move(out).str();
}

}  // namespace millrace::wire

#define MILL_WIRE_MESSAGE(T)                                                             \
  template void millrace::wire::encode(const T&, int16_t, MessageBuilder&);              \
  template void millrace::wire::encode(const T&, int16_t, ByteWriter&);                  \
  template size_t millrace::wire::encoded_size(const T&, int16_t);                       \
  template millrace::Result<T> millrace::wire::decode<T>(millrace::ByteReader&, int16_t, \
                                                         std::shared_ptr<const void>);   \
  template std::string millrace::wire::to_text(const T&, int16_t)
