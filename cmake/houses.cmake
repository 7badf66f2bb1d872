# SPDX-License-Identifier: Apache-2.0
# One folder is one library ("house"); what it may link stands in one line of its parent's CMakeLists.txt.

# dims_library(common_event DIR event DEPS absl::strings dims_common_base): every *.cc of DIR but main.cc.
# A folder without sources becomes an interface library, so that headers alone have a house too.
function(dims_library name)
  cmake_parse_arguments(ARG "" "DIR" "DEPS" ${ARGN})
  set(directory "${CMAKE_CURRENT_SOURCE_DIR}/${ARG_DIR}")
  file(GLOB sources CONFIGURE_DEPENDS "${directory}/*.cc")
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  if(sources)
    add_library(dims_${name} STATIC ${sources})
    target_link_libraries(dims_${name} PUBLIC dims_options ${ARG_DEPS})
  else()
    add_library(dims_${name} INTERFACE)
    target_link_libraries(dims_${name} INTERFACE dims_options ${ARG_DEPS})
  endif()
endfunction()

# dims_program(dims-agent DIR . DEPS dims_agent): DIR/main.cc becomes the program.
function(dims_program name)
  cmake_parse_arguments(ARG "" "DIR" "DEPS" ${ARGN})
  set(main "${CMAKE_CURRENT_SOURCE_DIR}/${ARG_DIR}/main.cc")
  if(EXISTS "${main}")
    add_executable(${name} "${main}")
    target_link_libraries(${name} PRIVATE dims_options ${ARG_DEPS})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
  endif()
endfunction()

# dims_test(common/event DEPS dims_common_event): tests/common/event/*_test.cc become one binary, each TEST one ctest.
function(dims_test directory)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${directory}/*.cc")
  if(NOT sources OR NOT DIMS_TESTS)
    return()
  endif()
  string(REPLACE "/" "_" name "${directory}")
  add_executable(${name}_test ${sources})
  target_link_libraries(${name}_test PRIVATE dims_options ${ARG_DEPS} GTest::gmock_main)
  target_compile_definitions(${name}_test PRIVATE DIMS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  set_target_properties(${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)
endfunction()

# dims_fuzz(batch_codec DEPS dims_common_event): tests/fuzz/batch_codec_fuzz.cc, corpus in tests/fuzz/corpus/batch_codec.
function(dims_fuzz name)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  set(source "${CMAKE_CURRENT_SOURCE_DIR}/fuzz/${name}_fuzz.cc")
  if(NOT DIMS_FUZZ OR NOT EXISTS "${source}")
    return()
  endif()
  add_executable(${name}_fuzz "${source}")
  target_compile_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
  target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
  target_link_libraries(${name}_fuzz PRIVATE dims_options ${ARG_DEPS})
  set_target_properties(${name}_fuzz PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/fuzz")
endfunction()
