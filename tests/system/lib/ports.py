# SPDX-License-Identifier: Apache-2.0
"""Ports for programs that are told theirs in a file and cannot pick one themselves."""
import random
import socket

TRIES_MAX = 200
LOWEST = 10000  # below what the kernel gives to whoever asks for any port


def lowest_ephemeral():
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as first_and_last:
        return int(first_and_last.read().split()[0])


def free_port(kind=socket.SOCK_STREAM, host="127.0.0.1"):
    """A free port that nobody gets by chance until it is bound: no connection and no bind to port 0 is given one from here."""
    for _ in range(TRIES_MAX):
        port = random.randrange(LOWEST, max(lowest_ephemeral(), LOWEST + 1000))
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")
