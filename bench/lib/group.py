# SPDX-License-Identifier: Apache-2.0
"""The trust group of the system tests, with a client that asks over one open channel."""
import json
import os
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "system", "lib"))
import deployment  # noqa: E402

CLIENT = os.path.join(deployment.BIN, "..", "bench", "query_client")


def say(text):
    print(text, file=sys.stderr, flush=True)


def require_programs(*more):
    absent = deployment.missing_programs() + [path for path in (CLIENT, *more) if not os.access(path, os.X_OK)]
    if absent:
        sys.exit(f"not built: {', '.join(absent)} (run the .sh of this benchmark)")


class Client:
    """query_client as a running program: one question after another, no handshake in between."""

    def __init__(self, identity):
        self._process = subprocess.Popen([CLIENT, identity], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def _ask(self, line):
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise AssertionError(f"query_client ended at {line!r} with {self._process.wait()}")
        return json.loads(answer)

    def status(self):
        return self._ask("status")

    def search(self, query):
        return self._ask(f"search {query}")

    def count(self, query):
        rows = self.search(f"{query} | count")["rows"]
        return rows[0]["count"] if rows else 0

    def close(self):
        self._process.stdin.close()
        self._process.wait(10)


def wait_for(condition, what, seconds, progress=None, pause=0.05):
    """Polls until condition() is true and returns its value. Shows progress() each two seconds."""
    started = shown = time.monotonic()
    while True:
        value = condition()
        if value:
            return value
        now = time.monotonic()
        if now - started > seconds:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        if progress is not None and now - shown > 2:
            shown = now
            say(f"  {now - started:5.1f} s  {progress()}")
        time.sleep(pause)
