#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Questions of an analyst over ten million sealed lines, through gRPC, warm. Prints one JSON line for each; the store is
# made once, through agent and server, and kept in build/query-store. bench/query.py says what each key means.
#
#   bench/query.sh [--rows 10000000] [--repeat 9] [--goals-only] [--fresh] [--help]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/programs.sh"
case " $* " in *" --help "* | *" -h "*) ;; *) build_release dims-agent dims-server dims query_client ;; esac
exec python3 -B "$root/bench/query.py" "$@"
