// Bytes that are no message: decoding answers INVALID_REQUEST, reads nothing outside the bytes (the
// asan preset looks) and never takes memory because a length asks for it.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "test_seed.h"
#include "wire/allocation_watch.h"
#include "wire/every_message.h"

namespace millrace::wire::testing {
namespace {

/// What one allocation may take for a message of `size` bytes: every element that arrived takes at
/// least a byte and no element is larger than 512 bytes in memory; growing doubles.
constexpr size_t allocation_max(size_t size) { return (64 + 2 * size) * 512; }

/// Decodes a copy in memory of exactly its size, so that reading further is seen.
Decoded decode_watched(const MessageKind& kind, ByteView bytes, int16_t version) {
  const auto copy = std::make_unique<std::byte[]>(bytes.size());
  std::ranges::copy(bytes, copy.get());
  const AllocationWatch watch;
  Decoded decoded = kind.decode({copy.get(), bytes.size()}, version);
  EXPECT_LE(watch.largest(), allocation_max(bytes.size()));
  decoded.message.reset();  // may show the copy
  return decoded;
}

void expect_refused(const MessageKind& kind, ByteView bytes, int16_t version) {
  const Decoded decoded = decode_watched(kind, bytes, version);
  ASSERT_TRUE(decoded.error);
  EXPECT_EQ(decoded.error->kafka_code(), ErrorCode::invalid_request);
}

size_t size_of_length(const LengthField& length, ByteView bytes) {
  if (length.form == LengthField::Form::fixed16) return 2;
  if (length.form == LengthField::Form::fixed32) return 4;
  size_t size = 1;
  while ((bytes[length.at + size - 1] & std::byte{0x80}) != std::byte{0}) ++size;
  return size;
}

/// `bytes` with other bytes where the length stood.
Bytes with_length(const Bytes& bytes, const LengthField& length, ByteView replacement) {
  Bytes changed(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(length.at));
  changed.insert(changed.end(), replacement.begin(), replacement.end());
  const size_t behind = length.at + size_of_length(length, bytes);
  changed.insert(changed.end(), bytes.begin() + static_cast<ptrdiff_t>(behind), bytes.end());
  return changed;
}

/// Lengths that no bytes of this size can have. Where there may be a null, any negative length is
/// one.
std::vector<Bytes> absurd_lengths(const LengthField& length, size_t message_size) {
  std::vector<ByteWriter> absurd;
  const auto beyond = static_cast<int32_t>(message_size) + 1;
  switch (length.form) {
    case LengthField::Form::fixed16:
      for (int value : {-1, -2, -32768, 32767, beyond}) {
        if (length.may_be_null && value < 0) continue;
        absurd.emplace_back().write<int16_t>(static_cast<int16_t>(value));
      }
      break;
    case LengthField::Form::fixed32:
      for (int32_t value : {-1, -2, std::numeric_limits<int32_t>::min(),
                            std::numeric_limits<int32_t>::max(), 1 << 20, beyond}) {
        if (length.may_be_null && value < 0) continue;
        absurd.emplace_back().write<int32_t>(value);
      }
      break;
    case LengthField::Form::compact:
      for (uint64_t value : {uint64_t{UINT32_MAX}, uint64_t{1} << 31, uint64_t{1} << 20,
                             static_cast<uint64_t>(beyond) + 1, uint64_t{UINT32_MAX} + 1,
                             std::numeric_limits<uint64_t>::max()}) {
        absurd.emplace_back().uvarint(value);
      }
      break;
  }
  std::vector<Bytes> bytes;
  for (ByteWriter& writer : absurd) bytes.push_back(writer.take());
  return bytes;
}

TEST(Malformed, EveryMessageCutShortAtAnyByteIsRefused) {
  Random random(test_seed() + 10);
  for_each_version([&](const MessageKind& kind, int16_t version) {
    for (int i = 0; i < 3; ++i) {
      const Bytes bytes = kind.draw(random, version)->encoded();
      for (size_t size = 0; size < bytes.size(); ++size) {
        SCOPED_TRACE(cat(size, " of ", bytes.size(), " bytes"));
        ASSERT_NO_FATAL_FAILURE(expect_refused(kind, ByteView(bytes).first(size), version));
      }
    }
  });
}

TEST(Malformed, AnAbsurdLengthAnywhereIsRefusedWithoutMemoryForIt) {
  Random random(test_seed() + 11);
  for_each_version([&](const MessageKind& kind, int16_t version) {
    for (int i = 0; i < 5; ++i) {
      std::vector<LengthField> lengths;
      const Bytes bytes = kind.draw(random, version)->reference_encoded(&lengths);
      for (const LengthField& length : lengths) {
        for (const Bytes& absurd : absurd_lengths(length, bytes.size())) {
          SCOPED_TRACE(cat("length at ", length.at, " of ", bytes.size(), " bytes"));
          const Bytes changed = with_length(bytes, length, absurd);
          ASSERT_NO_FATAL_FAILURE(expect_refused(kind, changed, version));
        }
      }
    }
  });
}

TEST(Malformed, NullIsRefusedWhereTheVersionHasNone) {
  Random random(test_seed() + 12);
  size_t refused = 0;
  for_each_version([&](const MessageKind& kind, int16_t version) {
    std::vector<LengthField> lengths;
    const Bytes bytes = kind.draw(random, version)->reference_encoded(&lengths);
    for (const LengthField& length : lengths) {
      // A count of tags is no length that could be null.
      const bool is_length = length.form != LengthField::Form::compact || length.counts_from_one;
      if (length.may_be_null || !is_length) continue;
      SCOPED_TRACE(cat("length at ", length.at, " of ", bytes.size(), " bytes"));
      const Bytes null = length.form == LengthField::Form::compact
                             ? Bytes(1, std::byte{0})
                             : Bytes(size_of_length(length, bytes), std::byte{0xff});
      ASSERT_NO_FATAL_FAILURE(expect_refused(kind, with_length(bytes, length, null), version));
      ++refused;
    }
  });
  EXPECT_GT(refused, 500U);
}

TEST(Malformed, RandomlyChangedBytesAreUnderstoodOrRefused) {
  Random random(test_seed() + 13);
  for_each_version([&](const MessageKind& kind, int16_t version) {
    for (int i = 0; i < 40; ++i) {
      Bytes bytes = kind.draw(random, version)->encoded();
      if (bytes.empty()) return;
      for (uint64_t changes = 1 + random() % 4; changes > 0; --changes) {
        bytes[random() % bytes.size()] = static_cast<std::byte>(random());
      }
      decode_watched(kind, bytes, version);
    }
  });
}

TEST(Malformed, UnknownTagsAreSkipped) {
  Random random(test_seed() + 14);
  ByteWriter tags;
  tags.uvarint(2);
  tags.uvarint(9000);
  tags.uvarint(3);
  tags.text("new");
  tags.uvarint(9001);
  tags.uvarint(0);
  size_t tried = 0;
  for_each_version([&](const MessageKind& kind, int16_t version) {
    // Without tags of its own a message ends with their count, which is zero.
    if (!kind.is_flexible(version) || kind.layout(version).find('#') != std::string::npos) return;
    const auto message = kind.draw(random, version);
    Bytes bytes = message->encoded();
    ASSERT_EQ(bytes.back(), std::byte{0});
    bytes.pop_back();
    bytes.insert(bytes.end(), tags.view().begin(), tags.view().end());
    const Decoded decoded = kind.decode(bytes, version);
    ASSERT_TRUE(decoded.message);
    EXPECT_EQ(decoded.left, 0U);
    EXPECT_TRUE(decoded.message->equals(*message));
    ++tried;
  });
  EXPECT_GT(tried, 50U);
}

}  // namespace
}  // namespace millrace::wire::testing
