#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The lines of a whole site, from its files to an answer. Builds the release, prints one JSON line on stdout; bench/site_mix.py says what
# each key means.
#
#   bench/site_mix.sh [--lines 1000000] [--help]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/programs.sh"
case " $* " in *" --help "* | *" -h "*) ;; *) build_release dims-agent dims-server dims query_client ;; esac
exec python3 -B "$root/bench/site_mix.py" "$@"
