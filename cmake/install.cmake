# cmake --install: library, public headers, program, and what finds them (find_package, pkg-config). Nothing of it knows
# the prefix, so that a tree may be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/Millrace)
install(TARGETS millrace_static millrace_shared EXPORT MillraceTargets INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/millrace DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(MILL_SERVER)
  install(TARGETS millrace)
endif()

install(EXPORT MillraceTargets NAMESPACE Millrace:: DESTINATION ${package})
configure_package_config_file(cmake/MillraceConfig.cmake.in ${PROJECT_BINARY_DIR}/MillraceConfig.cmake
                              INSTALL_DESTINATION ${package} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/MillraceConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/MillraceConfig.cmake ${PROJECT_BINARY_DIR}/MillraceConfigVersion.cmake
        DESTINATION ${package})

list(TRANSFORM MILL_LINKED PREPEND "-l" OUTPUT_VARIABLE MILL_PC_LINKED)
list(JOIN MILL_PC_LINKED " " MILL_PC_LINKED)
file(RELATIVE_PATH MILL_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/millrace.pc.in ${PROJECT_BINARY_DIR}/millrace.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/millrace.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
