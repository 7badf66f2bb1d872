#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Syslog by UDP at a rate, one agent and one server on this machine. Started by udp.sh, which builds what it needs. Keys:

  rate seconds              as asked for
  sent sent_per_s           by the sender, in one system call for up to 64 datagrams
  kernel_drops              of the socket, by /proc/net/udp
  reported_drops            by the agent: what it declared as lost to the kernel
  received stored           by the agent; by the server, asked with a query
  gap_rows                  lost rows in the server's gaps
  unaccounted               sent - stored - kernel_drops; 0 means that losses are the kernel's own count
  agent_cpu_s server_cpu_s  until everything was stored
  agent_rss_mib             highest resident memory
  receive_buffer_bytes      of the socket, as far as net.core.rmem_max let it grow
"""
import argparse
import json
import os
import re
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import group  # noqa: E402
from deployment import BIN, Deployment  # noqa: E402
from figures import cpu_seconds, rss_mib  # noqa: E402
from group import say, wait_for  # noqa: E402
from ports import free_port  # noqa: E402

SENDER = os.path.join(BIN, "..", "bench", "udp_sender")


def kernel_drops(port):
    """What /proc/net/udp says of the socket; None: nobody listens."""
    with open("/proc/net/udp", encoding="ascii") as table:
        for line in table:
            fields = line.split()
            if fields[1].endswith(f":{port:04X}") and fields[1] != fields[2]:
                return int(fields[-1])
    return None


def receive_buffer():
    with open("/proc/sys/net/core/rmem_max", encoding="ascii") as limit:
        return 2 * min(int(limit.read()), 8 << 20)


def measure(options):
    port = free_port(socket.SOCK_DGRAM)
    with Deployment() as trust:
        agent = trust.agent("seattle", config=f'[[input.syslog]]\nlisten = "udp://127.0.0.1:{port}"\n')
        wait_for(lambda: kernel_drops(port) is not None, "the agent listens", 60)
        client = group.Client(trust.identity)
        pids = agent.program.pid, trust.server.pid
        before = [cpu_seconds(pid) for pid in pids]
        say(f"{options.rate:,} datagrams/s for {options.seconds} s ...")
        sender = subprocess.run([SENDER, str(port), str(options.rate), str(options.seconds)], capture_output=True,
                                text=True, check=True)
        sent = json.loads(sender.stdout)
        say("waiting until everything is stored ...")
        wait_for(lambda: client.count("id") + kernel_drops(port) >= sent["sent"], "every datagram stored or dropped",
                 options.wait, lambda: f"{client.count('id'):,} stored, {kernel_drops(port):,} dropped", pause=0.5)
        wait_for(lambda: agent.status()["syslog_kernel_drops"] == kernel_drops(port), "the agent's count", 30)
        drops, stored, status = kernel_drops(port), client.count("id"), agent.status()
        wait_for(lambda: gap_rows(trust) == drops, lambda: f"{drops} rows in gaps", 30)
        result = {"rate": options.rate, "seconds": options.seconds, "sent": sent["sent"],
                  "sent_per_s": round(sent["sent"] / sent["seconds"]), "kernel_drops": drops,
                  "reported_drops": status["syslog_kernel_drops"], "received": status["rows"], "stored": stored,
                  "gap_rows": gap_rows(trust), "unaccounted": sent["sent"] - stored - drops,
                  "agent_cpu_s": round(cpu_seconds(pids[0]) - before[0], 2),
                  "server_cpu_s": round(cpu_seconds(pids[1]) - before[1], 2),
                  "agent_rss_mib": round(rss_mib(pids[0]), 1), "receive_buffer_bytes": receive_buffer()}
        client.close()
    return result


def gap_rows(trust):
    """Rows that the server knows to be missing because the site's kernel dropped them."""
    return sum(int(count) for count in re.findall(r"\s(\d+)\s+\S+\s+kernel_drop\s*$", trust.dims("gaps"), re.M))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--wait", type=int, default=180, help="seconds until everything must be stored")
    options = parser.parse_args()
    group.require_programs(SENDER)
    print(json.dumps(measure(options)), flush=True)


if __name__ == "__main__":
    main()
