#include "io/faulty_file_system.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "base/try.h"
#include "io/memory_file_system.h"

namespace millrace::io {
namespace {

constexpr size_t kPageSize = 4096;
constexpr size_t kSectorSize = 512;

std::string name_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

}  // namespace

/// A file or a directory. `live` is what programs see, `durable` what a disk certainly holds.
struct FaultyFileSystem::Node {
  bool is_directory = false;
  Bytes live;
  Bytes durable;
  /// Pages whose live contents no sync moved over.
  std::set<size_t> dirty;
  std::map<std::string, NodePtr> names;
  std::map<std::string, NodePtr> durable_names;

  void mark_dirty(size_t from, size_t to) {
    for (size_t page = from / kPageSize; page * kPageSize < to; ++page) dirty.insert(page);
  }
  void sync() {
    for (const size_t page : dirty) copy_range(page * kPageSize, kPageSize, durable);
    durable.resize(live.size());
    dirty.clear();
  }
  /// Copies a range of the live contents into `to`, which grows (with zeros) to hold it.
  void copy_range(size_t from, size_t size, Bytes& to) const {
    if (from >= live.size()) return;
    size = std::min(size, live.size() - from);
    if (to.size() < from + size) to.resize(from + size);
    std::memcpy(to.data() + from, live.data() + from, size);
  }
  /// Contents as a disk may hold them now.
  Bytes image(std::mt19937_64& random) const {
    Bytes image = durable;
    // Now and then the disk had time for everything, or for nothing.
    const auto mood = random() % 4;
    for (const size_t page : dirty) {
      const auto fate = mood == 0 ? 0 : mood == 1 ? 1 : random() % 3;
      if (fate == 0) continue;
      if (fate == 1) {
        copy_range(page * kPageSize, kPageSize, image);
        continue;
      }
      for (size_t at = page * kPageSize; at < (page + 1) * kPageSize; at += kSectorSize) {
        if (random() % 2 == 0) copy_range(at, kSectorSize, image);
      }
    }
    if (live.size() != durable.size()) image.resize(image_size(random));
    return image;
  }

 private:
  size_t image_size(std::mt19937_64& random) const {
    const auto [low, high] = std::minmax({live.size(), durable.size()});
    switch (random() % 4) {
      case 0: return durable.size();
      case 1: return low + random() % (high - low + 1);
      default: return live.size();
    }
  }
};

/// A handle; stays usable when the name is gone.
class FaultyFile final : public File {
 public:
  FaultyFile(FaultyFileSystem& fs, FaultyFileSystem::NodePtr node, std::string path)
      : fs_(fs), node_(std::move(node)), path_(std::move(path)) {}

  Result<size_t> read_at(Position from, std::span<std::byte> into) const override {
    MILL_CHECK(fs_.fail(fs_.fault_of("read", path_, false), "pread", path_));
    const MutexLock lock(fs_.mutex_);
    const auto start = static_cast<size_t>(from.value());
    if (start >= node_->live.size()) return size_t{0};
    const size_t count = std::min(into.size(), node_->live.size() - start);
    std::memcpy(into.data(), node_->live.data() + start, count);
    return count;
  }

  Result<void> write_at(Position at, std::span<const ByteView> parts) override {
    const Fault fault = fs_.fault_of("write", path_, true);
    Bytes all;
    for (const ByteView part : parts) all.insert(all.end(), part.begin(), part.end());
    if (fault == Fault::io_error || fault == Fault::short_write) all.resize(all.size() / 2);
    if (fault != Fault::disk_full && !all.empty()) {
      const MutexLock lock(fs_.mutex_);
      const auto start = static_cast<size_t>(at.value());
      const size_t end = start + all.size();
      const size_t size = node_->live.size();
      if (end > size) node_->live.resize(end);
      std::memcpy(node_->live.data() + start, all.data(), all.size());
      node_->mark_dirty(std::min(start, size), end);
    }
    return fs_.fail(fault, "pwritev", path_);
  }

  Result<void> sync() override {
    const Fault fault = fs_.fault_of("sync", path_, true);
    if (fault != Fault::none) return io_error(EIO, "fdatasync", path_);
    const MutexLock lock(fs_.mutex_);
    node_->sync();
    return {};
  }

  Result<void> truncate(int64_t size) override {
    MILL_CHECK(fs_.fail(fs_.fault_of("truncate", path_, true), "ftruncate", path_));
    const MutexLock lock(fs_.mutex_);
    const size_t before = node_->live.size();
    const auto after = static_cast<size_t>(size);
    node_->live.resize(after);
    node_->mark_dirty(std::min(before, after) / kPageSize * kPageSize, std::max(before, after));
    return {};
  }

  Result<int64_t> size() const override {
    MILL_CHECK(fs_.fail(fs_.fault_of("size", path_, false), "fstat", path_));
    const MutexLock lock(fs_.mutex_);
    return static_cast<int64_t>(node_->live.size());
  }

  const std::string& path() const override { return path_; }

 private:
  FaultyFileSystem& fs_;
  const FaultyFileSystem::NodePtr node_;
  const std::string path_;
};

FaultyFileSystem::FaultyFileSystem() : root_(std::make_shared<Node>()) {
  root_->is_directory = true;
}
FaultyFileSystem::FaultyFileSystem(NodePtr root) : root_(std::move(root)) {}
FaultyFileSystem::~FaultyFileSystem() = default;

void FaultyFileSystem::fail_change(uint64_t number, Fault fault) {
  fail_with_ = fault;
  fail_at_change_ = changes_ + number;
}

Fault FaultyFileSystem::fault_of(std::string_view name, const std::string& path, bool changes) {
  const uint64_t call = ++calls_;
  const uint64_t change = changes ? ++changes_ : 0;
  const Fault asked = hook_ ? hook_({call, name, path, changes}) : Fault::none;
  if (asked != Fault::none) return asked;
  if (!changes) return Fault::none;
  return change == fail_at_change_ ? fail_with_ : lasting_;
}

Result<void> FaultyFileSystem::fail(Fault fault, std::string_view name,
                                    const std::string& path) const {
  if (fault == Fault::none) return {};
  return io_error(fault == Fault::io_error ? EIO : ENOSPC, name, path);
}

FaultyFileSystem::NodePtr FaultyFileSystem::find(const std::string& path) const {
  NodePtr node = root_;
  for (const std::string_view part : split(path, '/')) {
    const auto found = node->names.find(std::string(part));
    if (found == node->names.end()) return nullptr;
    node = found->second;
  }
  return node;
}

void FaultyFileSystem::apply(NameChanges changes) {
  for (const NameChange& change : changes) {
    if (change.node) {
      change.directory->names[change.name] = change.node;
    } else {
      change.directory->names.erase(change.name);
    }
  }
  unsynced_names_.push_back(std::move(changes));
}

Result<std::shared_ptr<File>> FaultyFileSystem::open(const std::string& path, OpenMode mode) {
  const bool changes = mode != OpenMode::read && mode != OpenMode::read_write;
  MILL_CHECK(fail(fault_of("open", path, changes), "open", path));
  const std::string key = normal_path(path);
  const MutexLock lock(mutex_);
  NodePtr node = find(key);
  if (node && node->is_directory) return io_error(EISDIR, "open", path);
  if (node && mode == OpenMode::create_exclusive) return io_error(EEXIST, "open", path);
  if (!node) {
    const NodePtr directory = find(parent_of(key));
    if (!changes || !directory) return io_error(ENOENT, "open", path);
    node = std::make_shared<Node>();
    apply({{directory, name_of(key), node}});
  } else if (mode == OpenMode::truncate) {
    const size_t before = node->live.size();
    node->live.clear();
    node->mark_dirty(0, before);
  }
  return std::shared_ptr<File>(std::make_shared<FaultyFile>(*this, std::move(node), path));
}

Result<void> FaultyFileSystem::rename(const std::string& from, const std::string& to) {
  MILL_CHECK(fail(fault_of("rename", from, true), "rename", from));
  const std::string source = normal_path(from);
  const std::string target = normal_path(to);
  const MutexLock lock(mutex_);
  const NodePtr node = find(source);
  const NodePtr from_directory = find(parent_of(source));
  const NodePtr to_directory = find(parent_of(target));
  if (!node || !to_directory) return io_error(ENOENT, "rename", from);
  apply({{from_directory, name_of(source), nullptr}, {to_directory, name_of(target), node}});
  return {};
}

Result<void> FaultyFileSystem::remove(const std::string& path) {
  MILL_CHECK(fail(fault_of("remove", path, true), "unlink", path));
  const std::string key = normal_path(path);
  const MutexLock lock(mutex_);
  const NodePtr node = find(key);
  if (!node) return io_error(ENOENT, "unlink", path);
  if (node->is_directory) return io_error(EISDIR, "unlink", path);
  apply({{find(parent_of(key)), name_of(key), nullptr}});
  return {};
}

void FaultyFileSystem::remove_below(const NodePtr& node) {
  const auto names = node->names;
  for (const auto& [name, child] : names) {
    remove_below(child);
    apply({{node, name, nullptr}});
  }
}

Result<void> FaultyFileSystem::remove_all(const std::string& path) {
  MILL_CHECK(fail(fault_of("remove_all", path, true), "remove", path));
  const std::string key = normal_path(path);
  const MutexLock lock(mutex_);
  const NodePtr node = find(key);
  if (!node) return {};
  remove_below(node);
  apply({{find(parent_of(key)), name_of(key), nullptr}});
  return {};
}

Result<void> FaultyFileSystem::create_directories(const std::string& path) {
  MILL_CHECK(fail(fault_of("mkdir", path, true), "mkdir", path));
  const std::string key = normal_path(path);
  const MutexLock lock(mutex_);
  for (size_t end = 0; end != std::string::npos && !key.empty();) {
    end = key.find('/', end + 1);
    const std::string made = key.substr(0, end);
    if (find(made)) continue;
    auto node = std::make_shared<Node>();
    node->is_directory = true;
    apply({{find(parent_of(made)), name_of(made), std::move(node)}});
  }
  return {};
}

Result<std::vector<DirectoryEntry>> FaultyFileSystem::list(const std::string& path) {
  MILL_CHECK(fail(fault_of("list", path, false), "list", path));
  const MutexLock lock(mutex_);
  const NodePtr node = find(normal_path(path));
  if (!node) return io_error(ENOENT, "list", path);
  std::vector<DirectoryEntry> entries;
  for (const auto& [name, child] : node->names) entries.push_back({name, child->is_directory});
  return entries;
}

Result<bool> FaultyFileSystem::exists(const std::string& path) {
  MILL_CHECK(fail(fault_of("exists", path, false), "stat", path));
  const MutexLock lock(mutex_);
  return find(normal_path(path)) != nullptr;
}

Result<void> FaultyFileSystem::sync_directory(const std::string& path) {
  MILL_CHECK(fail(fault_of("sync_directory", path, true), "fsync", path));
  const MutexLock lock(mutex_);
  const NodePtr node = find(normal_path(path));
  if (!node) return io_error(ENOENT, "fsync", path);
  node->durable_names = node->names;
  std::erase_if(unsynced_names_, [&](NameChanges& changes) {
    // A rename between two directories is one change: syncing either end makes both durable.
    const bool touches = std::any_of(changes.begin(), changes.end(),
                                     [&](const auto& change) { return change.directory == node; });
    if (!touches) return false;
    for (const NameChange& change : changes) {
      if (change.directory == node) continue;
      if (change.node) {
        change.directory->durable_names[change.name] = change.node;
      } else {
        change.directory->durable_names.erase(change.name);
      }
    }
    return true;
  });
  return {};
}

Result<std::unique_ptr<DirectoryLock>> FaultyFileSystem::lock(const std::string& path) {
  class Lock final : public DirectoryLock {
   public:
    Lock(FaultyFileSystem& fs, std::string key) : fs_(fs), key_(std::move(key)) {}
    ~Lock() override {
      const MutexLock lock(fs_.mutex_);
      fs_.locked_.erase(key_);
    }

   private:
    FaultyFileSystem& fs_;
    const std::string key_;
  };
  MILL_CHECK(fail(fault_of("lock", path, true), "flock", path));
  const std::string key = normal_path(path);
  const MutexLock lock(mutex_);
  if (!locked_.insert(key).second) return io_error(EWOULDBLOCK, "flock", path);
  return std::unique_ptr<DirectoryLock>(std::make_unique<Lock>(*this, key));
}

std::unique_ptr<FaultyFileSystem> FaultyFileSystem::power_loss(uint64_t seed) const {
  std::mt19937_64 random(seed);
  const auto fresh = std::make_shared<Node>();
  const MutexLock lock(mutex_);
  // The names that survive, as overlays on the durable ones.
  std::map<const Node*, std::map<std::string, NodePtr>> names;
  const auto mood = random() % 4;
  for (const NameChanges& changes : unsynced_names_) {
    if (mood == 0 || (mood != 1 && random() % 2 == 0)) continue;
    for (const NameChange& change : changes) {
      auto& overlaid =
          names.try_emplace(change.directory.get(), change.directory->durable_names).first->second;
      if (change.node) {
        overlaid[change.name] = change.node;
      } else {
        overlaid.erase(change.name);
      }
    }
  }
  const std::function<void(const Node&, Node&)> copy = [&](const Node& from, Node& to) {
    to.is_directory = from.is_directory;
    if (!from.is_directory) {
      to.live = to.durable = from.image(random);
      return;
    }
    const auto overlaid = names.find(&from);
    for (const auto& [name, child] :
         overlaid == names.end() ? from.durable_names : overlaid->second) {
      auto node = std::make_shared<Node>();
      copy(*child, *node);
      to.names[name] = to.durable_names[name] = std::move(node);
    }
  };
  copy(*root_, *fresh);
  return std::unique_ptr<FaultyFileSystem>(new FaultyFileSystem(fresh));
}

}  // namespace millrace::io
