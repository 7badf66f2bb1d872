#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes lines of one format, as devices, services and sensors write them. Same arguments, same bytes."""
import argparse
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import device_lines  # noqa: E402
import json_records  # noqa: E402

MAKERS = {"asa": device_lines.asa, "cef": device_lines.cef, "eve": json_records.eve, "fortigate": device_lines.fortigate,
          "kv": device_lines.key_value, "netfilter": device_lines.netfilter, "panos": device_lines.panos, "sonicwall": device_lines.sonicwall,
          "sshd": device_lines.sshd, "windows": json_records.windows, "zeek": json_records.zeek}
START = 1_767_322_985  # 2026-01-02


def write(out, name, lines, seed=7):
    """`lines` lines of the format `name` into the open file `out`."""
    rng = random.Random(seed)
    for at in range(lines):
        out.write(MAKERS[name](rng, START + at / 100) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--format", choices=sorted(MAKERS), required=True)
    parser.add_argument("--lines", type=int, default=20000)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    with open(arguments.out, "w", encoding="utf-8") as out:
        write(out, arguments.format, arguments.lines, arguments.seed)


if __name__ == "__main__":
    main()
