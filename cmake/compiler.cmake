# One dialect and one set of warnings for every target; warnings are errors. All of it ends with this project's folder: a
# project around it keeps its own.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# Some libraries ask for -pthread; a precompiled header fits only what was compiled with it, too.
add_compile_options(-pthread)
if(PROJECT_IS_TOP_LEVEL)  # other projects may have a compiler that warns of more
  set(werror -Werror)
endif()
# Designated initializers name what differs from the defaults; the rest is meant to be left out.
add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow ${werror} -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-fcoroutines)
  # g++ 12 sees these in std::optional and std::string of its own library as soon as it inlines
  # (its bugs 105593 and 105651); clang and the sanitizers watch for the real ones.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict)
else()
  add_compile_options(-Wthread-safety)
endif()

if(MILL_LOCK_RANKS)
  add_compile_definitions(MILL_LOCK_RANKS)
endif()

# A compiler cache and a fast linker where they are installed; neither changes what is built.
find_program(MILL_CCACHE ccache)
if(MILL_CCACHE)
  # Without these it keeps nothing that was compiled with a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${MILL_CCACHE})
endif()
find_program(MILL_MOLD mold)
if(MILL_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
