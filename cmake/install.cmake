# `cmake --install` puts headers, libraries and the package configuration where
# find_package(neuronsmith) finds them.
include(CMakePackageConfigHelpers)

get_property(modules GLOBAL PROPERTY NEURONSMITH_MODULES)
install(TARGETS ${modules} neuronsmith_flags EXPORT neuronsmith-targets)
install(TARGETS neuronsmith_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY neuronsmith DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.hpp"
  PATTERN internal EXCLUDE PATTERN cli EXCLUDE)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/neuronsmith)
install(EXPORT neuronsmith-targets NAMESPACE neuronsmith:: DESTINATION ${package_dir})
configure_package_config_file(cmake/neuronsmith-config.cmake.in
  ${PROJECT_BINARY_DIR}/neuronsmith-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/neuronsmith-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/neuronsmith-config.cmake
  ${PROJECT_BINARY_DIR}/neuronsmith-config-version.cmake cmake/dependencies.cmake
  DESTINATION ${package_dir})
