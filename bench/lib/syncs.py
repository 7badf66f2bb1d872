# SPDX-License-Identifier: Apache-2.0
"""Counts the fsync and fdatasync calls of running programs: with perf, which costs them nothing, else with strace."""
import re
import shutil
import signal
import subprocess
import time

CALLS = ("fsync", "fdatasync")
ATTACH_SECONDS_MAX = 10


class SyncCounter:
    """Counts from construction to stop(), in threads that start later too. `tool` is None where neither is permitted."""

    def __init__(self, pids, output):
        self._output = output
        self.tool = None
        for tool, start in (("perf", self._perf), ("strace", self._strace)):
            if shutil.which(tool) and start(",".join(map(str, pids))):
                self.tool = tool
                return

    def _perf(self, pids):
        events = [word for call in CALLS for word in ("-e", f"syscalls:sys_enter_{call}")]
        self._tracer = subprocess.Popen(["perf", "stat", "-x,", "-o", self._output, *events, "-p", pids],
                                        stderr=subprocess.DEVNULL)
        return self._lives()

    def _strace(self, pids):
        each = [word for pid in pids.split(",") for word in ("-p", pid)]
        self._tracer = subprocess.Popen(["strace", "-f", "-qq", "-o", self._output, "-e", "trace=" + ",".join(CALLS), *each],
                                        stderr=subprocess.DEVNULL)
        return self._lives()

    def _lives(self):
        """Attaching says nothing when it worked; what is refused ends at once."""
        try:
            self._tracer.wait(0.7)
            return False
        except subprocess.TimeoutExpired:
            return True

    def stop(self):
        """The calls of all programs together, or None."""
        if self.tool is None:
            return None
        self._tracer.send_signal(signal.SIGINT)
        self._tracer.wait(ATTACH_SECONDS_MAX)
        time.sleep(0.05)
        with open(self._output, encoding="ascii", errors="replace") as output:
            text = output.read()
        if self.tool == "perf":
            return sum(int(count) for count in re.findall(r"^(\d+),,syscalls:sys_enter_", text, re.MULTILINE))
        return len(re.findall(r"\bf(?:data)?sync\(", text))
