// The compression codecs that Kafka's record batches name in their attributes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::record {

/// The value is the number in a batch's attributes (bits 0 to 2).
enum class Codec : uint8_t { none = 0, gzip = 1, snappy = 2, lz4 = 3, zstd = 4 };

/// A codec and how hard it tries; without a level the codec's usual one.
struct Compression {
  Codec codec = Codec::none;
  /// gzip 1..9, lz4 1..17, zstd -131072..22; snappy has none.
  std::optional<int> level = std::nullopt;
};

/// "none", "gzip", "snappy", "lz4" or "zstd", as in Kafka's `compression.type`.
std::string_view codec_name(Codec codec);

/// The codec that `codec_name` calls so, or nothing. ("uncompressed" is the topic config's word for
/// none and is accepted too.)
std::optional<Codec> parse_codec(std::string_view name);

}  // namespace millrace::record
