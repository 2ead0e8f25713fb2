#include "io/memory_file_system.h"

#include <cerrno>
#include <mutex>

#include "base/text.h"

namespace millrace::io {
namespace {

bool is_below(const std::string& path, const std::string& directory) {
  return directory.empty() || (path.size() > directory.size() && path.starts_with(directory) &&
                               path[directory.size()] == '/');
}

}  // namespace

std::string normal_path(const std::string& path) {
  std::string normal;
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (!normal.empty()) normal += '/';
    normal += part;
  }
  return normal;
}

std::string parent_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

Result<std::shared_ptr<File>> MemoryFileSystem::open(const std::string& path, OpenMode mode) {
  const std::string key = normal_path(path);
  const std::unique_lock lock(mutex_);
  const auto found = nodes_.find(key);
  if (found != nodes_.end()) {
    if (found->second == nullptr) return io_error(EISDIR, "open", path);
    if (mode == OpenMode::create_exclusive) return io_error(EEXIST, "open", path);
    if (mode == OpenMode::truncate) {
      if (auto emptied = found->second->truncate(0); !emptied) return std::move(emptied).error();
    }
    return std::shared_ptr<File>(found->second);
  }
  if (mode == OpenMode::read || mode == OpenMode::read_write) return io_error(ENOENT, "open", path);
  const std::string parent = parent_of(key);
  if (!parent.empty() && !nodes_.contains(parent)) return io_error(ENOENT, "open", path);
  auto file = std::make_shared<MemoryFile>(path);
  nodes_.emplace(key, file);
  return std::shared_ptr<File>(std::move(file));
}

Result<void> MemoryFileSystem::rename(const std::string& from, const std::string& to) {
  const std::string source = normal_path(from);
  const std::string target = normal_path(to);
  const std::unique_lock lock(mutex_);
  if (!nodes_.contains(source)) return io_error(ENOENT, "rename", from);
  std::vector<std::pair<std::string, std::shared_ptr<MemoryFile>>> moved;
  for (auto it = nodes_.lower_bound(source); it != nodes_.end();) {
    if (!it->first.starts_with(source)) break;
    if (it->first != source && !is_below(it->first, source)) {
      ++it;
      continue;
    }
    moved.emplace_back(target + it->first.substr(source.size()), std::move(it->second));
    it = nodes_.erase(it);
  }
  for (auto& [path, node] : moved) nodes_[path] = std::move(node);
  return {};
}

Result<void> MemoryFileSystem::remove(const std::string& path) {
  const std::unique_lock lock(mutex_);
  const auto found = nodes_.find(normal_path(path));
  if (found == nodes_.end()) return io_error(ENOENT, "unlink", path);
  if (found->second == nullptr) return io_error(EISDIR, "unlink", path);
  nodes_.erase(found);
  return {};
}

Result<void> MemoryFileSystem::remove_all(const std::string& path) {
  const std::string key = normal_path(path);
  const std::unique_lock lock(mutex_);
  std::erase_if(nodes_,
                [&](const auto& node) { return node.first == key || is_below(node.first, key); });
  return {};
}

Result<void> MemoryFileSystem::create_directories(const std::string& path) {
  const std::string key = normal_path(path);
  const std::unique_lock lock(mutex_);
  for (size_t end = 0; end != std::string::npos && !key.empty();) {
    end = key.find('/', end + 1);
    const auto [node, made] = nodes_.emplace(key.substr(0, end), nullptr);
    if (!made && node->second != nullptr) return io_error(ENOTDIR, "mkdir", path);
  }
  return {};
}

Result<std::vector<DirectoryEntry>> MemoryFileSystem::list(const std::string& path) {
  const std::string key = normal_path(path);
  const std::shared_lock lock(mutex_);
  if (!key.empty() && !nodes_.contains(key)) return io_error(ENOENT, "list", path);
  std::vector<DirectoryEntry> entries;
  for (const auto& [name, node] : nodes_) {
    if (!is_below(name, key)) continue;
    const std::string rest = name.substr(key.empty() ? 0 : key.size() + 1);
    if (rest.find('/') == std::string::npos) entries.push_back({rest, node == nullptr});
  }
  return entries;
}

Result<bool> MemoryFileSystem::exists(const std::string& path) {
  const std::shared_lock lock(mutex_);
  return nodes_.contains(normal_path(path));
}

Result<void> MemoryFileSystem::sync_directory(const std::string&) { return {}; }

Result<std::unique_ptr<DirectoryLock>> MemoryFileSystem::lock(const std::string&) {
  // Nobody outside the process can see these files, so there is nobody to keep out.
  return std::make_unique<DirectoryLock>();
}

}  // namespace millrace::io
