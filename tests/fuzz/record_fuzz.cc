// Record batches from anybody: validation, iteration and every codec must refuse or understand any
// bytes, within the bound on what they unfold to.
#include <cstdlib>

#include "record/compression.h"
#include "record/record_reader.h"
#include "record/validator.h"

namespace {

constexpr size_t kUnfoldedSizeMax = 1 << 20;

// Reads every byte of a view, so that the sanitizer sees one that points outside.
size_t touch(millrace::ByteView bytes) {
  size_t sum = 0;
  for (const std::byte byte : bytes) sum += static_cast<size_t>(byte);
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace millrace;
  const ByteView input(reinterpret_cast<const std::byte*>(data), size);
  if (input.empty()) return 0;

  const auto codec = static_cast<record::Codec>(static_cast<uint8_t>(input[0]) % 5);
  if (auto unfolded = record::decompress(codec, input.subspan(1), kUnfoldedSizeMax)) {
    if (unfolded->size() > kUnfoldedSizeMax) std::abort();
  }

  // A fuzzer does not find checksums, so the batch is given the right one half of the time.
  Bytes bytes(input.begin() + 1, input.end());
  if (bytes.size() >= record::kBatchHeaderSize && (static_cast<uint8_t>(input[0]) & 1) != 0) {
    store_be(bytes.data() + record::HeaderLayout::kLength,
             static_cast<int32_t>(bytes.size() - record::kBatchPrefixSize));
    bytes[record::HeaderLayout::kMagic] = std::byte{record::kMagic};
    if (const auto batch = record::BatchView::parse(bytes)) {
      store_be(bytes.data() + record::HeaderLayout::kCrc, batch->computed_crc());
    }
  }
  record::ValidationOptions options;
  options.now_ms = 1'700'000'000'000;
  options.limits.decompressed_size_max = kUnfoldedSizeMax;
  const record::Validation validation = record::validate_batch(bytes, options);
  const auto batch = record::BatchView::parse(bytes);
  if (!batch) {
    if (std::holds_alternative<record::ValidatedBatch>(validation)) std::abort();
    return 0;
  }
  size_t count = 0;
  const auto read = record::for_each_record(
      *batch,
      [&](const record::RecordView& record) {
        if (record.key) touch(*record.key);
        if (record.value) touch(*record.value);
        for (const record::HeaderView& header : record.headers) {
          if (header.value) touch(*header.value);
        }
        ++count;
      },
      options.limits);
  if (const auto* valid = std::get_if<record::ValidatedBatch>(&validation)) {
    // What validation lets pass, a consumer can read.
    if (!read || count != static_cast<size_t>(valid->record_count)) std::abort();
  }
  return 0;
}
