#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a server costs that serves many small sites: a thousand agents with their own certificates and streams send one
# line a second each. Prints one JSON line; bench/thousand_agents.py says what each key means.
#
#   bench/thousand_agents.sh [--agents 1000] [--seconds 60] [--help]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/programs.sh"
case " $* " in *" --help "* | *" -h "*) ;; *) build_release dims-agent dims-server dims query_client many_agents ;; esac
exec python3 -B "$root/bench/thousand_agents.py" "$@"
