# SPDX-License-Identifier: Apache-2.0
"""What happens to an agent over the years: its clock goes wrong (F-36), it moves to another site (D14)."""
import glob
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, lines, wait_until  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

DAYS = 730


def at(offset):
    """The words before a command whose wall clock is `offset` off; its monotonic clock is the machine's."""
    library = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    if not library:
        raise unittest.SkipTest("needs libfaketime")
    return ("env", f"LD_PRELOAD={library[0]}", f"FAKETIME={offset}", "FAKETIME_DONT_FAKE_MONOTONIC=1")


class AgentLifeTest(SystemTest):
    def setUp(self):
        self.group = self.enterContext(Deployment())
        self.agent = self.group.agent("seattle", files=["app.log"])
        self.agent.append("app.log", lines(0, 10))
        self.group.wait_for_count(10)

    def restart_at(self, offset):
        self.agent.program.stop()
        self.agent.within = at(offset) if offset else ()
        self.agent.start()

    def years_off(self, offset):
        """TLS fails, the status names the clock and by how much it is off; nothing is lost once it is right again."""
        self.restart_at(offset)
        self.agent.append("app.log", lines(10, 10))
        error = wait_until(lambda: "clock" in self.agent.status()["last_error"] and self.agent.status()["last_error"],
                           lambda: f"the status names the clock: {self.agent.status()}")
        self.assertRegex(error, r"\b7\d\d d\b")
        self.assertEqual(self.group.count(), 10)
        self.restart_at(None)
        self.group.check_exactly_once(range(20))

    def test_f36_a_clock_two_years_ahead_is_named_and_nothing_is_lost(self):
        self.years_off(f"+{DAYS}d")

    def test_f36_a_clock_two_years_behind_is_named_and_nothing_is_lost(self):
        self.years_off(f"-{DAYS}d")

    def test_f36_a_step_of_ten_minutes_loses_nothing_and_is_shown(self):
        for turn, offset in enumerate(("+10m", "-10m", None), start=1):
            self.restart_at(offset)
            self.agent.append("app.log", lines(turn * 10, 10))
            self.group.wait_for_count(turn * 10 + 10)
            if offset:
                apart = wait_until(lambda: self.agent.status()["server_clock_offset_s"], "the server's time")
                self.assertAlmostEqual(abs(apart), 600, delta=30)
        self.group.check_exactly_once(range(40))

    def test_d14_an_agent_moved_to_another_site_is_a_new_agent_and_history_stays(self):
        old = self.agent.status()["agent"]
        self.agent.program.stop()
        again = self.agent.run("join", self.invite("tacoma"), "--state", self.agent.state, check=False)
        self.assertNotEqual(again.returncode, 0, "one state directory holds one identity")
        moved = self.group.agent("tacoma", files=["app.log"])
        moved.append("app.log", lines(10, 10))
        self.group.check_exactly_once(range(20))

        self.assertNotEqual(moved.status()["agent"], old)
        by_site = {row["organization.id"]: row["count"] for row in self.group.search("id | count by organization.id").rows}
        self.assertEqual(by_site, {"seattle": 10, "tacoma": 10})
        self.assertEqual({row["agent.id"] for row in self.group.search("organization.id:=seattle | fields agent.id").rows}, {old})

    def invite(self, site):
        self.group.add_site(site)
        return self.group.dims("agent", "invite", site).strip()


if __name__ == "__main__":
    main()
