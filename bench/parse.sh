#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Parsing, format by format, on one core. Builds the release, prints one JSON line a format on stdout and a table on stderr.
#
#   bench/parse.sh [--lines 20000] [--repeats 15] [--formats NAME...] [--help]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/programs.sh"
case " $* " in *" --help "* | *" -h "*) ;; *) build_release parse_bench ;; esac
exec python3 -B "$root/bench/parse.py" "$@"
