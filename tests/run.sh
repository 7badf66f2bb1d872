#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds the preset "dev" and runs every test. Arguments go to ctest:
#   tests/run.sh                      everything
#   tests/run.sh -R Forwarder         one group
#   tests/run.sh -LE system           without the tests that start whole programs
# JOBS=N limits how much runs at a time (default: the number of processors).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
jobs=${JOBS:-$(nproc)}

./installer/install-deps.sh build test
cmake --preset dev -DDIMS_PCH="${CI:-OFF}" -DDIMS_TEST_TIMEOUT="${DIMS_TEST_TIMEOUT:-120}" -Wno-dev --log-level=WARNING >/dev/null
cmake --build --preset dev --parallel "$jobs"
ctest --preset dev --parallel "$jobs" --output-on-failure --no-tests=error "$@"
