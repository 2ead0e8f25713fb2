# Every library the project links, from Debian's packages (docs/dependencies.md says why each).
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Protobuf REQUIRED)
find_package(spdlog REQUIRED)
find_package(ZLIB REQUIRED)
if(MILL_SERVER)
  find_package(CLI11 REQUIRED)
  find_package(nlohmann_json REQUIRED)
endif()
if(MILL_SERVER)
  pkg_check_modules(MD REQUIRED IMPORTED_TARGET libmd)
  pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
  pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd)
endif()
pkg_check_modules(LZ4 REQUIRED IMPORTED_TARGET liblz4)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(ISAL REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
find_library(SNAPPY_LIBRARY snappy REQUIRED)

# The same once more by the linker's names: whoever links the static library links these.
set(MILL_LINKED spdlog fmt protobuf-lite z lz4 zstd snappy isal re2 xxhash)

add_library(millrace_asio INTERFACE)
# Aligned allocation is named because asio would look for it in different headers from file to file.
target_compile_definitions(millrace_asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED ASIO_HAS_STD_ALIGNED_ALLOC=1)
target_link_libraries(millrace_asio INTERFACE Threads::Threads)
