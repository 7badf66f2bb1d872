#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Syslog by UDP at a rate: what the agent reads, what the kernel drops, what is stored, and that nothing else is lost.
# Prints one JSON line; bench/udp.py says what each key means.
#
#   bench/udp.sh [--rate 100000] [--seconds 30] [--help]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/programs.sh"
case " $* " in *" --help "* | *" -h "*) ;; *) build_release dims-agent dims-server dims query_client udp_sender ;; esac
exec python3 -B "$root/bench/udp.py" "$@"
