#include "storage/transaction_index.h"

#include "base/text.h"
#include "base/try.h"

namespace millrace::storage {
namespace {

constexpr int16_t kVersion = 0;

}  // namespace

void AbortedTransaction::encode(std::byte* to) const {
  store_be(to, kVersion);
  store_be(to + 2, producer_id.value());
  store_be(to + 10, first_offset.value());
  store_be(to + 18, last_offset.value());
  store_be(to + 26, last_stable_offset.value());
}

AbortedTransaction AbortedTransaction::decode(const std::byte* from) {
  return {.producer_id = ProducerId(load_be<int64_t>(from + 2)),
          .first_offset = Offset(load_be<int64_t>(from + 10)),
          .last_offset = Offset(load_be<int64_t>(from + 18)),
          .last_stable_offset = Offset(load_be<int64_t>(from + 26))};
}

Result<bool> TransactionIndex::collect(Offset from, Offset up_to,
                                       std::vector<AbortedTransaction>& found) const {
  bool complete = false;
  MILL_CHECK(index_.for_each([&](const AbortedTransaction& entry) {
    if (entry.last_offset >= from && entry.first_offset < up_to) found.push_back(entry);
    complete = entry.last_stable_offset >= up_to;
    return !complete;
  }));
  return complete;
}

Result<void> TransactionIndex::flush() {
  if (!index_.empty()) return index_.flush();
  MILL_TRY(const bool exists, file_exists());
  return exists ? fs_.remove(index_.path()) : Result<void>();
}

Result<bool> TransactionIndex::attach(Offset base, Offset next_base) {
  MILL_TRY(const bool exists, file_exists());
  if (!exists) return true;
  MILL_TRY(const bool is_whole, index_.attach());
  if (!is_whole) return false;
  Offset marker = base - 1;
  bool fits = true;
  MILL_CHECK(index_.for_each([&](const AbortedTransaction& entry) {
    fits = entry.last_offset > marker && entry.last_offset < next_base &&
           entry.first_offset >= Offset(0) && entry.first_offset <= entry.last_offset;
    marker = entry.last_offset;
    return fits;
  }));
  return fits;
}

Result<void> TransactionIndex::load() {
  MILL_TRY(const bool exists, file_exists());
  return exists ? index_.load() : Result<void>();
}

}  // namespace millrace::storage
