#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian 12 packages this tree needs; docs/dependencies.md gives the reason for each.
#
#   installer/install-deps.sh [--check] [run|build|test|check]...      default: build test
#
# run    what the three programs need on a machine that only runs them
# build  compilers, generators and libraries: enough for installer/demo.sh
# test   what tests/run.sh adds
# check  what .ci/run adds: clang, its tools, its sanitizers' runtime
# --check installs nothing, names what is missing and ends with 1 when something is.
#
# Repeating it costs a fraction of a second. Root needs no sudo; anybody else needs sudo to install.
set -euo pipefail

run_packages=(libgrpc++1.51 libprotobuf32 libabsl20220623 libsqlite3-0 libssl3 libzstd1 zlib1g libre2-9 libsimdjson14 libcurl4 libsystemd0 libxxhash0 libcpp-httplib0.11
  libmaxminddb0 ca-certificates)
build_packages=(g++ cmake ninja-build ccache mold pkg-config libgrpc++-dev libgrpc-dev protobuf-compiler protobuf-compiler-grpc
  libprotobuf-dev libabsl-dev libsqlite3-dev libssl-dev libzstd-dev zlib1g-dev libxxhash-dev libre2-dev libsimdjson-dev
  libtomlplusplus-dev libcli11-dev libcurl4-openssl-dev libcpp-httplib-dev libsystemd-dev libmaxminddb-dev bsdutils procps)
test_packages=(libgtest-dev libgmock-dev python3 python3-grpcio python3-protobuf libfaketime universal-ctags iproute2 nftables systemd zstd curl rsyslog)
# For syslog senders that the tests run as private processes. Their packages start a service and exclude each other, so
# they are only unpacked, into $senders_directory; what they link against is installed.
test_packages+=(openssl libestr0 libfastjson4 liblognorm5 libivykis0 libnet1 libwrap0 libjson-c5 libglib2.0-0 libpcre3)
senders=(rsyslog rsyslog-openssl syslog-ng-core)
senders_directory=/var/cache/dims-test/senders
check_packages=(git clang-14 clang-tidy-14 clang-format-14 libclang-rt-14-dev)

check_only=no
sets=()
for argument in "$@"; do
  case "$argument" in
    --check) check_only=yes ;;
    run | build | test | check) sets+=("$argument") ;;
    -h | --help) sed -n '3,12s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "install-deps.sh: unknown argument '$argument' (see --help)" >&2; exit 2 ;;
  esac
done
[ ${#sets[@]} -gt 0 ] || sets=(build test)

wanted=()
for set in "${sets[@]}"; do
  declare -n packages="${set}_packages"
  wanted+=("${packages[@]}")
done

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)

# Without them their tests are skipped, so a failure is no end.
unpack_senders() {
  [[ " ${sets[*]} " == *" test "* ]] && [ "$check_only" = no ] || return 0
  local sender directory
  for sender in "${senders[@]}"; do
    [ -d "$senders_directory/$sender" ] && continue
    directory=$(mktemp -d)
    chmod 755 "$directory"
    if (cd "$directory" && apt-get download -q "$sender" >/dev/null 2>&1 && dpkg -x "$sender"_*.deb unpacked) &&
      "${as_root[@]}" mkdir -p "$senders_directory" && "${as_root[@]}" cp -r "$directory/unpacked" "$senders_directory/$sender"; then
      echo "unpacked $sender into $senders_directory for the tests"
    else
      echo "install-deps.sh: $sender cannot be had: its tests will be skipped" >&2
    fi
    rm -rf "$directory"
  done
}

# One query for all: absent packages make dpkg-query fail, which is an answer here and not an error.
installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null || true)
missing=()
for package in "${wanted[@]}"; do
  grep -qxF "installed $package" <<<"$installed" || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  unpack_senders
  exit 0
fi

if [ "$check_only" = yes ]; then
  printf 'missing: %s\n' "${missing[*]}"
  exit 1
fi

if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install-deps.sh: run this as root: ${missing[*]} are missing" >&2; exit 1; }
fi
echo "installing ${#missing[@]} Debian packages: ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes \
  apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "${missing[@]}" >/dev/null
unpack_senders
