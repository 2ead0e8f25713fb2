#include "record/control_record.h"

#include "base/assert.h"
#include "base/try.h"
#include "record/batch_builder.h"
#include "record/record_reader.h"

namespace millrace::record {
namespace {

constexpr int16_t kVersion = 0;
constexpr size_t kKeySize = 4;
constexpr size_t kValueSize = 6;

}  // namespace

Bytes build_marker_batch(const MarkerBatch& spec) {
  ByteWriter key(kKeySize);
  key.write<int16_t>(kVersion);
  key.write<int16_t>(static_cast<int16_t>(spec.marker.type));
  ByteWriter value(kValueSize);
  value.write<int16_t>(kVersion);
  value.write<int32_t>(spec.marker.coordinator_epoch);
  BatchBuilder builder({.is_transactional = true,
                        .is_control = true,
                        .producer_id = spec.producer_id,
                        .producer_epoch = spec.producer_epoch});
  builder.add({.timestamp = spec.timestamp, .key = key.view(), .value = value.view()});
  auto batch = builder.build();
  MILL_ASSERT(batch, "a batch without compression is always built");
  return *std::move(batch);
}

Result<std::optional<EndMarker>> parse_marker(const BatchView& batch) {
  std::optional<EndMarker> marker;
  MILL_CHECK(for_each_record(batch, [&](const RecordView& record) {
    if (!record.key || record.key->size() < kKeySize) return false;
    const auto type = load_be<int16_t>(record.key->data() + sizeof(int16_t));
    const bool is_end = type == static_cast<int16_t>(MarkerType::abort) ||
                        type == static_cast<int16_t>(MarkerType::commit);
    if (!is_end) return false;
    marker = EndMarker{.type = static_cast<MarkerType>(type)};
    if (record.value && record.value->size() >= kValueSize) {
      marker->coordinator_epoch = load_be<int32_t>(record.value->data() + sizeof(int16_t));
    }
    return false;
  }));
  return marker;
}

}  // namespace millrace::record
