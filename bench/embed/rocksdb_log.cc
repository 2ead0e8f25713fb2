// RocksDB with rising numbers as keys as a log; its own write-ahead log is in the page cache, or
// synced by each write.
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <bit>
#include <cstring>

#include "peer_log.h"

namespace embedded {
namespace {

void must(const rocksdb::Status& status) {
  if (!status.ok()) die("RocksDB: " + status.ToString());
}

/// Big-endian, so that keys are in the order of their numbers.
class Key {
 public:
  explicit Key(uint64_t number) {
    const uint64_t big_endian = __builtin_bswap64(number);
    std::memcpy(bytes_.data(), &big_endian, bytes_.size());
  }
  rocksdb::Slice slice() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::array<char, sizeof(uint64_t)> bytes_;
};

/// What is there already by an iterator, what comes after that key by key, since an iterator sees
/// nothing that is newer than itself.
class RocksdbReader final : public PeerReader {
 public:
  explicit RocksdbReader(rocksdb::DB& db) : db_(db), old_(db.NewIterator({})) {
    old_->SeekToFirst();
  }

  Taken take() override { return old_ ? take_old() : take_next(); }

 private:
  Taken take_old() {
    constexpr int64_t kAtOnce = 10'000;
    Taken taken;
    for (; old_->Valid() && taken.records < kAtOnce; old_->Next()) {
      ++taken.records;
      taken.bytes += static_cast<int64_t>(old_->value().size());
    }
    must(old_->status());
    if (!old_->Valid()) old_.reset();
    next_ += static_cast<uint64_t>(taken.records);
    return taken;
  }

  Taken take_next() {
    value_.Reset();
    const rocksdb::Status status =
        db_.Get({}, db_.DefaultColumnFamily(), Key(next_).slice(), &value_);
    if (status.IsNotFound()) return {};
    must(status);
    ++next_;
    return {.records = 1, .bytes = static_cast<int64_t>(value_.size())};
  }

  rocksdb::DB& db_;
  std::unique_ptr<rocksdb::Iterator> old_;
  rocksdb::PinnableSlice value_;
  uint64_t next_ = 0;
};

class RocksdbLog final : public PeerLog {
 public:
  RocksdbLog(const std::string& dir, Durability durability) {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* opened = nullptr;
    must(rocksdb::DB::Open(options, dir, &opened));
    db_.reset(opened);
    write_.sync = durability == Durability::disk;
  }

  void append(std::span<const std::string_view> values) override {
    batch_.Clear();
    for (const std::string_view value : values) {
      must(batch_.Put(Key(next_++).slice(), rocksdb::Slice(value.data(), value.size())));
    }
    must(db_->Write(write_, &batch_));
  }
  std::unique_ptr<PeerReader> reader() override { return std::make_unique<RocksdbReader>(*db_); }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::WriteOptions write_;
  rocksdb::WriteBatch batch_;
  uint64_t next_ = 0;
};

}  // namespace

Peer rocksdb_peer() {
  return {.open = [](const std::string& place, Durability durability) {
    return std::make_unique<RocksdbLog>(place, durability);
  }};
}

}  // namespace embedded
