# SPDX-License-Identifier: Apache-2.0
"""A command of ours on a terminal of its own, as a person would see it."""
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time

from deployment import BIN, WAIT_SECONDS_MAX


class OnTerminal:
    """Runs `program` with standard output and standard error on one terminal; `text` is what came there so far."""

    def __init__(self, program, *arguments, columns=120, environment=None):
        self._screen, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        plain = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        self._process = subprocess.Popen([os.path.join(BIN, program), *arguments], stdin=subprocess.DEVNULL, stdout=inside,
                                         stderr=inside, env={**plain, "TERM": "xterm", **(environment or {})})
        os.close(inside)
        self.text = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._screen)

    def signal(self, number):
        self._process.send_signal(number)

    def read_until(self, enough, seconds=WAIT_SECONDS_MAX):
        """Reads until enough(text) or the end; returns the text. Fails when neither comes in time."""
        deadline = time.monotonic() + seconds
        while not enough(self.text):
            ready, _, _ = select.select([self._screen], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f"not within {seconds} s; on the terminal: {self.text!r}")
            try:
                piece = os.read(self._screen, 65536)
            except OSError:  # the last writer has gone
                break
            if not piece:
                break
            self.text += piece.decode(errors="replace")
        return self.text

    def finish(self):
        """Everything it wrote, and its exit code."""
        self.read_until(lambda _: False)
        return self.text, self._process.wait(WAIT_SECONDS_MAX)
