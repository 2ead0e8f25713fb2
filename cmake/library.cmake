# The library that programs link: all layers in one file, libmillrace.a or libmillrace.so. Both are made of the objects
# that the layers' own targets compiled; the shared one exports what cmake/exports.map lists.
get_property(layers GLOBAL PROPERTY MILLRACE_LAYERS)
list(TRANSFORM layers REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>" OUTPUT_VARIABLE objects)

add_library(millrace_static STATIC ${objects})
target_link_libraries(millrace_static PUBLIC Threads::Threads)
# An installed package finds them anew, where it is used (cmake/MillraceConfig.cmake.in).
list(TRANSFORM MILL_LINKED PREPEND "-l" OUTPUT_VARIABLE linked)
target_link_libraries(millrace_static INTERFACE $<BUILD_INTERFACE:${linked}>)

add_library(millrace_shared SHARED ${objects})
target_link_libraries(millrace_shared PRIVATE ${linked} Threads::Threads)
set(exports ${PROJECT_SOURCE_DIR}/cmake/exports.map)
target_link_options(millrace_shared PRIVATE -Wl,--version-script=${exports})
# Before 1.0 every minor release may break those that were linked against the one before.
set_target_properties(millrace_shared PROPERTIES
                      VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
                      LINK_DEPENDS ${exports})

foreach(kind static shared)
  set_target_properties(millrace_${kind} PROPERTIES
                        OUTPUT_NAME millrace EXPORT_NAME ${kind} LINKER_LANGUAGE CXX)
  target_include_directories(millrace_${kind} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)
  target_compile_features(millrace_${kind} INTERFACE cxx_std_20)
  add_library(Millrace::${kind} ALIAS millrace_${kind})
  if(NOT MILL_INSTALL)  # a project around it builds the one that it links
    set_target_properties(millrace_${kind} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
endforeach()

if(BUILD_SHARED_LIBS)
  add_library(Millrace::millrace ALIAS millrace_shared)
else()
  add_library(Millrace::millrace ALIAS millrace_static)
endif()
