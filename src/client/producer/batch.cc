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
      expected_count_(terms.expected_count),
      created_(terms.created),
      deadline_(terms.deadline),
      is_compressed_(terms.compression.codec != record::Codec::none),
      memory_(std::move(terms.memory)),
      builder_({.compression = terms.compression, .is_transactional = terms.is_transactional},
               memory_->take()) {
  state_->expect(expected_count_);
}

size_t Batch::bytes_of(const ProducerRecord& record) {
  size_t size = kRecordOverhead + size_of(record.key) + size_of(record.value);
  for (const Header& header : record.headers) {
    size += kHeaderOverhead + header.key.size() + size_of(header.value);
  }
  return size;
}

int32_t Batch::add(const ProducerRecord& record, int64_t timestamp_ms,
                   DeliveryCallback&& callback) {
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
  if (!callback) return index;
  if (callbacks_.empty()) callbacks_.reserve(expected_count_);
  callbacks_.emplace_back(index, std::move(callback));
  return index;
}

Result<void> Batch::seal() {
  if (bytes_) return {};
  MILL_TRY(auto built, builder_.build_without_crc());
  bytes_ = memory_->share(std::move(built));
  if (is_compressed_) memory_->give(builder_.take_memory());
  return {};
}

void Batch::stamp(const Stamp& stamp) {
  using Layout = record::HeaderLayout;
  stamp_ = stamp;
  if (bytes_.use_count() > 1) bytes_ = memory_->share(*bytes_);
  Bytes& bytes = *bytes_;
  store_be<int64_t>(bytes.data() + Layout::kProducerId, stamp.producer_id);
  store_be<int16_t>(bytes.data() + Layout::kProducerEpoch, stamp.epoch);
  store_be<int32_t>(bytes.data() + Layout::kBaseSequence, stamp.sequence);
  has_crc_ = false;
}

std::shared_ptr<const Bytes> Batch::bytes() {
  if (!std::exchange(has_crc_, true)) record::patch_crc(*bytes_);
  return bytes_;
}

void Batch::call_back() {
  const auto callbacks = std::exchange(callbacks_, {});
  if (callbacks.empty()) return;
  auto outcome = state_->outcome(callbacks.front().first);
  for (const auto& [index, callback] : callbacks) {
    if (outcome) state_->place(index, *outcome);
    callback(outcome);
  }
}

}  // namespace millrace::client
