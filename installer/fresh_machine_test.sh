#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Proves the two commands of README.md on a clean machine: makes a Debian 12 root with nothing but git inside, clones this
# tree's HEAD into it and runs them there. Needs root. Ten to forty minutes.
#
#   installer/fresh_machine_test.sh [--root DIR] [demo|tests]...      default: demo, demo again (already built), tests
#
# --root DIR   keeps the root in DIR and uses it again if it is there; else a temporary one, removed at the end
# The mirror, proxy and certificates are the ones this machine's apt uses, read when it runs.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
suite=bookworm

root=
keep_root=no
steps=()
while [ $# -gt 0 ]; do
  case "$1" in
    --root) root=$(realpath -m -- "$2"); keep_root=yes; shift ;;
    demo | tests) steps+=("$1") ;;
    -h | --help) sed -n '3,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "fresh_machine_test.sh: unknown argument '$1'" >&2; exit 2 ;;
  esac
  shift
done
[ ${#steps[@]} -gt 0 ] || steps=(demo demo tests)
[ "$(id -u)" -eq 0 ] || { echo "fresh_machine_test.sh: run this as root" >&2; exit 1; }

mounts=()
cleanup() {
  local status=$? i
  trap - EXIT INT TERM
  for ((i = ${#mounts[@]} - 1; i >= 0; i--)); do umount -l "${mounts[i]}" || true; done
  if [ "$keep_root" = no ] && [ -n "$root" ]; then
    # Never remove across a mount that did not go away.
    if grep -q " $root/" /proc/mounts; then echo "left behind, still mounted: $root" >&2; else rm -rf --one-file-system -- "$root"; fi
  fi
  exit $status
}

# The first Debian mirror of this machine's own sources, one-line or deb822.
mirror() {
  local found
  found=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
    sed -nE 's/^deb +(\[[^]]*\] +)?([^ ]+) +'"$suite"' .*/\2/p' | head -n 1)
  [ -n "$found" ] || found=$(cat /etc/apt/sources.list.d/*.sources 2>/dev/null |
    awk -v suite="$suite" '/^URIs:/ {uri = $2} /^Suites:/ {for (i = 2; i <= NF; i++) if ($i == suite) {print uri; exit}}')
  [ -n "$found" ] || found=http://deb.debian.org/debian
  echo "$found"
}

make_root() {
  command -v debootstrap >/dev/null || { apt-get update -qq && apt-get install -y -qq debootstrap >/dev/null; }
  local proxy; proxy=$(apt-config dump --format '%v%n' Acquire::http::Proxy)
  if [ -n "$proxy" ]; then export http_proxy=$proxy; fi
  debootstrap --variant=minbase --include=git,ca-certificates "$suite" "$root" "$(mirror)" >"$root.debootstrap.log" ||
    { tail -n 20 "$root.debootstrap.log" >&2; return 1; }
  rm -f "$root.debootstrap.log"
}

# apt inside sees the sources, proxy and certificates that apt outside uses. Hooks of other packages stay outside.
copy_apt_settings() {
  cp -L /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
  cp -L /etc/hosts "$root/etc/hosts" 2>/dev/null || true
  local found; found=$(grep -lsE "(^deb .*|^Suites:.*)$suite" /etc/apt/sources.list /etc/apt/sources.list.d/* |
    xargs -r grep -lE 'debian\.org|/debian' || true)
  if [ -n "$found" ]; then
    rm -f "$root/etc/apt/sources.list"
    xargs -r cp --parents -t "$root" <<<"$found"
  fi
  apt-config dump | grep -E '^Acquire::(https?::|Check-Valid-Until|Check-Date|Retries|ForceIPv)' \
    >"$root/etc/apt/apt.conf.d/90outside" || true
  if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
    cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/"
    chroot "$root" update-ca-certificates >/dev/null 2>&1
  fi
}

mount_kernel_files() {
  local target
  mount -t proc proc "$root/proc"; mounts+=("$root/proc")
  mount --rbind /dev "$root/dev"; mounts+=("$root/dev")
  mount --make-rslave "$root/dev"
  for target in /tmp /run; do mount -t tmpfs tmpfs "$root$target"; mounts+=("$root$target"); done
}

inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 CI=true bash -c "$1" </dev/null; }

clone() {
  rm -rf "$root/root/dims" "$root/root/origin.git"
  # A bare copy handed in: inside there is no network path to this checkout.
  git clone -q --bare --no-hardlinks "$here" "$root/root/origin.git"
  inside "git -c safe.directory='*' clone -q /root/origin.git /root/dims && cd /root/dims && git checkout -q $(git -C "$here" rev-parse HEAD)"
}

run_step() {
  local command
  case "$1" in demo) command=./installer/demo.sh ;; tests) command=./tests/run.sh ;; esac
  echo "== fresh machine: $command"
  local started=$SECONDS
  inside "cd /root/dims && $command"
  results+=("$command: passed in $((SECONDS - started)) s")
  echo "== ${results[-1]}"
}

results=()
main() {
  trap cleanup EXIT
  trap 'exit 130' INT TERM
  [ -n "$root" ] || root=$(mktemp -d /var/tmp/dims-fresh.XXXXXX)
  echo "== fresh machine: Debian $suite with nothing but git, in $root"
  if [ ! -e "$root/usr/bin/git" ]; then make_root; fi
  copy_apt_settings
  mount_kernel_files
  clone
  local step
  for step in "${steps[@]}"; do run_step "$step"; done
  printf '%s\n' "" "${results[@]}"
}

main
