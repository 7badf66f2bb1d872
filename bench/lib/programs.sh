# SPDX-License-Identifier: Apache-2.0
# Sourced by the benchmarks: builds the release programs and says where they lie. DIMS_BIN names others, built already.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

build_release() {  # build_release TARGET...
  [ -z "${DIMS_BIN:-}" ] || return 0
  echo "building the release ..." >&2
  cmake --preset release -S "$root" -Wno-dev --log-level=WARNING >/dev/null
  cmake --build "$root/build/release" --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}" --target "$@" >&2
  export DIMS_BIN=$root/build/release/bin
}
