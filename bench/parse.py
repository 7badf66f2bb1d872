#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Parsing, format by format, on one core by processor time. Started by parse.sh, which builds what it needs.

For each format lines of our own with varying values (make_record_lines.py), each checked to be read as that format before anything is
timed: parse, tag and build of batches, the fastest of --repeats passes. One JSON line a format on stdout, a table on stderr.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import make_record_lines  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.environ.get("DIMS_BIN") or os.path.join(ROOT, "build", "release", "bin")
BENCH = os.path.join(BIN, "..", "bench", "parse_bench")
# Format, the dataset its lines must get, and the goal: lines a second or MB a second.
ROWS = (("sshd", "system.auth", 1_200_000, None), ("asa", "cisco.asa", 500_000, None), ("fortigate", "fortinet.fortigate", 500_000, None),
        ("netfilter", "iptables.log", 500_000, None), ("panos", "panw.panos", 500_000, None),
        ("sonicwall", "sonicwall_firewall.log", 500_000, None), ("cef", "cef", 500_000, None), ("kv", "generic.keyvalue", 500_000, None),
        ("eve", "suricata", None, 400), ("zeek", "zeek", None, 400), ("windows", "windows", None, None))


def measure(name, dataset, options):
    with tempfile.TemporaryDirectory(prefix="dims-parse-") as directory:
        path = os.path.join(directory, f"{name}.log")
        with open(path, "w", encoding="utf-8") as out:
            make_record_lines.write(out, name, options.lines)
        done = subprocess.run([BENCH, path, str(options.repeats), dataset], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--formats", nargs="*", choices=[row[0] for row in ROWS], help="all")
    options = parser.parse_args()
    if not os.access(BENCH, os.X_OK):
        sys.exit(f"not built: {BENCH} (run parse.sh)")
    print(f"{'format':<10} {'B/line':>7} {'us/line':>8} {'lines/s':>10} {'MB/s':>7}  goal", file=sys.stderr)
    for name, dataset, lines_goal, mb_goal in ROWS:
        if options.formats and name not in options.formats:
            continue
        row = measure(name, dataset, options)
        goal = f"{lines_goal:,} lines/s" if lines_goal else f"{mb_goal} MB/s" if mb_goal else ""
        print(f"{name:<10} {row['bytes_per_line']:>7.0f} {row['us_per_line']:>8.2f} {row['lines_per_s']:>10,} {row['mb_per_s']:>7.0f}  {goal}",
              file=sys.stderr, flush=True)
        print(json.dumps({**row, "format": name, "dataset": dataset, "goal_lines_per_s": lines_goal, "goal_mb_per_s": mb_goal}), flush=True)


if __name__ == "__main__":
    main()
