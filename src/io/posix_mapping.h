// Files of the operating system as memory.
#pragma once

#include <memory>

#include "io/file_system.h"
#include "io/posix_file.h"

namespace millrace::io {

/// As FileSystem::map, of a file that is open already.
Result<std::shared_ptr<Mapping>> map_to_read(std::shared_ptr<PosixFile> file, FileRange range);
Result<std::shared_ptr<Mapping>> map_to_write(std::shared_ptr<PosixFile> file, FileRange range);

}  // namespace millrace::io
