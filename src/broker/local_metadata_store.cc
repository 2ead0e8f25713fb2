#include "broker/local_metadata_store.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "broker/metadata.pb.h"
#include "broker/metadata_journal.h"

namespace millrace::broker {
namespace {

/// A journal larger than this is folded into a snapshot, once it is also larger than the snapshot.
constexpr int64_t kJournalBytesMax = 1 << 20;
constexpr int64_t kFileBytesMax = int64_t{1} << 30;
constexpr std::string_view kSnapshot = ".snapshot";
constexpr std::string_view kJournal = ".journal";

Error damaged(const std::string& path, size_t position, std::string_view finding) {
  return kafka_error(
      ErrorCode::kafka_storage_error,
      cat(path, ": damaged at byte ", position, ": ", finding, "; restore the file from a backup"));
}

std::optional<int64_t> generation_of(std::string_view name, std::string_view suffix) {
  if (!name.ends_with(suffix)) return std::nullopt;
  return parse_int64(name.substr(0, name.size() - suffix.size()));
}

template <class Message>
bool parse(Message& message, ByteView payload) {
  return message.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
}

}  // namespace

std::string LocalMetadataStore::path_of(int64_t generation, std::string_view suffix) const {
  std::string number = std::to_string(generation);
  number.insert(0, 10 - std::min<size_t>(10, number.size()), '0');
  return io::join(dir_, number.append(suffix));
}

Result<std::unique_ptr<LocalMetadataStore>> LocalMetadataStore::open(io::FileSystem& fs,
                                                                     std::string dir) {
  std::unique_ptr<LocalMetadataStore> store(new LocalMetadataStore(fs, std::move(dir)));
  MILL_CHECK(fs.create_directories(store->dir_));
  const MutexLock lock(store->journal_mutex_);
  MILL_CHECK(store->recover());
  return store;
}

Result<void> LocalMetadataStore::recover() {
  MILL_TRY(const auto files, fs_.list(dir_));
  for (const auto& file : files) {
    if (const auto found = generation_of(file.name, kSnapshot))
      generation_ = std::max(generation_, *found);
  }
  // Generation 0 is the empty store, which needs no snapshot.
  if (generation_ > 0) MILL_CHECK(load_snapshot());
  MILL_CHECK(replay_journal());
  return remove_leftovers();
}

Result<void> LocalMetadataStore::load_snapshot() {
  const std::string path = path_of(generation_, kSnapshot);
  MILL_TRY(const Bytes bytes, io::read_file(fs_, path, kFileBytesMax));
  FrameReader frames(bytes);
  pb::SnapshotHeader header;
  const auto first = frames.next();
  if (!first || !parse(header, *first)) return damaged(path, 0, "no snapshot header");
  const MutexLock lock(state_mutex_);
  for (int64_t i = 0; i < header.entry_count(); ++i) {
    pb::Entry entry;
    const auto payload = frames.next();
    if (!payload || !parse(entry, *payload))
      return damaged(path, frames.position(), "no valid entry");
    entries_[entry.key()] = {entry.value(), entry.revision()};
  }
  revision_ = header.revision();
  snapshot_size_ = static_cast<int64_t>(bytes.size());
  return {};
}

Result<void> LocalMetadataStore::replay_journal() {
  const std::string path = path_of(generation_, kJournal);
  MILL_TRY(journal_, fs_.open(path, io::OpenMode::create));
  MILL_TRY(const Bytes bytes, io::read_file(fs_, path, kFileBytesMax));
  FrameReader frames(bytes);
  const MutexLock lock(state_mutex_);
  while (const auto payload = frames.next()) {
    pb::Transaction transaction;
    if (!parse(transaction, *payload) || transaction.revision() != revision_ + 1) {
      return damaged(path, frames.position() - payload->size(), "not the next transaction");
    }
    revision_ = transaction.revision();
    for (const auto& put : transaction.puts()) entries_[put.key()] = {put.value(), revision_};
    for (const auto& key : transaction.deletes()) entries_.erase(key);
  }
  journal_size_ = static_cast<int64_t>(frames.position());
  if (frames.at_end()) return fs_.sync_directory(dir_);
  if (frames.valid_frame_behind()) {
    return damaged(path, frames.position(), "a bad record in front of good ones");
  }
  log::warn(path, ": cut at byte ", journal_size_,
            ": the last record is torn and was never answered");
  MILL_CHECK(journal_->truncate(journal_size_));
  MILL_CHECK(journal_->sync());
  return fs_.sync_directory(dir_);
}

Result<void> LocalMetadataStore::remove_leftovers() {
  MILL_TRY(const auto files, fs_.list(dir_));
  for (const auto& file : files) {
    auto generation = generation_of(file.name, kSnapshot);
    if (!generation) generation = generation_of(file.name, kJournal);
    if (generation && *generation != generation_) MILL_CHECK(fs_.remove(io::join(dir_, file.name)));
  }
  return {};
}

Result<void> LocalMetadataStore::begin_generation() {
  // If this fails half-way the new snapshot may already be the one that counts, and then nothing
  // may go into the old journal any more.
  journal_in_doubt_ = true;
  Bytes snapshot;
  {
    const MutexLock lock(state_mutex_);
    pb::SnapshotHeader header;
    header.set_revision(revision_);
    header.set_entry_count(static_cast<int64_t>(entries_.size()));
    append_frame(snapshot, header.SerializeAsString());
    for (const auto& [key, stored] : entries_) {
      pb::Entry entry;
      entry.set_key(key);
      entry.set_value(stored.value);
      entry.set_revision(stored.revision);
      append_frame(snapshot, entry.SerializeAsString());
    }
  }
  const int64_t next = generation_ + 1;
  // The journal comes first and empty: once the snapshot's name is there, its journal is too.
  MILL_TRY(auto journal, fs_.open(path_of(next, kJournal), io::OpenMode::truncate));
  MILL_CHECK(io::replace_file(fs_, path_of(next, kSnapshot), snapshot));
  generation_ = next;
  journal_ = std::move(journal);
  journal_size_ = 0;
  snapshot_size_ = static_cast<int64_t>(snapshot.size());
  journal_in_doubt_ = false;
  if (auto removed = remove_leftovers(); !removed) {
    log::warn("old metadata files stay: ", removed.error().to_string());
  }
  return {};
}

Result<void> LocalMetadataStore::append(ByteView frame) {
  if (journal_in_doubt_) MILL_CHECK(begin_generation());
  auto written = journal_->write_at(Position(journal_size_), frame);
  if (written) written = journal_->sync();
  if (!written) {
    journal_in_doubt_ = true;
    return written;
  }
  journal_size_ += static_cast<int64_t>(frame.size());
  return {};
}

std::optional<MetadataEntry> LocalMetadataStore::get(std::string_view key) const {
  const MutexLock lock(state_mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  return MetadataEntry{found->first, found->second.value, found->second.revision};
}

std::vector<MetadataEntry> LocalMetadataStore::list(std::string_view prefix) const {
  std::vector<MetadataEntry> listed;
  const MutexLock lock(state_mutex_);
  for (auto it = entries_.lower_bound(prefix);
       it != entries_.end() && it->first.starts_with(prefix); ++it) {
    listed.push_back({it->first, it->second.value, it->second.revision});
  }
  return listed;
}

Result<void> LocalMetadataStore::check_guards(const MetadataTransaction& transaction) const {
  for (const auto& guard : transaction.guards) {
    const auto entry = get(guard.key);
    const int64_t revision = entry ? entry->revision : 0;
    if (revision != guard.revision) {
      return kafka_error(
          ErrorCode::concurrent_transactions,
          cat("metadata key ", guard.key, " is at revision ", revision, ", not ", guard.revision));
    }
  }
  return {};
}

Result<int64_t> LocalMetadataStore::commit(const MetadataTransaction& transaction) {
  const size_t operations =
      transaction.guards.size() + transaction.puts.size() + transaction.deletes.size();
  if (operations > kMetadataOperationsMax) {
    return kafka_error(ErrorCode::invalid_request,
                       cat("a metadata transaction of ", operations, " operations"));
  }
  int64_t revision = 0;
  {
    const MutexLock lock(journal_mutex_);
    MILL_CHECK(check_guards(transaction));
    {
      const MutexLock state(state_mutex_);
      revision = revision_ + 1;
    }
    pb::Transaction record;
    record.set_revision(revision);
    for (const auto& put : transaction.puts) {
      auto* stored = record.add_puts();
      stored->set_key(put.key);
      stored->set_value(put.value);
    }
    for (const auto& key : transaction.deletes) record.add_deletes(key);
    Bytes frame;
    append_frame(frame, record.SerializeAsString());
    if (frame.size() > kFramePayloadMax) {
      return kafka_error(ErrorCode::invalid_request,
                         cat("a metadata transaction of ", frame.size(), " bytes"));
    }
    if (auto appended = append(frame); !appended) {
      return kafka_error(ErrorCode::kafka_storage_error,
                         cat("metadata not written: ", appended.error().to_string()));
    }
    apply(transaction);
    if (journal_size_ > std::max(kJournalBytesMax, snapshot_size_)) {
      // This transaction is in the journal already; the next one tries again.
      if (auto folded = begin_generation(); !folded)
        log::warn("metadata snapshot: ", folded.error().to_string());
    }
  }
  deliver();
  return revision;
}

void LocalMetadataStore::apply(const MetadataTransaction& transaction) {
  const MutexLock lock(state_mutex_);
  ++revision_;
  for (const auto& put : transaction.puts) {
    entries_[put.key] = {put.value, revision_};
    if (!watches_.empty())
      undelivered_.push_back({put.key, MetadataEntry{put.key, put.value, revision_}});
  }
  for (const auto& key : transaction.deletes) {
    entries_.erase(key);
    if (!watches_.empty()) undelivered_.push_back({key, std::nullopt});
  }
}

void LocalMetadataStore::deliver() {
  for (;;) {
    Event event;
    std::vector<std::shared_ptr<const WatchCallback>> callbacks;
    {
      const MutexLock lock(state_mutex_);
      // One thread delivers at a time, so that callbacks see the order of revisions.
      if (delivering_ || undelivered_.empty()) return;
      delivering_ = true;
      event = std::move(undelivered_.front());
      undelivered_.pop_front();
      for (const Watch& watch : watches_) {
        if (event.key.starts_with(watch.prefix)) callbacks.push_back(watch.callback);
      }
    }
    for (const auto& callback : callbacks) (*callback)(event.key, event.now);
    const MutexLock lock(state_mutex_);
    delivering_ = false;
  }
}

WatchId LocalMetadataStore::watch(std::string prefix, WatchCallback callback) {
  const MutexLock lock(state_mutex_);
  watches_.push_back({++last_watch_, std::move(prefix),
                      std::make_shared<const WatchCallback>(std::move(callback))});
  return last_watch_;
}

void LocalMetadataStore::unwatch(WatchId id) {
  const MutexLock lock(state_mutex_);
  std::erase_if(watches_, [&](const Watch& watch) { return watch.id == id; });
}

}  // namespace millrace::broker
