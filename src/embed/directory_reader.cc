// The public DirectoryReader.
#include "millrace/directory_reader.h"

#include <utility>

#include "base/try.h"
#include "embed/directory_reader_impl.h"

namespace millrace {

using embed::DirectoryReaderImpl;

DirectoryReader::DirectoryReader(std::unique_ptr<DirectoryReaderImpl> impl)
    : impl_(std::move(impl)) {}
DirectoryReader::DirectoryReader(DirectoryReader&&) noexcept = default;
DirectoryReader& DirectoryReader::operator=(DirectoryReader&&) noexcept = default;
DirectoryReader::~DirectoryReader() = default;

Result<DirectoryReader> DirectoryReader::open(const std::string& dir) {
  MILL_TRY(auto impl, DirectoryReaderImpl::open(dir));
  return DirectoryReader(std::move(impl));
}

WriterState DirectoryReader::writer() const { return impl_->writer(); }

Result<std::vector<TopicPartition>> DirectoryReader::partitions() const {
  return impl_->partitions();
}

Result<LogRecords> DirectoryReader::read(const TopicPartition& partition,
                                         const ReadOptions& options) {
  return impl_->read(partition, options);
}

Result<int64_t> DirectoryReader::log_start_offset(const TopicPartition& partition) {
  MILL_TRY(const auto offsets, impl_->offsets(partition));
  return offsets.log_start_offset.value();
}

Result<int64_t> DirectoryReader::high_watermark(const TopicPartition& partition) {
  MILL_TRY(const auto offsets, impl_->offsets(partition));
  return offsets.high_watermark.value();
}

Result<int64_t> DirectoryReader::last_stable_offset(const TopicPartition& partition) {
  MILL_TRY(const auto offsets, impl_->offsets(partition));
  return offsets.last_stable_offset.value();
}

}  // namespace millrace
