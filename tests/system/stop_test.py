# SPDX-License-Identifier: Apache-2.0
"""F-55: SIGTERM ends either program in under ten seconds and nothing is lost, also while the other end is away."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import STOP_SECONDS_MAX, Deployment, lines, wait_until  # noqa: E402
from system_test import SystemTest, main  # noqa: E402


class StopTest(SystemTest):
    def test_f55_an_agent_stopped_during_an_outage_loses_nothing(self):
        with Deployment() as group:
            agent = group.agent("seattle", files=["app.log"])
            agent.append("app.log", lines(0, 1000))
            group.wait_for_count(1000)
            group.server.kill()
            agent.append("app.log", lines(1000, 3000))
            wait_until(lambda: agent.status()["waiting_rows"] > 0, "rows waiting in the buffer")

            code, seconds = agent.program.stop()
            self.assertEqual(code, 0, agent.program.log())
            self.assertLess(seconds, STOP_SECONDS_MAX)

            group.start_server()
            agent.start()
            group.check_exactly_once(range(4000))

    def test_f55_both_programs_stop_in_time_under_load(self):
        with Deployment() as group:
            agent = group.agent("seattle", files=["app.log"])
            agent.append("app.log", lines(0, 20000))
            self.assertEqual(group.server.stop()[0], 0, group.server.log())
            self.assertEqual(agent.program.stop()[0], 0, agent.program.log())

            group.start_server()
            agent.start()
            group.check_exactly_once(range(20000))


if __name__ == "__main__":
    main()
