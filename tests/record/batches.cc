#include "record/batches.h"

#include "base/text.h"

namespace millrace::record::testing {

namespace {

Text text_of(const std::optional<ByteView>& bytes) {
  if (!bytes) return std::nullopt;
  return std::string(as_text(*bytes));
}

std::optional<ByteView> view_of(const Text& text) {
  if (!text) return std::nullopt;
  return as_bytes(*text);
}

Text draw_text(std::mt19937_64& random) {
  static constexpr size_t kSizes[] = {0, 1, 3, 40, 63, 64, 127, 128, 5'000, 70'000};
  if (random() % 5 == 0) return std::nullopt;
  std::string text(kSizes[random() % std::size(kSizes)], 'x');
  // Half of the texts compress well, half do not.
  if (random() % 2 == 0) {
    for (char& c : text) c = static_cast<char>(random());
  }
  return text;
}

}  // namespace

void PrintTo(const Record& record, std::ostream* out) {
  const auto text = [](const Text& t) {
    return t ? cat(t->size(), " bytes") : std::string("null");
  };
  *out << cat("{delta ", record.offset_delta, ", timestamp ", record.timestamp, ", key ",
              text(record.key), ", value ", text(record.value), ", ", record.headers.size(),
              " headers}");
}

std::vector<Record> some_records(int count, int words) {
  std::vector<Record> records;
  for (int i = 0; i < count; ++i) {
    Record record = {.timestamp = 1'700'000'000'000 + (i % 2 == 0 ? i : -i), .offset_delta = i};
    if (i % 3 != 2) record.key = cat("key-", i);
    if (i % 5 != 4) {
      record.value = "";
      for (int word = 0; word < (i % 7 == 6 ? 0 : words); ++word) {
        *record.value += cat("value-", i, " ");
      }
    }
    if (i % 4 == 3) {
      record.headers = {{"trace", cat("t", i)}, {"empty", ""}, {"null", std::nullopt}};
    }
    records.push_back(std::move(record));
  }
  return records;
}

std::vector<Record> random_records(std::mt19937_64& random) {
  std::vector<Record> records;
  const uint64_t count = 1 + random() % 12;
  int32_t delta = -1;
  for (uint64_t i = 0; i < count; ++i) {
    delta += random() % 4 == 0 ? static_cast<int32_t>(1 + random() % 100'000) : 1;
    Record record = {.timestamp = static_cast<int64_t>(random() >> (random() % 64)),
                     .key = draw_text(random),
                     .value = draw_text(random),
                     .offset_delta = delta};
    for (uint64_t headers = random() % 3; headers > 0; --headers) {
      record.headers.emplace_back(draw_text(random).value_or(""), draw_text(random));
    }
    records.push_back(std::move(record));
  }
  return records;
}

Bytes make_batch(const std::vector<Record>& records, BatchOptions options) {
  BatchBuilder builder(options);
  for (const Record& record : records) {
    std::vector<HeaderView> headers;
    for (const auto& [key, value] : record.headers) headers.push_back({key, view_of(value)});
    builder.add({.timestamp = record.timestamp,
                 .key = view_of(record.key),
                 .value = view_of(record.value),
                 .headers = headers,
                 .offset_delta = record.offset_delta});
  }
  auto built = builder.build();
  EXPECT_TRUE(built) << built.error().message();
  return *std::move(built);
}

std::vector<Record> records_of(ByteView bytes) {
  std::vector<Record> records;
  const auto batch = BatchView::parse(bytes);
  EXPECT_TRUE(batch);
  if (!batch) return records;
  const auto read = for_each_record(*batch, [&](const RecordView& view) {
    Record record = {.timestamp = view.timestamp,
                     .key = text_of(view.key),
                     .value = text_of(view.value),
                     .offset_delta = view.offset_delta};
    EXPECT_EQ(view.offset, batch->base_offset() + view.offset_delta);
    for (const HeaderView& header : view.headers) {
      record.headers.emplace_back(header.key, text_of(header.value));
    }
    records.push_back(std::move(record));
  });
  EXPECT_TRUE(read) << read.error().message();
  return records;
}

Result<void> read_all(ByteView bytes, ReadLimits limits) {
  const auto batch = BatchView::parse(bytes);
  if (!batch) return batch.error();
  return for_each_record(*batch, [](const RecordView&) {}, limits);
}

Bytes with_payload(const Bytes& header_of, ByteView payload) {
  Bytes batch(header_of.begin(), header_of.begin() + kBatchHeaderSize);
  batch.insert(batch.end(), payload.begin(), payload.end());
  return with_field<int32_t>(
      std::move(batch), HeaderLayout::kLength,
      static_cast<int32_t>(kBatchHeaderSize - kBatchPrefixSize + payload.size()));
}

}  // namespace millrace::record::testing
