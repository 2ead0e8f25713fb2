// Text that libprotobuf writes, up to a limit.
#pragma once

#include <google/protobuf/io/zero_copy_stream.h>

#include <algorithm>
#include <string>
#include <utility>

namespace millrace::schema::protobuf {

/// Takes no more than `size_max` bytes; then the writer's own error handling drops the rest.
class BoundedText : public google::protobuf::io::ZeroCopyOutputStream {
 public:
  explicit BoundedText(size_t size_max) : size_max_(size_max) {}

  bool Next(void** data, int* size) override {
    const size_t used = text_.size();
    if (used == size_max_) {
      overflown_ = true;
      return false;
    }
    text_.resize(std::min(size_max_, used + std::clamp<size_t>(used, 512, 1'048'576)));
    *data = text_.data() + used;
    *size = static_cast<int>(text_.size() - used);
    return true;
  }
  void BackUp(int count) override { text_.resize(text_.size() - static_cast<size_t>(count)); }
  int64_t ByteCount() const override { return static_cast<int64_t>(text_.size()); }

  bool overflown() const { return overflown_; }
  std::string take() && { return std::move(text_); }

 private:
  size_t size_max_;
  std::string text_;
  bool overflown_ = false;
};

}  // namespace millrace::schema::protobuf
