# SPDX-License-Identifier: Apache-2.0
"""Either end falls back to an older copy of its disk, loses it, or finds it damaged (D1, D3, D5, F-15)."""
import os
import shutil
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, lines  # noqa: E402
from system_test import SystemTest, main  # noqa: E402


def replace(directory, copy):
    shutil.rmtree(directory)
    shutil.copytree(copy, directory)


class RestoreTest(SystemTest):
    def setUp(self):
        self.group = self.enterContext(Deployment())
        self.agent = self.group.agent("seattle", files=["app.log"])
        self.agent.append("app.log", lines(0, 2000))
        self.group.wait_for_count(2000)

    def test_d03_a_server_restored_from_an_older_copy_is_refilled_from_the_rings(self):
        self.group.server.stop()
        copy = self.group.data + ".copy"
        shutil.copytree(self.group.data, copy)
        self.group.start_server()
        self.agent.append("app.log", lines(2000, 3000))
        self.group.wait_for_count(5000)

        self.group.server.kill()
        replace(self.group.data, copy)
        self.group.start_server()
        self.agent.append("app.log", lines(5000, 10))
        self.group.check_exactly_once(range(5010))
        regressed = [alert for alert in self.group.alerts() if alert["rule"] == "store_regressed"]
        self.assertEqual(len(regressed), 1, "one alarm for the store's new generation")

    def test_d05_an_agent_restored_from_an_older_copy_doubles_nothing(self):
        self.agent.program.stop()
        copy = self.agent.state + ".copy"
        shutil.copytree(self.agent.state, copy)
        self.agent.start()
        self.agent.append("app.log", lines(2000, 3000))
        self.group.wait_for_count(5000)

        self.agent.program.kill()
        replace(self.agent.state, copy)
        self.agent.start()
        self.agent.append("app.log", lines(5000, 10))
        self.group.check_exactly_once(range(5010))

    def test_d01_an_agent_whose_buffer_is_lost_continues_from_the_servers_bookmarks(self):
        self.agent.program.stop()
        for name in os.listdir(self.agent.state):
            if name.startswith("buffer"):
                os.remove(os.path.join(self.agent.state, name))
        self.agent.append("app.log", lines(2000, 100))
        self.agent.start()
        self.group.check_exactly_once(range(2100))

    def test_f15_a_damaged_buffer_is_set_aside_and_the_agent_starts_at_once(self):
        self.agent.program.stop()
        for name in os.listdir(self.agent.state):
            if name.startswith("buffer"):
                damage(os.path.join(self.agent.state, name))
        started = time.monotonic()
        self.agent.append("app.log", lines(2000, 100))
        self.agent.start()
        self.group.wait_for_count(2100)
        self.assertLess(time.monotonic() - started, 15)
        self.group.check_exactly_once(range(2100))


def damage(path):
    """Zeroes a page in the middle and flips a byte of the first page's header."""
    size = os.path.getsize(path)
    with open(path, "r+b") as file:
        file.seek(20)
        file.write(b"\xff")
        file.seek(size // 2 // 4096 * 4096)
        file.write(bytes(min(4096, size)))


if __name__ == "__main__":
    main()
