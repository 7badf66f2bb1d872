# SPDX-License-Identifier: Apache-2.0
"""What else a disk can do to an agent: no inode left or mounted read-only (F-17), and somebody else in the buffer (F-21)."""
import os
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, file_config, lines, wait_until  # noqa: E402
from small_volume import SmallVolume  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

VOLUME_MIB = 48
CONFIG = file_config(["app.log"]) + """
[buffer]
size_max = "16MiB"
free_space_min = "4MiB"

[forward]
longest_backoff = "200ms"
"""


class DiskTroubleTest(SystemTest):
    def setUp(self):
        self.group = self.enterContext(Deployment())
        self.agent = self.group.agent("seattle", config=CONFIG, start=False)

    def remount(self, options):
        done = subprocess.run(["mount", "-o", f"remount,{options}", self.agent.state], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise unittest.SkipTest(f"cannot remount: {done.stderr.strip()}")

    def waits_and_goes_on(self, what, mend):
        """Started on a disk that cannot be used: one process, one line in the log, and it goes on by itself."""
        self.agent.append("app.log", lines(0, 300))
        self.agent.start()
        wait_until(lambda: "waiting for it" in self.agent.program.log(), lambda: self.agent.program.log())
        self.assertIn(what, self.agent.program.log().lower())
        self.assertTrue(self.agent.program.running(), self.agent.program.log())
        mend()
        self.group.check_exactly_once(range(300))
        self.assertEqual(self.agent.program.log().count("waiting for it"), 1)
        self.agent.program.stop()

    def test_f17_an_agent_on_a_read_only_volume_says_so_waits_and_goes_on(self):
        with SmallVolume(self.agent.state, VOLUME_MIB):
            self.remount("ro")
            self.assertIn("read-only", self.agent.run("status", "--state", self.agent.state, check=False).stdout)
            self.waits_and_goes_on("read-only", lambda: self.remount("rw"))

    def test_f17_an_agent_without_a_free_inode_says_so_waits_and_goes_on(self):
        with SmallVolume(self.agent.state, VOLUME_MIB):
            used = os.statvfs(self.agent.state).f_files - os.statvfs(self.agent.state).f_ffree
            self.remount(f"nr_inodes={used}")
            self.waits_and_goes_on("no space left", lambda: self.remount("nr_inodes=0"))

    def test_f17_an_agent_that_is_stopped_while_it_waits_ends_at_once(self):
        with SmallVolume(self.agent.state, VOLUME_MIB):
            self.remount("ro")
            self.agent.start()
            wait_until(lambda: "waiting for it" in self.agent.program.log(), lambda: self.agent.program.log())
            self.assertEqual(self.agent.program.stop()[0], 0)

    def test_f21_a_second_agent_is_refused_and_the_first_goes_on(self):
        self.agent.start()
        self.agent.append("app.log", lines(0, 100))
        self.group.wait_for_count(100)
        second = self.agent.run("run", "--config", self.agent.config_path, "--state", self.agent.state, check=False)
        self.assertNotEqual(second.returncode, 0)
        self.assertIn("another process writes to it already", second.stderr)
        self.agent.append("app.log", lines(100, 100))
        self.group.check_exactly_once(range(200))

    def test_f21_a_lock_held_by_a_stranger_skips_nothing(self):
        self.agent.start()
        self.agent.append("app.log", lines(0, 100))
        self.group.wait_for_count(100)
        stranger = sqlite3.connect(os.path.join(self.agent.state, "buffer.db"), isolation_level=None)
        stranger.execute("BEGIN IMMEDIATE")
        self.agent.append("app.log", lines(100, 100))
        self.agent.program.wait(30)  # its patience is five seconds; the service manager starts it again
        self.assertIn("locked", self.agent.program.log())
        stranger.execute("ROLLBACK")
        stranger.close()
        self.agent.start()
        self.agent.append("app.log", lines(200, 100))
        self.group.check_exactly_once(range(300))


if __name__ == "__main__":
    main()
