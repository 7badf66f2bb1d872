# SPDX-License-Identifier: Apache-2.0
"""Files that are renamed, truncated, deleted and made again while an agent follows them (F-01, F-02, F-03, F-07, F-09)."""
import gzip
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, lines  # noqa: E402
from system_test import SystemTest, main  # noqa: E402


class RotationTest(SystemTest):
    def setUp(self):
        self.group = self.enterContext(Deployment())
        self.agent = self.group.agent("seattle", files=["app.log", "app.log.1", "app.log.2"])
        self.path = self.agent.log_file("app.log")
        self.agent.append("app.log", lines(0, 1000))

    def rotate(self):
        if os.path.exists(self.path + ".1"):
            os.rename(self.path + ".1", self.path + ".2")
        os.rename(self.path, self.path + ".1")

    def test_f02_two_rotations_at_once_under_load_lose_nothing(self):
        for turn in range(1, 11):
            self.agent.append("app.log", lines(turn * 1000, 500))
            self.rotate()
            self.agent.append("app.log", lines(turn * 1000 + 500, 500))
            if turn % 2:
                self.group.wait_for_count((turn + 1) * 1000)
        self.group.check_exactly_once(range(11000))

    def test_f03_a_rotation_while_the_agent_is_stopped_loses_nothing(self):
        self.group.wait_for_count(1000)
        self.agent.program.stop()
        self.agent.append("app.log", lines(1000, 1000))
        self.rotate()
        self.agent.append("app.log", lines(2000, 1000))
        self.agent.start()
        self.group.check_exactly_once(range(3000))

    def compress(self, path):
        with open(path, "rb") as plain, gzip.open(path + ".gz", "wb") as archive:
            archive.write(plain.read())
        os.remove(path)

    def test_f07_a_rotation_with_compression_loses_and_doubles_nothing(self):
        self.group.wait_for_count(1000)
        self.agent.program.stop()
        self.agent.append("app.log", lines(1000, 1000))
        os.rename(self.path, self.path + "-20261121")
        self.compress(self.path + "-20261121")
        self.agent.append("app.log", lines(2000, 1000))
        os.rename(self.path, self.path + "-20261122")
        self.compress(self.path + "-20261122")
        self.agent.append("app.log", lines(3000, 1000))
        self.agent.start()
        self.group.wait_for_count(4000)
        os.rename(self.path, self.path + "-20261123")
        self.compress(self.path + "-20261123")
        self.agent.append("app.log", lines(4000, 1000))
        self.group.wait_for_count(5000)
        self.agent.program.stop()
        self.agent.start()
        self.group.check_exactly_once(range(5000))

    def test_f01_a_file_deleted_and_made_again_is_read_from_its_start(self):
        self.group.wait_for_count(1000)
        os.remove(self.path)
        self.agent.append("app.log", lines(1000, 1500))
        self.group.check_exactly_once(range(2500))

    def test_f09_half_a_line_waits_for_its_rest(self):
        text = lines(1000, 1)
        self.agent.append("app.log", text[:20])
        self.group.wait_for_count(1000)
        self.agent.append("app.log", text[20:])
        self.group.check_exactly_once(range(1001))


if __name__ == "__main__":
    main()
