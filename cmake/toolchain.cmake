# SPDX-License-Identifier: Apache-2.0
# Compiler cache, linker, warnings and sanitizers for every target of ours.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_library(dims_options INTERFACE)
target_include_directories(dims_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(dims_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror -fno-omit-frame-pointer
  -fstack-protector-strong)
target_compile_definitions(dims_options INTERFACE $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(dims_options INTERFACE -Wthread-safety)
endif()
if(CMAKE_UNITY_BUILD)  # what several files compiled as one set off; "dev" checks each alone
  target_compile_options(dims_options INTERFACE -Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
if(DIMS_SANITIZE)
  target_compile_options(dims_options INTERFACE -fsanitize=${DIMS_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(dims_options INTERFACE -fsanitize=${DIMS_SANITIZE})
  if(DIMS_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(dims_options INTERFACE -Wno-tsan)  # fences are not modelled; where one stands, say why
  endif()
endif()
add_link_options(-Wl,-z,relro,-z,now)
