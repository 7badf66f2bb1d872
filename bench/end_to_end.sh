#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a line in a file to an answer: one agent tails one file, one server, both on this machine, default configuration.
# Builds the release, makes the corpus once, prints one JSON line on stdout; bench/end_to_end.py says what each key means.
#
#   bench/end_to_end.sh [--lines 2000000] [--idle] [--uncycled] [--backlog-mib N] [--help]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/programs.sh"
case " $* " in *" --help "* | *" -h "*) ;; *) build_release dims-agent dims-server dims query_client ;; esac
exec python3 -B "$root/bench/end_to_end.py" "$@"
