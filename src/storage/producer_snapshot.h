// Kafka's `<offset>.snapshot`: what a log knew of its producers when it ended at that offset.
// Format: docs/formats/storage.md.
#pragma once

#include <string>

#include "base/bytes.h"
#include "io/file_system.h"
#include "millrace/result.h"
#include "storage/producer_state.h"

namespace millrace::storage {

Bytes encode_snapshot(const ProducerState& producers);
/// An error names what is wrong: version, checksum or size.
Result<ProducerState> decode_snapshot(ByteView bytes);

/// Writes the file; its name and contents are durable only after the next sync of both. A torn one
/// is told by its checksum.
Result<void> write_snapshot_file(io::FileSystem& fs, const std::string& path,
                                 const ProducerState& producers);
Result<ProducerState> read_snapshot_file(io::FileSystem& fs, const std::string& path);

}  // namespace millrace::storage
