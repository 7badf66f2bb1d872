#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes syslog lines where no collection of real ones is at hand. Same arguments, same bytes.

sshd, sudo, cron and kernel lines with addresses and users of uneven frequency; each ends with " id=N", counted.
"""
import argparse
import calendar
import random
import time

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
USERS = ["root"] * 8 + ["admin"] * 4 + ["oracle", "test", "backup", "deploy", "git", "www-data", "postgres", "ubuntu"]
SHAPES = [
    "sshd[{pid}]: Failed password for {user} from {ip} port {port} ssh2",
    "sshd[{pid}]: Failed password for invalid user {user} from {ip} port {port} ssh2",
    "sshd[{pid}]: Accepted publickey for {user} from {ip} port {port} ssh2",
    "sshd[{pid}]: Connection closed by {ip} port {port} [preauth]",
    "sshd[{pid}]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={ip}  user={user}",
    "sudo: {user} : TTY=pts/0 ; PWD=/home/{user} ; USER=root ; COMMAND=/usr/bin/apt-get update",
    "CRON[{pid}]: (root) CMD (/usr/local/sbin/backup --quiet)",
    "kernel: [{port}.{pid}] DROP IN=eth0 OUT= SRC={ip} DST=198.51.100.7 PROTO=TCP SPT={port} DPT=22 SYN",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--lines", type=int, required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=int, default=3000, help="lines per second of the lines' own time")
    parser.add_argument("--start", default="2026-01-15T00:00:00")
    parser.add_argument("--first-id", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    addresses = [f"{chance.randint(1, 223)}.{chance.randint(0, 255)}.{chance.randint(0, 255)}.{chance.randint(1, 254)}"
                 for _ in range(200_000)]
    second = calendar.timegm(time.strptime(options.start, "%Y-%m-%dT%H:%M:%S"))
    stamp = ""
    with open(options.out, "w", encoding="ascii") as out:
        for number in range(options.lines):
            if number % options.rate == 0:
                now = time.gmtime(second + number // options.rate)
                stamp = f"{MONTHS[now.tm_mon - 1]} {now.tm_mday:2d} {time.strftime('%H:%M:%S', now)} gw{number % 7}"
            rank = int(len(addresses) ** chance.random()) - 1  # about Zipf
            text = SHAPES[number * 5 % len(SHAPES)].format(
                pid=chance.randint(300, 65000), user=chance.choice(USERS), ip=addresses[rank],
                port=chance.randint(1024, 65535))
            out.write(f"{stamp} {text} id={number + options.first_id}\n")


if __name__ == "__main__":
    main()
