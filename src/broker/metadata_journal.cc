#include "broker/metadata_journal.h"

#include "base/crc32c.h"

namespace millrace::broker {

void append_frame(Bytes& to, std::string_view payload) {
  const size_t at = to.size();
  to.resize(at + kFrameHeaderSize);
  store_be<uint32_t>(to.data() + at, static_cast<uint32_t>(payload.size()));
  store_be<uint32_t>(to.data() + at + 4, crc32c(as_bytes(payload)));
  const auto bytes = as_bytes(payload);
  to.insert(to.end(), bytes.begin(), bytes.end());
}

std::optional<ByteView> FrameReader::frame_at(size_t position) const {
  const ByteView rest = file_.subspan(position);
  if (rest.size() < kFrameHeaderSize) return std::nullopt;
  const size_t size = load_be<uint32_t>(rest.data());
  // No record is empty, and a run of zeros must not pass for one.
  if (size == 0 || size > kFramePayloadMax || size > rest.size() - kFrameHeaderSize)
    return std::nullopt;
  const ByteView payload = rest.subspan(kFrameHeaderSize, size);
  if (crc32c(payload) != load_be<uint32_t>(rest.data() + 4)) return std::nullopt;
  return payload;
}

std::optional<ByteView> FrameReader::next() {
  const auto payload = frame_at(position_);
  if (payload) position_ += kFrameHeaderSize + payload->size();
  return payload;
}

bool FrameReader::valid_frame_behind() const {
  for (size_t at = position_ + 1; at + kFrameHeaderSize < file_.size(); ++at) {
    if (frame_at(at)) return true;
  }
  return false;
}

}  // namespace millrace::broker
