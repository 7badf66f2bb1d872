# SPDX-License-Identifier: Apache-2.0
"""F-16: the volume of either end fills up, and has room again later (D12): inputs wait, nothing is lost or doubled."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, file_config, lines, wait_until  # noqa: E402
from small_volume import SmallVolume  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

VOLUME_MIB = 48
BEFORE, DURING, AFTER = 500, 3000, 500
CONFIG = file_config(["app.log"]) + """
[buffer]
size_max = "16MiB"
free_space_min = "4MiB"

[forward]
longest_backoff = "200ms"
"""


class DiskFullTest(SystemTest):
    def setUp(self):
        self.group = self.enterContext(Deployment())
        self.agent = self.group.agent("seattle", config=CONFIG, start=False)
        self.ballast = os.path.join(self.group.data, "ballast")

    def fill_and_write(self, volume, leave):
        self.agent.append("app.log", lines(0, BEFORE))
        self.group.wait_for_count(BEFORE)
        volume.fill(leave)
        self.agent.append("app.log", lines(BEFORE, DURING))

    def go_on(self, volume):
        volume.give_back()
        self.agent.append("app.log", lines(BEFORE + DURING, AFTER))
        self.group.check_exactly_once(range(BEFORE + DURING + AFTER))

    def agent_goes_on_after(self, leave):
        with SmallVolume(self.agent.state, VOLUME_MIB) as volume:
            self.agent.start()
            self.fill_and_write(volume, leave)
            wait_until(lambda: self.agent.status()["paused"], "the agent says that its inputs wait")
            self.assertIn("full", self.agent.run("status", "--state", self.agent.state).stdout.lower())
            self.assertEqual(self.group.count(), BEFORE)
            self.assertTrue(self.agent.program.running(), self.agent.program.log())
            self.go_on(volume)
            wait_until(lambda: not self.agent.status()["paused"], "the agent says that its inputs go on")
            self.assertEqual(self.agent.status()["lost_rows"], 0)
            self.agent.program.stop()

    def test_f16_an_agent_short_of_space_pauses_its_inputs_and_goes_on(self):
        self.agent_goes_on_after(leave=2 << 20)

    def test_f16_an_agent_without_a_single_free_block_pauses_its_inputs_and_goes_on(self):
        self.agent_goes_on_after(leave=0)

    def server_goes_on_after(self, leave):
        self.group.server.stop()
        self.group.set_store('free_space_min = "8MiB"')
        with SmallVolume(self.group.data, VOLUME_MIB) as volume:
            self.group.start_server()
            self.agent.start()
            self.fill_and_write(volume, leave)
            wait_until(lambda: "full" in self.group.server.log(), "the server says that its disk is full")
            wait_until(lambda: self.agent.status()["waiting_rows"] > 0, "the agent keeps what it has")
            self.check_queries(leave)
            self.assertEqual(os.path.exists(self.ballast), leave > 0)
            wait_until(lambda: "full" in self.agent.status()["last_error"], self.agent.status)
            self.assertTrue(self.group.server.running(), self.group.server.log())
            self.go_on(volume)
            self.assertEqual(self.agent.status()["lost_rows"], 0)
            wait_until(lambda: os.path.exists(self.ballast), "the ballast is there again")
            self.group.server.stop()

    def check_queries(self, leave):
        """They are answered, though each writes to the audit log first: a volume without a free block gives its ballast up."""
        if not leave:
            wait_until(lambda: not os.path.exists(self.ballast), "the ballast is given up")
        self.assertEqual(self.group.count(), BEFORE)
        self.assertIn("disk full", self.group.status()["agents_wait_because"])

    def test_f16_a_server_short_of_space_takes_nothing_answers_queries_and_goes_on(self):
        self.server_goes_on_after(leave=2 << 20)

    def test_f16_a_server_without_a_single_free_block_takes_nothing_and_goes_on(self):
        self.server_goes_on_after(leave=0)


if __name__ == "__main__":
    main()
