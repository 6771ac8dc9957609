# Flags for all our code, and neuronsmith_module(): one static library a folder of neuronsmith/.
add_library(neuronsmith_flags INTERFACE)
if(NEURONSMITH_DEVELOPER)
  target_compile_options(neuronsmith_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Werror
    -Wno-restrict  # GCC 12 misfires on "x" + std::string
    -Wno-missing-field-initializers)  # what a designated initialiser leaves out has its default
endif()
if(NEURONSMITH_SANITIZE)
  target_compile_options(neuronsmith_flags INTERFACE
    -fsanitize=${NEURONSMITH_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    # GCC's documentation says that it misfires on instrumented code.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(neuronsmith_flags INTERFACE -fsanitize=${NEURONSMITH_SANITIZE})
endif()

# neuronsmith_module(NAME SOURCES file... [LINKS target...] [PRIVATE_LINKS target...])
function(neuronsmith_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  set(target neuronsmith_${name})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(neuronsmith::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_link_libraries(${target} PUBLIC ${ARG_LINKS})
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:neuronsmith_flags> ${ARG_PRIVATE_LINKS})
  set_property(GLOBAL APPEND PROPERTY NEURONSMITH_MODULES ${target})
endfunction()
