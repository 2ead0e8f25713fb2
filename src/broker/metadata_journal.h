// The frames of metadata files: length u32, CRC-32C u32 of the payload, payload; big-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "millrace/result.h"

namespace millrace::broker {

inline constexpr size_t kFrameHeaderSize = 8;
/// A longer payload is not written and not believed.
inline constexpr size_t kFramePayloadMax = 16U << 20;

void append_frame(Bytes& to, std::string_view payload);

/// Walks the frames of a file's bytes.
class FrameReader {
 public:
  explicit FrameReader(ByteView file) : file_(file) {}

  /// The next payload, or nothing at the end or where no valid frame starts.
  std::optional<ByteView> next();
  /// Where the next frame starts: after the last valid one.
  size_t position() const { return position_; }
  bool at_end() const { return position_ == file_.size(); }
  /// True if a valid frame starts anywhere behind `position()`: then what stands there is not a
  /// torn tail but damage.
  bool valid_frame_behind() const;

 private:
  std::optional<ByteView> frame_at(size_t position) const;

  ByteView file_;
  size_t position_ = 0;
};

}  // namespace millrace::broker
