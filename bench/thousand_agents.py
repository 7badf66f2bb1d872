#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Many agents that send a line a second each. Started by thousand_agents.sh, which builds what it needs.

The agents are one program (many_agents) of the classes that ship: buffer, forwarder, gRPC stream, client certificate. Keys:

  agents seconds            as asked for
  server_cpu_percent        of one core, from the moment when all stream until all lines are acked
  server_rss_mib            highest resident memory
  commit_groups fsyncs_per_s   of the server while lines came; fsyncs by perf or strace where permitted
  lost duplicated           by the number in each line; unknown: stored, but never sent
  join_seconds              for all agents to join
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import group  # noqa: E402
from deployment import BIN, Deployment  # noqa: E402
from figures import cpu_seconds, rss_mib  # noqa: E402
from group import say, wait_for  # noqa: E402
from syncs import SyncCounter  # noqa: E402

AGENTS = os.path.join(BIN, "..", "bench", "many_agents")
NUMBER = re.compile(rb" id=(\d+)$")


def stored_numbers(trust):
    command = [os.path.join(BIN, "dims"), "--identity", trust.identity, "search", "id", "--days", "3650", "--format", "raw"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as reader:
        return collections.Counter(int(found.group(1)) if (found := NUMBER.search(line.rstrip(b"\n"))) else -1
                                   for line in reader.stdout)


def stage(program, name):
    """Waits for a line of the program; how many seconds after its start it came."""
    line = program.stdout.readline()
    if not line:
        raise AssertionError(f"many_agents ended before '{name}' with {program.wait()}")
    return json.loads(line)[name]


def measure(options, directory):
    count = options.agents * options.seconds
    with Deployment() as trust:
        trust.add_site("seattle")
        client = group.Client(trust.identity)
        pid = trust.server.pid
        say(f"{options.agents:,} agents join ...")
        program = subprocess.Popen([AGENTS, trust.identity, "seattle", str(options.agents), str(options.seconds), directory],
                                   stdout=subprocess.PIPE, text=True)
        try:
            joined = stage(program, "joined")
            streaming = stage(program, "streaming")
            say(f"all stream after {streaming:.0f} s; {options.seconds} s of one line a second each ...")
            groups = client.status()["groups_committed"]
            syncs = SyncCounter([pid], os.path.join(trust.directory, "syncs"))
            before, started = cpu_seconds(pid), time.monotonic()
            stage(program, "sent")
            stage(program, "acked")
            seconds, used = time.monotonic() - started, cpu_seconds(pid) - before
            fsyncs = syncs.stop()
            result = {"agents": options.agents, "seconds": options.seconds, "lines": count,
                      "server_cpu_percent": round(100 * used / seconds, 1),
                      "server_rss_mib": round(rss_mib(pid), 1),
                      "commit_groups": client.status()["groups_committed"] - groups,
                      "fsyncs_per_s": None if fsyncs is None else round(fsyncs / seconds, 1),
                      "join_seconds": round(joined, 1)}
            program.wait(60)
        finally:
            if program.poll() is None:
                program.kill()
                program.wait()
        wait_for(lambda: client.status()["rows_stored"] >= count, "every line stored", 60)
        client.close()
        say("comparing every stored line with the sent ones ...")
        stored = stored_numbers(trust)
    sent = range(count)
    result.update(lost=sum(1 for number in sent if number not in stored),
                  duplicated=sum(1 for times in stored.values() if times > 1),
                  unknown=sum(1 for number in stored if number not in sent))
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    group.require_programs(AGENTS)
    shared_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # the agents' disks are not measured
    with tempfile.TemporaryDirectory(prefix="dims-agents-", dir=shared_memory) as directory:
        print(json.dumps(measure(options, directory)), flush=True)


if __name__ == "__main__":
    main()
