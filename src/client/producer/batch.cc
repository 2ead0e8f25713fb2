#include "client/producer/batch.h"

#include "base/try.h"
#include "record/patch.h"

namespace millrace::client {
namespace {

/// Length, attributes, timestamp, offset, key length, value length, number of headers: as varints.
constexpr size_t kRecordOverhead = 5 + 1 + 10 + 5 + 5 + 5 + 5;
constexpr size_t kHeaderOverhead = 5 + 5;

size_t size_of(const std::optional<std::string_view>& text) { return text ? text->size() : 0; }

std::optional<ByteView> view_of(const std::optional<std::string_view>& text) {
  if (!text) return std::nullopt;
  return as_bytes(*text);
}

}  // namespace

Batch::Batch(Terms terms, std::shared_ptr<DeliveryState> state)
    : backoff(terms.backoff),
      state_(std::move(state)),
      number_(terms.number),
      created_(terms.created),
      deadline_(terms.deadline),
      builder_({.compression = terms.compression, .is_transactional = terms.is_transactional}) {}

size_t Batch::bytes_of(const ProducerRecord& record) {
  size_t size = kRecordOverhead + size_of(record.key) + size_of(record.value);
  for (const Header& header : record.headers) {
    size += kHeaderOverhead + header.key.size() + size_of(header.value);
  }
  return size;
}

int32_t Batch::add(const ProducerRecord& record, int64_t timestamp_ms, DeliveryCallback callback) {
  std::vector<record::HeaderView> headers;
  headers.reserve(record.headers.size());
  for (const Header& header : record.headers) {
    headers.push_back({.key = header.key, .value = view_of(header.value)});
  }
  builder_.add({.timestamp = timestamp_ms,
                .key = view_of(record.key),
                .value = view_of(record.value),
                .headers = headers});
  ++count_;
  const int32_t index = state_->add(timestamp_ms);
  if (callback) callbacks_.emplace_back(index, std::move(callback));
  return index;
}

Result<void> Batch::seal() {
  if (bytes_) return {};
  MILL_TRY(auto built, builder_.build());
  bytes_ = std::make_shared<Bytes>(std::move(built));
  return {};
}

void Batch::stamp(const Stamp& stamp) {
  using Layout = record::HeaderLayout;
  stamp_ = stamp;
  if (bytes_.use_count() > 1) bytes_ = std::make_shared<Bytes>(*bytes_);
  Bytes& bytes = *bytes_;
  store_be<int64_t>(bytes.data() + Layout::kProducerId, stamp.producer_id);
  store_be<int16_t>(bytes.data() + Layout::kProducerEpoch, stamp.epoch);
  store_be<int32_t>(bytes.data() + Layout::kBaseSequence, stamp.sequence);
  record::patch_crc(bytes);
}

void Batch::call_back() {
  for (auto& [index, callback] : std::exchange(callbacks_, {})) callback(state_->outcome(index));
}

}  // namespace millrace::client
