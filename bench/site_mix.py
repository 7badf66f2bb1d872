#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The lines of a whole site, from its files to an answer. Started by site_mix.sh, which builds what it needs.

60 % firewall lines of about 300 B (Cisco ASA, netfilter, FortiGate), 20 % sshd of 100 B, 10 % PAN-OS of 670 B, 8 % EVE with packets of
1 KB, 2 % Windows events of 1.7 KB, from a file a source. One agent, one server, both on this machine, default configuration. One JSON
line on stdout, progress on stderr. Keys as of end_to_end.py, and:

  events_per_s mb_per_s       from the agent's start until a query counts the last line
  events_by_source bytes_per_event
  lost duplicated altered     by the text of every line: written and not stored, stored more often than written, stored and not written
"""
import argparse
import collections
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import device_lines  # noqa: E402
import end_to_end  # noqa: E402
import group  # noqa: E402
import json_records  # noqa: E402
from deployment import BIN, Deployment  # noqa: E402
from group import say  # noqa: E402

EVERY = "*"
LINES_A_SECOND = 3000  # of the lines' own time
# File, who writes it, and how many of a thousand lines are his.
SOURCES = (("asa.log", device_lines.asa, 260), ("netfilter.log", device_lines.netfilter, 200), ("fortigate.log", device_lines.fortigate, 140),
           ("auth.log", device_lines.sshd, 200), ("panos.log", device_lines.panos, 100), ("eve.json", json_records.eve_with_packet, 80),
           ("windows.json", json_records.windows, 20))


def digest(line):
    return hashlib.blake2b(line, digest_size=8).digest()


def write_lines(agent, lines):
    """The files of the site. Returns how often each line was written, lines by source, and bytes."""
    written, by_source, total = collections.Counter(), {}, 0
    started = time.time() - lines / LINES_A_SECOND - 60
    for name, make, share in SOURCES:
        rng = random.Random(name)
        count = by_source[name] = lines * share // 1000
        with open(agent.log_file(name), "wb") as out:
            for at in range(count):
                line = make(rng, started + at * 1000 / share / LINES_A_SECOND).encode()
                written[digest(line)] += 1
                total += len(line) + 1
                out.write(line + b"\n")
    return written, by_source, total


def check_every_line(trust, written):
    """Every line that is stored against every line that was written."""
    stored = collections.Counter()
    command = [os.path.join(BIN, "dims"), "--identity", trust.identity, "search", EVERY, "--days", "3650", "--deadline", "3600",
               "--format", "raw"]
    with tempfile.TemporaryFile() as complaints, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints) as reader:
        for line in reader.stdout:
            stored[digest(line.rstrip(b"\n"))] += 1
        complaints.seek(0)
        if reader.wait() not in (0, 3):
            raise AssertionError(f"the stored lines could not be read back: {complaints.read().decode(errors='replace')}")
    more = stored - written
    return {"lost": (written - stored).total(), "duplicated": sum(count for line, count in more.items() if line in written),
            "altered": sum(count for line, count in more.items() if line not in written)}


def measure(lines):
    with Deployment() as trust:
        agent = trust.agent("seattle", config=end_to_end.config_for("@logs@/*"), start=False)
        say("writing the lines ...")
        written, by_source, total = write_lines(agent, lines)
        count = sum(by_source.values())
        say(f"{count:,} lines, {total / 1e6:.0f} MB, from {len(SOURCES)} files to answer ...")
        result = end_to_end.timed_run(trust, agent, count, EVERY)
        result.update(end_to_end.bytes_at_rest(trust, agent, count))
        trust.start_server()
        say("comparing every stored line with the written ones ...")
        result.update(check_every_line(trust, written))
    return {"events_per_s": result["lines_per_s"], "mb_per_s": round(total / result["seconds"] / 1e6, 1),
            "bytes_per_event": round(total / count, 1), "events_by_source": by_source, **result}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1_000_000)
    options = parser.parse_args()
    group.require_programs()
    print(json.dumps(measure(options.lines)), flush=True)


if __name__ == "__main__":
    main()
