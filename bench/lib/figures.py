# SPDX-License-Identifier: Apache-2.0
"""What a run cost, from /proc, ss and the files it left."""
import os
import re
import sqlite3
import subprocess
import threading

MIB = 1 << 20
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_mib(pid, peak=True):
    """Resident memory, the highest ever (VmHWM) or now."""
    name = "VmHWM:" if peak else "VmRSS:"
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(name))


def wire_bytes(pid):
    """Bytes both ways on the open TCP connections of a process, as its kernel counts them; None without ss."""
    try:
        table = subprocess.run(["ss", "-Htinp", "state", "established"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    total, ours = 0, False
    for line in table.splitlines():
        if not line.startswith((" ", "\t")):
            ours = f"pid={pid}," in line
        elif ours:
            total += sum(int(count) for count in re.findall(r"\bbytes_(?:sent|received):(\d+)", line))
    return total or None


def directory_bytes(path):
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                total += os.path.getsize(os.path.join(folder, name))
            except FileNotFoundError:
                pass  # a file that came and went
    return total


def free_page_bytes(path):
    """Of an SQLite file that nobody has open."""
    database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        free, = database.execute("PRAGMA freelist_count").fetchone()
        size, = database.execute("PRAGMA page_size").fetchone()
        return free * size
    finally:
        database.close()


class PeakBytes:
    """The most that the files of a directory took together, looked at every 50 ms in a thread of its own."""

    def __init__(self, path, prefix):
        self._path = path
        self._prefix = prefix
        self._peak = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self):
        while not self._stop.wait(0.05):
            sizes = [entry.stat().st_size for entry in os.scandir(self._path) if entry.name.startswith(self._prefix)]
            self._peak = max(self._peak, sum(sizes))

    def stop(self):
        self._stop.set()
        self._thread.join()
        return self._peak


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None
