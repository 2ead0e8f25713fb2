# What nearly every file includes is parsed once and not once a file, which takes a third off a build from nothing. Files
# go on including what they use: clang's builds have no precompiled headers and tell where one does not.
set(MILL_COMMON_HEADERS
    <algorithm> <array> <atomic> <cstddef> <cstdint> <deque> <functional> <map> <memory> <mutex> <optional> <set> <span>
    <string> <string_view> <type_traits> <unordered_map> <utility> <variant> <vector>)

# millrace_precompile(TARGET headers...): TARGET compiles the common headers and these ahead.
function(millrace_precompile target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR MILL_FUZZ)
    target_precompile_headers(${target} PRIVATE ${MILL_COMMON_HEADERS} ${ARGN})
  endif()
endfunction()

# millrace_precompiled_by(TARGET OTHER): TARGET takes what OTHER compiled, a target with the same flags and no more
# definitions.
function(millrace_precompiled_by target other)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR MILL_FUZZ)
    target_precompile_headers(${target} REUSE_FROM ${other})
  endif()
endfunction()

file(WRITE ${PROJECT_BINARY_DIR}/precompiled.cc "")
add_library(millrace_precompiled OBJECT ${PROJECT_BINARY_DIR}/precompiled.cc)
set_property(TARGET millrace_precompiled PROPERTY CXX_VISIBILITY_PRESET)  # as the layers
millrace_precompile(millrace_precompiled)
