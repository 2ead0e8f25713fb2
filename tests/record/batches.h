// What the tests of this layer are told in: records that own their bytes, batches made of them, and
// batches whose header lies.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "record/batch_builder.h"
#include "record/batch_view.h"
#include "record/record_reader.h"

namespace millrace::record::testing {

using Text = std::optional<std::string>;

struct Record {
  int64_t timestamp = 0;
  Text key;
  Text value;
  std::vector<std::pair<std::string, Text>> headers;
  int32_t offset_delta = 0;

  bool operator==(const Record&) const = default;
};

/// For googletest's messages.
void PrintTo(const Record& record, std::ostream* out);

inline constexpr Codec kEveryCodec[] = {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4,
                                        Codec::zstd};

/// Records 0 to count - 1 with every kind of null and empty part; values of `words` words.
std::vector<Record> some_records(int count, int words = 3);

/// The same with everything drawn.
std::vector<Record> random_records(std::mt19937_64& random);

Bytes make_batch(const std::vector<Record>& records, BatchOptions options = {});

/// All records of a batch, which must be readable.
std::vector<Record> records_of(ByteView batch);

/// Reads to the end; what the reader says then.
Result<void> read_all(ByteView batch, ReadLimits limits = {});

/// `batch` with a header field set, the CRC made right again.
template <class T>
Bytes with_field(Bytes batch, size_t at, T value) {
  store_be<T>(batch.data() + at, value);
  const uint32_t crc = BatchView::parse(batch)->computed_crc();
  store_be<uint32_t>(batch.data() + HeaderLayout::kCrc, crc);
  return batch;
}

/// The first 61 bytes of `header_of` before other record bytes, length and CRC made right.
Bytes with_payload(const Bytes& header_of, ByteView payload);

/// Asserts that `result` failed with `code`.
template <class T>
void expect_error(const Result<T>& result, ErrorCode code) {
  ASSERT_FALSE(result) << "succeeded";
  EXPECT_EQ(result.error().kafka_code(), code) << result.error().message();
}

}  // namespace millrace::record::testing
