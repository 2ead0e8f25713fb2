#include "record/compression.h"

#include <random>

#include "record/batches.h"
#include "test_seed.h"

namespace millrace::record::testing {
namespace {

constexpr size_t kPlenty = 64U << 20;

Bytes random_bytes(std::mt19937_64& random, size_t size) {
  Bytes bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

Bytes joined(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes compressed(Codec codec, const Bytes& bytes) {
  auto packed = compress({.codec = codec}, bytes);
  EXPECT_TRUE(packed);
  return *std::move(packed);
}

class EveryCodec : public ::testing::TestWithParam<Codec> {
 protected:
  Codec codec() const { return GetParam(); }
};

TEST_P(EveryCodec, UnfoldsWhatItFolded) {
  std::mt19937_64 random(test_seed());
  for (const size_t size :
       {0U, 1U, 2U, 100U, 32'767U, 32'768U, 32'769U, 65'536U, 65'537U, 300'000U}) {
    for (const Bytes& bytes : {Bytes(size, std::byte{'z'}), random_bytes(random, size)}) {
      const auto unfolded = decompress(codec(), compressed(codec(), bytes), size);
      ASSERT_TRUE(unfolded) << size << ": " << unfolded.error().message();
      ASSERT_EQ(*unfolded, bytes) << size;
    }
  }
}

TEST_P(EveryCodec, RefusesOneByteBeyondTheLimit) {
  const Bytes bytes(100'000, std::byte{'z'});
  const Bytes packed = compressed(codec(), bytes);
  EXPECT_TRUE(decompress(codec(), packed, bytes.size()));
  expect_error(decompress(codec(), packed, bytes.size() - 1), ErrorCode::message_too_large);
  expect_error(decompress(codec(), packed, 0), ErrorCode::message_too_large);
}

TEST_P(EveryCodec, CutShortAnywhereNeverUnfoldsToTheWhole) {
  if (codec() == Codec::none) return;
  std::mt19937_64 random(test_seed() + 1);
  const Bytes bytes = random_bytes(random, 300);
  const Bytes packed = compressed(codec(), bytes);
  for (size_t size = 0; size < packed.size(); ++size) {
    const auto unfolded = decompress(codec(), ByteView(packed).first(size), kPlenty);
    ASSERT_FALSE(unfolded && *unfolded == bytes) << size << " of " << packed.size();
  }
}

TEST_P(EveryCodec, ChangedBytesAreUnderstoodOrRefused) {
  std::mt19937_64 random(test_seed() + 2);
  const Bytes packed = compressed(codec(), Bytes(5'000, std::byte{'z'}));
  for (int i = 0; i < 2'000; ++i) {
    Bytes changed = packed;
    changed[random() % changed.size()] = static_cast<std::byte>(random());
    const auto unfolded = decompress(codec(), changed, 1U << 20);
    if (unfolded) {
      ASSERT_LE(unfolded->size(), 1U << 20);
    }
  }
}

TEST_P(EveryCodec, RandomBytesAreRefusedOrBounded) {
  if (codec() == Codec::none) return;
  std::mt19937_64 random(test_seed() + 3);
  for (int i = 0; i < 500; ++i) {
    const auto unfolded = decompress(codec(), random_bytes(random, random() % 200), 1U << 16);
    if (unfolded) {
      ASSERT_LE(unfolded->size(), 1U << 16);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Compression, EveryCodec, ::testing::ValuesIn(kEveryCodec),
                         [](const auto& codec) { return std::string(codec_name(codec.param)); });

TEST(Compression, ABombIsRefusedAtTheLimit) {
  // 64 MiB of zeros against a limit of one.
  for (const Codec codec : {Codec::gzip, Codec::zstd, Codec::lz4}) {
    const Bytes packed = compressed(codec, Bytes(64U << 20));
    expect_error(decompress(codec, packed, 1U << 20), ErrorCode::message_too_large);
  }
}

TEST(Snappy, AClaimedSizeBeyondWhatTheFormatCanFoldIsRefused) {
  ByteWriter raw;
  raw.uvarint(200U << 20);
  raw.text("abc");
  expect_error(decompress(Codec::snappy, raw.view(), 1U << 30), ErrorCode::invalid_record);
}

TEST(Snappy, ConcatenatedJavaStreamsReadAsOne) {
  const Bytes first(40'000, std::byte{'a'});
  const Bytes second(10, std::byte{'b'});
  const Bytes packed = joined(compressed(Codec::snappy, first), compressed(Codec::snappy, second));
  const auto unfolded = decompress(Codec::snappy, packed, kPlenty);
  ASSERT_TRUE(unfolded) << unfolded.error().message();
  EXPECT_EQ(*unfolded, joined(first, second));
}

TEST(Snappy, ABlockSizeThatLeavesTheInputIsRefused) {
  const Bytes packed = compressed(Codec::snappy, Bytes(100, std::byte{'a'}));
  for (const int32_t size : {-1, INT32_MIN, INT32_MAX, 1 << 20}) {
    Bytes lying = packed;
    store_be(lying.data() + 16, size);
    expect_error(decompress(Codec::snappy, lying, kPlenty), ErrorCode::invalid_record);
  }
}

TEST(Gzip, ConcatenatedMembersReadAsOne) {
  const Bytes first(40'000, std::byte{'a'});
  const Bytes second(10, std::byte{'b'});
  const Bytes packed = joined(compressed(Codec::gzip, first), compressed(Codec::gzip, second));
  EXPECT_EQ(*decompress(Codec::gzip, packed, kPlenty), joined(first, second));
}

TEST(Zstd, ConcatenatedFramesReadAsOne) {
  const Bytes first(40'000, std::byte{'a'});
  const Bytes second(10, std::byte{'b'});
  const Bytes packed = joined(compressed(Codec::zstd, first), compressed(Codec::zstd, second));
  EXPECT_EQ(*decompress(Codec::zstd, packed, kPlenty), joined(first, second));
}

// Java's reader stops after the first frame: what stands behind it no consumer would ever see.
TEST(Lz4, ASecondFrameIsRefused) {
  const Bytes one = compressed(Codec::lz4, Bytes(10, std::byte{'a'}));
  expect_error(decompress(Codec::lz4, joined(one, one), kPlenty), ErrorCode::invalid_record);
  expect_error(decompress(Codec::lz4, joined(one, Bytes(1)), kPlenty), ErrorCode::invalid_record);
}

TEST(Levels, AreThoseOfKafka) {
  EXPECT_TRUE(is_valid_level(Codec::gzip, 9));
  EXPECT_TRUE(is_valid_level(Codec::gzip, -1));
  EXPECT_FALSE(is_valid_level(Codec::gzip, 0));
  EXPECT_FALSE(is_valid_level(Codec::gzip, 10));
  EXPECT_TRUE(is_valid_level(Codec::lz4, 17));
  EXPECT_FALSE(is_valid_level(Codec::lz4, 0));
  EXPECT_FALSE(is_valid_level(Codec::lz4, 18));
  EXPECT_TRUE(is_valid_level(Codec::zstd, -131'072));
  EXPECT_TRUE(is_valid_level(Codec::zstd, 22));
  EXPECT_FALSE(is_valid_level(Codec::zstd, 23));
  EXPECT_FALSE(is_valid_level(Codec::snappy, 1));
}

TEST(CodecName, IsParsedBackAndKnowsUncompressed) {
  for (const Codec codec : kEveryCodec) EXPECT_EQ(parse_codec(codec_name(codec)), codec);
  EXPECT_EQ(parse_codec("uncompressed"), Codec::none);
  EXPECT_FALSE(parse_codec("producer"));
  EXPECT_FALSE(parse_codec("LZ4"));
}

}  // namespace
}  // namespace millrace::record::testing
