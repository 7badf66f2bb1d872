#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The whole path on one machine: installs the build packages, builds the release, starts a server on loopback, makes a
# trust group with three sites, imports a list of indicators, joins an agent at each site, feeds them real input, asks
# four questions of an analyst, and shows the alert that two sites together raised.
#
#   installer/demo.sh [--keep] [--programs DIR] [FILE...]
#
# FILE...  log files to feed beside this machine's own
# --keep   leaves everything running and says how to go on by hand and how to end it
# --programs DIR  takes the programs that are there instead of building them
#
# Needs Debian 12 and root (or sudo) for the packages; nothing is installed but packages, everything else lies in one
# temporary directory that goes away at the end.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
started=$SECONDS

bin=
keep=no
given=()
while [ $# -gt 0 ]; do
  argument=$1
  shift
  case "$argument" in
    --keep) keep=yes ;;
    --programs) bin=$(realpath -- "${1:?demo.sh: --programs needs a directory}"); shift ;;
    -h | --help) sed -n '3,14s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "demo.sh: unknown argument '$argument' (see --help)" >&2; exit 2 ;;
    *) [ -r "$argument" ] || { echo "demo.sh: cannot read $argument" >&2; exit 2; }
      given+=("$(realpath -- "$argument")") ;;
  esac
done

work=
pids=()
wait_seconds_max=60

say() { printf '\n\033[1m%s\033[0m\n' "$*" | { [ -t 1 ] && cat || sed 's/\x1b\[[0-9;]*m//g'; }; }
note() { printf '  %s\n' "$*"; }
fail() { printf 'demo.sh: %s\n' "$*" >&2; exit 1; }

# Ends what was started, by process id, newest first, and says so when one does not end in time.
cleanup() {
  local status=$? pid
  trap - EXIT INT TERM
  if [ "$keep" = yes ] && [ $status -eq 0 ]; then exit 0; fi
  if [ $status -ne 0 ] && [ -n "$work" ]; then
    for log in "$work"/*.log; do [ -s "$log" ] && { echo "--- $(basename "$log")"; tail -n 15 "$log"; } >&2; done
  fi
  local i
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do end_process "${pids[i]}"; done
  [ -z "$work" ] || rm -rf -- "$work"
  exit $status
}

end_process() {
  local pid=$1 deadline=$((SECONDS + 12))
  kill -TERM "$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null; do
    if [ $SECONDS -ge $deadline ]; then note "process $pid did not end in 12 s; killed"; kill -KILL "$pid"; fi
    sleep 0.05
  done
}

# Runs a command until it succeeds; shows a dot a second.
wait_for() {  # wait_for WHAT COMMAND...
  local said dots=no what=$1 deadline=$((SECONDS + wait_seconds_max)) shown=$SECONDS
  shift
  until said=$("$@" 2>&1); do
    [ $SECONDS -lt $deadline ] || fail "$what: not within $wait_seconds_max s: $said"
    if [ $SECONDS -gt $shown ]; then printf '.'; shown=$SECONDS dots=yes; fi
    sleep 0.1
  done
  if [ $dots = yes ]; then echo; fi
}

build() {
  if [ -n "$bin" ]; then return; fi
  bin=$here/build/release/bin
  say "Building the release (the first time takes some minutes)"
  "$here/installer/install-deps.sh" build
  cmake --preset release -S "$here" -Wno-dev --log-level=WARNING >/dev/null
  local jobs; jobs=$(nproc)
  if [ -t 1 ]; then
    cmake --build "$here/build/release" --parallel "$jobs" --target dims-agent dims-server dims
  else
    cmake --build "$here/build/release" --parallel "$jobs" --target dims-agent dims-server dims | every_tenth
  fi
  note "built after $((SECONDS - started)) s"
}

# Of ninja's lines "[120/340] ..." one each ten percent; everything else (errors) as it is. No awk: Debian's reads a pipe
# in pieces of 4 KiB, which is minutes of nothing here.
every_tenth() {
  local line tenth last=0
  while IFS= read -r line; do
    if [[ ! $line =~ ^\[([0-9]+)/([0-9]+) ]]; then
      printf '%s\n' "$line"
      continue
    fi
    tenth=$((10 * BASH_REMATCH[1] / BASH_REMATCH[2]))
    if [ "$tenth" -gt "$last" ]; then note "${BASH_REMATCH[1]} of ${BASH_REMATCH[2]} steps, $((SECONDS - started)) s"; last=$tenth; fi
  done
}

dims() { "$bin/dims" --identity "$work/server/operator.identity" "$@"; }

start_server() {
  say "Starting the server on loopback"
  "$bin/dims-server" init --data "$work/server" --listen 127.0.0.1:0 --name "Demo trust group" >"$work/init.log" 2>&1
  "$bin/dims-server" run --data "$work/server" >"$work/server.log" 2>&1 &
  pids+=($!)
  wait_for "the server" dims status
  note "trust group made, server is process $!"
}

sites=(city port schools)
add_sites() {
  say "A trust group of three sites"
  dims site add city --name "City of Riverton" --cidr 198.51.100.0/24 --domain city.example >/dev/null
  dims site add port --name "Port of Riverton" --cidr 192.0.2.0/24 --domain port.example >/dev/null
  dims site add schools --name "Riverton School District" --cidr 10.20.0.0/16 --domain schools.example >/dev/null
  dims site list
}

# A list as a provider would send it: one address that two sites will see, one block, one domain.
import_indicators() {
  say "A list of indicators, SAMPLE of our own"
  { printf 'indicator,type,confidence,tlp,expires,name\n'
    printf '%s,address,90,green,%(%Y-%m-%d)T,password guesser\n' "$foe" $((EPOCHSECONDS + 30 * 86400))
    printf '198.18.0.0/15,cidr,60,green,,rented machines\n'
    printf '*.evil.example,domain,75,clear,,phishing kit\n'; } >"$work/demo-list.csv"
  sed 's/^/  /' "$work/demo-list.csv"
  note "dims intel import demo-list.csv --provider demo"
  dims intel import "$work/demo-list.csv" --provider demo | sed 's/^/  /'
}

start_agent() {  # start_agent SITE; its configuration is $work/SITE.toml
  local site=$1 token
  token=$(dims agent invite "$site")
  "$bin/dims-agent" join "$token" --state "$work/$site" >"$work/$site.log" 2>&1
  "$bin/dims-agent" run --config "$work/$site.toml" --state "$work/$site" >>"$work/$site.log" 2>&1 &
  pids+=($!)
}

# Sample lines of our own: failed and accepted log-ins over the last hours, as sshd writes them.
foe=203.0.113.66
write_samples() {  # write_samples SITE LINES > FILE
  local site=$1 lines=$2 i second users=(root admin oracle backup deploy) user
  for ((i = 0; i < lines; i++)); do
    second=$((EPOCHSECONDS - (lines - i) * 90)); user=${users[i % 5]}
    case $((i % 6)) in
      0 | 1 | 2) printf "%(%b %e %H:%M:%S)T $site-gw sshd[$((2000 + i))]: Failed password for $user from 203.0.113.$((10 + i % 7)) port $((40000 + i)) ssh2\n" "$second" ;;
      3) printf "%(%b %e %H:%M:%S)T $site-gw sshd[$((2000 + i))]: Invalid user $user from $foe port $((40000 + i))\n" "$second" ;;
      4) printf "%(%b %e %H:%M:%S)T $site-gw sshd[$((2000 + i))]: Accepted publickey for operator from 10.20.0.$((i % 20)) port $((40000 + i)) ssh2\n" "$second" ;;
      5) printf "%(%b %e %H:%M:%S)T $site-gw CRON[$((2000 + i))]: (root) CMD (/usr/local/sbin/backup)\n" "$second" ;;
    esac
  done
}

file_input() {  # file_input PATH... : one [[input.file]] over them
  local quoted=() path
  for path in "$@"; do quoted+=("\"$path\""); done
  local IFS=,
  printf '[[input.file]]\npaths = [%s]\nstart = "beginning"\n\n' "${quoted[*]}"
}

free_udp_port() {
  local port
  for _ in {1..50}; do
    port=$((20000 + RANDOM % 20000))
    grep -qi ":$(printf '%04X' "$port") " /proc/net/udp /proc/net/udp6 || { echo "$port"; return; }
  done
  fail "no free UDP port found"
}

expected=0
start_inputs() {
  say "Three agents, and what they read"
  local own=() path
  for path in /var/log/auth.log /var/log/syslog /var/log/messages /var/log/dpkg.log /var/log/apt/history.log \
    /var/log/alternatives.log; do
    if [ -s "$path" ] && [ -r "$path" ]; then own+=("$path"); fi
  done
  mkdir "$work/samples"
  write_samples city 240 >"$work/samples/sample-city-auth.log"
  write_samples schools 240 >"$work/samples/sample-schools-auth.log"

  local syslog_port; syslog_port=$(free_udp_port)
  { printf '[agent]\ntlp = "green"\ntags = ["demo"]\n\n'
    file_input "${own[@]}" "${given[@]}" "$work/samples/sample-city-auth.log"; } >"$work/city.toml"
  printf '[agent]\ntlp = "amber"\ntags = ["demo"]\n\n[[input.syslog]]\nlisten = "udp://127.0.0.1:%s"\n' "$syslog_port" >"$work/port.toml"
  { printf '[agent]\ntlp = "green"\ntags = ["demo"]\n\n'; file_input "$work/samples/sample-schools-auth.log"; } >"$work/schools.toml"

  local site
  for site in "${sites[@]}"; do start_agent "$site"; done
  for path in "${own[@]}"; do note "city     this machine's own $path ($(wc -l <"$path") lines)"; done
  for path in "${given[@]}"; do note "city     given: $path ($(wc -l <"$path") lines)"; done
  note "city     240 SAMPLE lines of our own (sample-city-auth.log), as a fresh machine has few log-ins"
  note "schools  240 SAMPLE lines of our own (sample-schools-auth.log)"
  wait_for "the syslog input" listening "$syslog_port"
  send_syslog "$syslog_port" 60
  note "port     60 SAMPLE lines sent by logger to udp://127.0.0.1:$syslog_port"
  expected=$((60 + $(cat "${own[@]}" "${given[@]}" "$work"/samples/*.log | wc -l)))
}

listening() { grep -qi ":$(printf '%04X' "$1") " /proc/net/udp /proc/net/udp6; }

send_syslog() {  # send_syslog PORT LINES
  local i
  for ((i = 0; i < $2; i++)); do
    printf 'Failed password for invalid user crane%d from %s port %d ssh2\n' $((i % 4)) "$foe" $((50000 + i))
  done | logger -n 127.0.0.1 -P "$1" -d -p auth.info -t "sshd"
}

count_events() { dims search '* | count' --days 3650 --format json 2>/dev/null | sed -n 's/.*"count": *\([0-9]*\).*/\1/p'; }

# Until every line is answered by a query; when a file has lines that are not events, until the count stands still.
wait_for_events() {
  say "Waiting for the data: from the sites' disks to an answer"
  local seen=0 before=-1 changed=$SECONDS deadline=$((SECONDS + wait_seconds_max))
  while seen=$(count_events); seen=${seen:-0}; [ "$seen" -lt "$expected" ]; do
    if [ "$seen" != "$before" ]; then changed=$SECONDS; before=$seen; note "$seen of $expected"; fi
    if [ "$seen" -gt 0 ] && [ $((SECONDS - changed)) -ge 8 ]; then note "stands at $seen: not every line is an event"; return; fi
    [ $SECONDS -lt $deadline ] || fail "only $seen of $expected events within $wait_seconds_max s"
    sleep 0.2
  done
  note "$seen events are there"
}

ask() {  # ask QUESTION QUERY [OPTION...]
  local question=$1 query=$2
  shift 2
  say "$question"
  note "dims search '$query' $*"
  dims search "$query" "$@"
}

ask_questions() {
  ask "1. The last failed log-ins" \
    'event.outcome:=failure event.category:=authentication | fields @timestamp organization.id user.name source.ip | head 8' --last 24h
  ask "2. The top source addresses" 'source.ip:* | top 8 source.ip' --last 24h
  ask "3. Events by site and hour" 'tags:=demo | stats count() by organization.id, bucket(@timestamp,1h)' --last 8h
  ask "4. Who else saw $foe?" "ip:$foe | stats count(), min(@timestamp), max(@timestamp) by organization.id" --last 24h
}

# The list and the two sites' events met in the commit that stored them, so the alert is there when the events are.
show_alert() {
  say "What nobody asked: an alert of the rule 'the same foe at two or more sites within an hour'"
  note "dims alerts"
  dims alerts
  echo
  note "dims lookup $foe --last 24h"
  dims lookup "$foe" --last 24h
}

show_state() {
  say "The state of the agents"
  dims status
  local site
  for site in "${sites[@]}"; do printf '\n  %s:\n' "$site"; "$bin/dims-agent" status --state "$work/$site" | sed 's/^/    /'; done
}

say_how_to_go_on() {
  if [ "$keep" = no ]; then
    say "Done in $((SECONDS - started)) s. Everything is stopped and removed now; --keep leaves it running."
    return
  fi
  say "Done in $((SECONDS - started)) s, and left running. By hand:"
  note "export DIMS_IDENTITY=$work/server/operator.identity PATH=$bin:\$PATH"
  note "dims search 'user:root event.outcome:=failure | top 10 source.ip' --last 24h"
  note "dims tail                                    # live, until ctrl-c: as events arrive"
  note "dims agent invite city                       # a token for one more agent"
  note "dims --help"
  note "logs and data: $work"
  write_end_script
  note "to end it:  sh $work/end.sh               # ends processes ${pids[*]} and removes the directory"
}

# The programs write until they have ended; a directory is removed after that.
write_end_script() {
  { printf '#!/bin/sh\nkill %s 2>/dev/null\n' "${pids[*]}"
    printf 'tries=150\n'
    printf 'for pid in %s; do\n' "${pids[*]}"
    printf '  while kill -0 "$pid" 2>/dev/null && [ $tries -gt 0 ]; do sleep 0.1; tries=$((tries - 1)); done\ndone\n'
    printf 'rm -rf -- %q\n' "$work"; } >"$work/end.sh"
}

main() {
  trap cleanup EXIT
  trap 'exit 130' INT TERM
  build
  work=$(mktemp -d "${TMPDIR:-/tmp}/dims-demo.XXXXXX")
  start_server
  add_sites
  import_indicators
  start_inputs
  wait_for_events
  ask_questions
  show_alert
  show_state
  say_how_to_go_on
}

main
