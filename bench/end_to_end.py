#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""From a line in a file to an analyst's answer, measured. Started by end_to_end.sh, which builds what it needs.

One agent tails one file, one server, both on this machine, default configuration, mutual TLS, sealing on. One JSON line
on stdout, progress on stderr. What the keys mean:

  lines seconds lines_per_s   from the agent's start until a query counts the last line
  seconds_to_all_sealed       from the agent's start until `dims store seal`, asked for at that answer, has sealed all
  unsealed_rows_at_end        not yet sealed at that answer
  agent_cpu_s server_cpu_s    user and system time from the start until all is sealed
  agent_rss_mib server_rss_mib  highest resident memory until then (VmHWM)
  buffer_peak_mib             highest size of the agent's buffer.* files
  store_bytes_per_line        every file of the server's directory after seal and stop, without ballast and live.db's free pages
  live_free_mib               those free pages
  wire_bytes_per_line         both ways on the agent's TCP connection, as the kernel counts (TLS and HTTP/2 included)
  fsyncs_per_1000             fsync and fdatasync calls of both programs for 1,000 lines, in a run of its own
  p50_ms p99_ms               from writing a line to its arrival in `dims tail`, at 1,000 lines/s
  slow_p50_ms slow_p99_ms     the same with one line each 10 s
  lost duplicated altered     by the number in each line; altered: its stored text is not the written one
"""
import argparse
import array
import json
import mmap
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import corpus  # noqa: E402
import group  # noqa: E402
from deployment import BIN, Deployment  # noqa: E402
from figures import (MIB, PeakBytes, cpu_seconds, directory_bytes, free_page_bytes, percentile, rss_mib,  # noqa: E402
                     wire_bytes)
from group import say, wait_for  # noqa: E402
from syncs import SyncCounter  # noqa: E402

LINES_A_SECOND_MIN = 2_000  # a run slower than this is given up
ID = re.compile(rb" id=(\d+)$")


def patience(lines):
    return 60 + lines / LINES_A_SECOND_MIN


def config_for(path):
    return f'[agent]\ntlp = "amber"\n\n[[input.file]]\npaths = ["{path}"]\nstart = "beginning"\n'


def wait_until_answered(client, lines, since=0, query="id"):
    """Until `query` counts the lines; the status, which costs nothing, says when to ask."""
    stored = lambda: client.status()["rows_stored"]  # noqa: E731
    wait_for(lambda: stored() >= lines, "every line stored", patience(lines - since),
             lambda: f"{stored():,} of {lines:,} lines stored", pause=0.02)
    wait_for(lambda: client.count(query) >= lines, "every line answered", patience(lines - since))


def timed_run(trust, agent, lines, query="id"):
    """The run that everything is about; `query` finds every line. Leaves agent and server running, everything sealed."""
    client = group.Client(trust.identity)
    peak = PeakBytes(agent.state, "buffer.")
    server_before = cpu_seconds(trust.server.pid)
    started = time.monotonic()
    agent.start()
    wait_until_answered(client, lines, query=query)
    seconds = time.monotonic() - started
    unsealed = client.status()["rows_unsealed"]
    figures = {"agent_cpu_at_answer_s": cpu_seconds(agent.program.pid),
               "server_cpu_at_answer_s": cpu_seconds(trust.server.pid) - server_before}
    trust.dims("store", "seal")
    sealed = time.monotonic() - started
    status = client.status()
    client.close()
    wire = wire_bytes(agent.program.pid)
    return {
        "lines": lines, "seconds": round(seconds, 3), "lines_per_s": round(lines / seconds),
        "seconds_to_all_sealed": round(sealed, 3), "unsealed_rows_at_end": unsealed,
        "agent_cpu_s": round(cpu_seconds(agent.program.pid), 2),
        "server_cpu_s": round(cpu_seconds(trust.server.pid) - server_before, 2),
        **{name: round(value, 2) for name, value in figures.items()},
        "agent_rss_mib": round(rss_mib(agent.program.pid), 1), "server_rss_mib": round(rss_mib(trust.server.pid), 1),
        "buffer_peak_mib": round(peak.stop() / MIB, 1),
        "wire_bytes_per_line": round(wire / lines, 2) if wire else None,
        "commit_groups": status["groups_committed"],
        "still_unsealed": status["rows_unsealed"], "gaps": status["gaps_open"], "quarantined": status["quarantined_rows"],
    }


def bytes_at_rest(trust, agent, lines):
    """Stops both ends; SQLite checkpoints as its last connection closes."""
    agent.program.stop()
    trust.server.stop(60)
    free = free_page_bytes(os.path.join(trust.data, "live.db"))
    total = directory_bytes(trust.data) - os.path.getsize(os.path.join(trust.data, "ballast"))
    days = sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(trust.data)
               for name in names if name.startswith("day-"))
    return {"store_bytes_per_line": round((total - free) / lines, 2), "live_free_mib": round(free / MIB, 1),
            "day_bytes_per_line": round(days / lines, 2), "agent_buffer_mib": round(directory_bytes(agent.state) / MIB, 1)}


class WrittenLines:
    """The lines of a file by the number at their end; the file stays on disk, whatever its size."""

    def __init__(self, path):
        with open(path, "rb") as source:
            self._bytes = mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ)
        self._begins = array.array("Q")
        begin = 0
        while (end := self._bytes.find(b"\n", begin)) >= 0:
            self._begins.append(begin)
            begin = end + 1
        self._begins.append(begin)
        self._first = int(ID.search(self._line(0)).group(1))

    def __len__(self):
        return len(self._begins) - 1

    def _line(self, index):
        return self._bytes[self._begins[index]:self._begins[index + 1] - 1]

    def index_of(self, line):
        """Where the line with the number of this one stands; None for no line of ours."""
        found = ID.search(line)
        index = int(found.group(1)) - self._first if found else -1
        return index if 0 <= index < len(self) else None

    def is_as_written(self, index, line):
        return self._line(index) == line


def check_every_line(trust, path):
    """Every line that is stored against every line that was written, by number and by text."""
    written = WrittenLines(path)
    seen = bytearray(len(written))
    duplicated = altered = unknown = 0
    command = [os.path.join(BIN, "dims"), "--identity", trust.identity, "search", "id", "--days", "3650", "--deadline", "3600",
               "--format", "raw"]
    with tempfile.TemporaryFile() as complaints, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints) as reader:
        for line in reader.stdout:
            line = line.rstrip(b"\n")
            index = written.index_of(line)
            if index is None:
                unknown += 1
            elif seen[index]:
                duplicated += 1
            else:
                seen[index] = 1
                altered += not written.is_as_written(index, line)
        complaints.seek(0)
        if reader.wait() not in (0, 3):
            raise AssertionError(f"the stored lines could not be read back: {complaints.read().decode(errors='replace')}")
    return {"lost": seen.count(0), "duplicated": duplicated, "altered": altered, "unknown": unknown}


class Arrivals:
    """`dims tail` in a thread: the moment at which each number arrived."""

    def __init__(self, trust):
        command = [os.path.join(BIN, "dims"), "--identity", trust.identity, "tail", "id", "--format", "raw"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.moments = {}
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        while block := os.read(self._process.stdout.fileno(), 1 << 20):
            now = time.monotonic()
            while not block.endswith(b"\n") and (more := os.read(self._process.stdout.fileno(), 1 << 20)):
                block += more
            for number in re.findall(rb" id=(\d+)$", block, re.MULTILINE):
                self.moments.setdefault(int(number), now)

    def stop(self):
        self._process.terminate()
        self._process.wait(10)
        self._thread.join(10)


def write_at_rate(path, first, count, seconds_apart):
    """Appends lines at an even rate, in slices of 10 ms; returns when each was written."""
    moments = {}
    started = time.monotonic()
    with open(path, "ab", buffering=0) as out:
        while len(moments) < count:
            due = min(count, 1 + int((time.monotonic() - started) / seconds_apart))
            stamp = time.strftime("%b %e %H:%M:%S")
            fresh = range(first + len(moments), first + due)
            if fresh:
                out.write("".join(f"{stamp} gw1 sshd[77]: Failed password for root from 203.0.113.{number % 250} port "
                                  f"{number % 50000} ssh2 id={number}\n" for number in fresh).encode())
                moments.update(dict.fromkeys(fresh, time.monotonic()))
            time.sleep(min(0.01, seconds_apart))
    return moments


def latency(trust, path, first, count, seconds_apart, prefix=""):
    """Milliseconds from writing a line to its arrival at an analyst who follows the events."""
    arrivals = Arrivals(trust)
    probe = first
    while not arrivals.moments:  # tail shows what comes after it was asked; until it does, lines are only probes
        write_at_rate(path, probe, 1, 0.01)
        probe += 1
        time.sleep(0.5)
    written = write_at_rate(path, probe, count, seconds_apart)
    try:
        wait_for(lambda: written.keys() <= arrivals.moments.keys(), "every line followed", 60)
    finally:
        arrivals.stop()
    times = [1000 * (arrivals.moments[number] - moment) for number, moment in written.items()]
    return probe + count, {f"{prefix}p50_ms": round(percentile(times, 0.5)), f"{prefix}p99_ms": round(percentile(times, 0.99))}


def idle(agent, seconds):
    """An agent whose files are quiet."""
    time.sleep(2)
    before = cpu_seconds(agent.program.pid)
    time.sleep(seconds)
    used = cpu_seconds(agent.program.pid) - before
    return {"idle_cpu_percent": round(100 * used / seconds, 2), "idle_rss_mib": round(rss_mib(agent.program.pid, False), 1)}


def measure(options):
    lines = corpus.make(options.lines)
    result = {}
    with Deployment() as trust:
        agent = trust.agent("seattle", config=config_for("@logs@/app.log"), start=False)
        copy(lines.path, agent.log_file("app.log"))
        say(f"{lines.lines:,} lines, {lines.bytes / MIB:.0f} MiB, from file to answer ...")
        result.update(timed_run(trust, agent, lines.lines))
        result.update(bytes_at_rest(trust, agent, lines.lines))
        trust.start_server()
        say("comparing every stored line with the written ones ...")
        result.update(check_every_line(trust, lines.path))
        agent.start()
        if options.latency_lines:
            say(f"latency: {options.latency_lines:,} lines at 1,000 a second ...")
            number, found = latency(trust, agent.log_file("app.log"), options.lines, options.latency_lines, 0.001)
            result.update(found)
        if options.slow_lines:
            say(f"latency: {options.slow_lines} lines, one each {options.slow_seconds:g} s ...")
            number, found = latency(trust, agent.log_file("app.log"), number, options.slow_lines, options.slow_seconds, "slow_")
            result.update(found)
        if options.idle:
            say(f"idle for {options.idle_seconds} s ...")
            agent.restart()
            result.update(idle(agent, options.idle_seconds))
    result["corpus_sha256"] = lines.sha256
    result["corpus"] = lines.source
    result["bytes_per_line"] = round(lines.bytes / lines.lines, 1)
    return result


def copy(source, target):
    """Within the page cache, so that reading costs what it costs on a machine that just wrote its logs."""
    with open(source, "rb") as reader, open(target, "wb") as writer:
        while block := reader.read(1 << 22):
            writer.write(block)


def count_fsyncs(lines):
    """Of both programs from a file's first line to the answer and the seal, in a run of its own."""
    with Deployment() as trust:
        agent = trust.agent("seattle", config=config_for("@logs@/app.log"))
        client = group.Client(trust.identity)
        wait_for(lambda: client.status()["agents_connected"] == 1, "the agent connected", 30)
        syncs = SyncCounter([agent.program.pid, trust.server.pid], os.path.join(trust.directory, "syncs"))
        copy(lines.path, agent.log_file("app.part"))
        os.rename(agent.log_file("app.part"), agent.log_file("app.log"))
        wait_until_answered(client, lines.lines)
        trust.dims("store", "seal")
        client.close()
        count = syncs.stop()
    return {"fsyncs_per_1000": None if count is None else round(1000 * count / lines.lines, 3), "fsyncs_by": syncs.tool}


def backlog(mib):
    """The agent reads so much text while the server is away, and delivers it when the server is back."""
    per_line = corpus.make(20_000)
    lines = corpus.make(mib * MIB * per_line.lines // per_line.bytes)
    with Deployment() as trust:
        config = config_for("@logs@/app.log") + '\n[buffer]\nsize_max = "16GiB"\n'
        agent = trust.agent("seattle", config=config.replace("app.log", "*.log"))
        agent.append("first.log", "Jan 15 00:00:00 gw1 job[1]: begun\n")  # files wait for the first word of the server
        trust.wait_for_count(1, query="begun")
        trust.server.stop(60)
        lines.place(agent.log_file("app.log"))
        started = time.monotonic()
        waiting = lambda: agent.status()["waiting_rows"]  # noqa: E731
        wait_for(lambda: waiting() >= lines.lines, "everything read", patience(lines.lines),
                 lambda: f"{waiting():,} of {lines.lines:,} lines wait", pause=1)
        result = {"backlog_lines": lines.lines, "backlog_log_mib": round(lines.bytes / MIB),
                  "backlog_read_s": round(time.monotonic() - started, 1),
                  "backlog_buffer_mib": round(directory_bytes(agent.state) / MIB, 1),
                  "backlog_agent_rss_mib": round(rss_mib(agent.program.pid), 1)}
        say("the server is back ...")
        trust.start_server()
        client = group.Client(trust.identity)
        started = time.monotonic()
        wait_until_answered(client, lines.lines)
        client.close()
        result["backlog_drain_s"] = round(time.monotonic() - started, 1)
        result["backlog_drain_agent_rss_mib"] = round(rss_mib(agent.program.pid), 1)
        result["backlog_drain_server_rss_mib"] = round(rss_mib(trust.server.pid), 1)
        checked = check_every_line(trust, lines.path)
        result.update({f"backlog_{name}": checked[name] for name in ("lost", "duplicated")})
    return result


def uncycled():
    """Bytes at rest of real logs, each line once: made ones repeat a few thousand lines and flatter."""
    logs = os.path.join(corpus.SHARED, "data", "logs")
    paths = [os.path.join(folder, name) for folder, _, names in os.walk(logs) for name in sorted(names)
             if name.endswith(".log") or (name.endswith(".zst") and shutil.which("zstd"))]
    if not paths:
        return {"uncycled_lines": 0}
    with Deployment() as trust:
        agent = trust.agent("seattle", config=config_for("@logs@/*.log"), start=False)
        total = lines = 0
        for number, path in enumerate(paths):
            if path.endswith(".zst"):
                text = subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout
            else:
                with open(path, "rb") as source:
                    text = source.read()
            agent.append(f"{number}.log", text if text.endswith(b"\n") else text + b"\n")
            total += len(text)
            lines += sum(1 for line in text.split(b"\n") if line.strip())
        agent.start()
        client = group.Client(trust.identity)
        wait_for(lambda: client.status()["rows_stored"] >= lines, "every line stored", patience(lines))
        client.close()
        trust.dims("store", "seal")
        rest = bytes_at_rest(trust, agent, lines)
    return {"uncycled_lines": lines, "uncycled_raw_bytes_per_line": round(total / lines, 1),
            "uncycled_store_bytes_per_line": rest["store_bytes_per_line"],
            "uncycled_day_bytes_per_line": rest["day_bytes_per_line"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=2_000_000)
    parser.add_argument("--latency-lines", type=int, default=10_000, help="at 1,000 a second; 0: not measured (10000)")
    parser.add_argument("--slow-lines", type=int, default=3, help="one each --slow-seconds; 0: not measured (3)")
    parser.add_argument("--slow-seconds", type=float, default=10)
    parser.add_argument("--fsync-lines", type=int, default=200_000, help="of the run in which fsyncs are counted; 0: not measured")
    parser.add_argument("--idle", action="store_true", help="processor time and memory of an agent with nothing to do")
    parser.add_argument("--idle-seconds", type=int, default=60)
    parser.add_argument("--uncycled", action="store_true", help="bytes at rest of the real logs of ../shared/data/logs as well")
    parser.add_argument("--backlog-mib", type=int, default=0, help="log text read while the server is away")
    options = parser.parse_args()
    group.require_programs()
    result = measure(options)
    if options.fsync_lines:
        say("counting fsyncs ...")
        result.update(count_fsyncs(corpus.make(min(options.lines, options.fsync_lines))))
    if options.uncycled:
        say("real logs, each line once ...")
        result.update(uncycled())
    if options.backlog_mib:
        say(f"{options.backlog_mib:,} MiB of lines while the server is away ...")
        result.update(backlog(options.backlog_mib))
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
