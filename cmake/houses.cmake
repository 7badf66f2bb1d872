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
    dims_analysed(dims_${name})
    if(NOT DIMS_PROGRAMS)
      set_target_properties(dims_${name} PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
    if(DIMS_FUZZ)
      target_compile_options(dims_${name} PRIVATE -fsanitize=fuzzer-no-link)  # coverage of the code under the fuzzer
    endif()
  else()
    add_library(dims_${name} INTERFACE)
    target_link_libraries(dims_${name} INTERFACE dims_options ${ARG_DEPS})
  endif()
endfunction()

# The headers that cost most, compiled once per build: half of a test's compile time. Off by default, as a compiler cache
# cannot share objects between checkouts then; a build from cold (CI=true) is quicker with it.
function(dims_precompiled target)
  if(NOT DIMS_PCH)
    return()
  endif()
  if(NOT TARGET dims_precompiled_headers)
    file(WRITE "${PROJECT_BINARY_DIR}/precompiled.cc" "int main() {}\n")
    add_executable(dims_precompiled_headers "${PROJECT_BINARY_DIR}/precompiled.cc")
    target_link_libraries(dims_precompiled_headers PRIVATE dims_common_base GTest::gmock)
    target_compile_options(dims_precompiled_headers PRIVATE -pthread)
    target_compile_definitions(dims_precompiled_headers PRIVATE DIMS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    target_precompile_headers(dims_precompiled_headers PRIVATE <gmock/gmock.h> <gtest/gtest.h> <string> <vector>
      <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/time/time.h>)
  endif()
  target_compile_options(${target} PRIVATE -pthread)  # the flags have to be the same everywhere
  target_precompile_headers(${target} REUSE_FROM dims_precompiled_headers)
endfunction()

# dims_program(dims-agent DIR . DEPS dims_agent): DIR/main.cc becomes the program.
function(dims_program name)
  cmake_parse_arguments(ARG "" "DIR" "DEPS" ${ARGN})
  file(GLOB main CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${ARG_DIR}/main.cc")
  if(main AND DIMS_PROGRAMS)
    add_executable(${name} "${main}")
    target_link_libraries(${name} PRIVATE dims_options ${ARG_DEPS})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
    dims_analysed(${name})
  endif()
endfunction()

# clang-tidy beside the compiler for one target of the product; generated code and tests are left out.
function(dims_analysed target)
  if(DIMS_TIDY)
    set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY "${CLANG_TIDY_PROGRAM};--quiet")
  endif()
endfunction()

# dims_test(common/event DEPS dims_common_event): tests/common/event/*_test.cc become one binary, each TEST one ctest.
# ONE_THREAD: its folder knows no thread and no lock, so that ThreadSanitizer has nothing to say about it.
function(dims_test directory)
  cmake_parse_arguments(ARG "ONE_THREAD" "" "DEPS" ${ARGN})
  if(ARG_ONE_THREAD AND DIMS_SANITIZE STREQUAL "thread")
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${directory}/*.cc")
  if(NOT sources OR NOT DIMS_TESTS)
    return()
  endif()
  string(REPLACE "/" "_" name "${directory}")
  add_executable(${name}_test ${sources})
  target_link_libraries(${name}_test PRIVATE dims_options ${ARG_DEPS} GTest::gmock_main)
  target_compile_definitions(${name}_test PRIVATE DIMS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  set_target_properties(${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  dims_precompiled(${name}_test)
  gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT ${DIMS_TEST_TIMEOUT})
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

# dims_script_test(style layering_test.py LABEL style): a test that is a script; python3 is the system's, isolated from
# the user's modules. The programs' folder is handed over as DIMS_BIN.
function(dims_script_test directory script)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT;COST" "" ${ARGN})
  if(NOT DIMS_TESTS OR NOT PYTHON3_PROGRAM)
    return()
  endif()
  get_filename_component(stem "${script}" NAME_WE)
  add_test(NAME ${ARG_LABEL}.${stem}
           COMMAND "${PYTHON3_PROGRAM}" -B -E -s "${CMAKE_CURRENT_SOURCE_DIR}/${directory}/${script}")
  set_tests_properties(${ARG_LABEL}.${stem} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT "${ARG_TIMEOUT}" COST "${ARG_COST}"
                       SKIP_RETURN_CODE 77 ENVIRONMENT "DIMS_BIN=${PROJECT_BINARY_DIR}/bin")
endfunction()
