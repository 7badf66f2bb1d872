# SPDX-License-Identifier: Apache-2.0
"""F-13: either end killed again and again under load; every line is stored exactly once.

A kill counts only with unacknowledged data in flight, as the databases of both ends say. The server's: the agent's buffer
had taken a batch that the server never committed. The agent's: the log had lines that the server never committed before
the agent was started again. Other kills are void, and too many of them fail the test.
"""
import os
import random
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import LONG, Deployment, Load, file_config, wait_until  # noqa: E402
from positions import accepted_through, committed_rows, committed_through, is_ahead  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

KILLS = 500 if LONG else 50  # of each end
VOID_MAX = 2 * KILLS
PAUSES = (0.0, 0.01, 0.03, 0.1)  # seconds
AIMED = 0.8  # of the kills, at a batch in flight; the others may come as early as while a program starts
CONFIG = file_config(["app.log"]) + '\n[forward]\nlongest_backoff = "200ms"\n'
SEED = int(os.environ.get("DIMS_SEED", "1"))


class KillTest(SystemTest):
    def kill_repeatedly(self, group, agent, kill):
        chance = random.Random(SEED)
        counted = void = 0
        with Load(agent, "app.log") as load:
            while counted < KILLS:
                before = load.written
                wait_until(lambda: load.written > before, "more load")
                if chance.random() < AIMED:
                    wait_until(lambda: is_ahead(accepted_through(agent), committed_through(group)), "a batch in flight",
                               every=0.005)
                threading.Event().wait(chance.choice(PAUSES))
                in_flight = kill(load)
                self.assertTrue(agent.program.running(), "the agent ended by itself")
                if in_flight:
                    counted += 1
                else:
                    void += 1
                    self.assertLess(void, VOID_MAX, f"too many kills found nothing in flight (seed {SEED})")
            written = load.written
        print(f"{counted} kills counted, {void} void, {written} lines, seed {SEED}")
        group.check_exactly_once(range(written))

    def test_f13_the_agent_killed_under_load_loses_and_doubles_nothing(self):
        with Deployment() as group:
            agent = group.agent("seattle", config=CONFIG)

            def kill(load):
                written = load.written
                agent.program.kill()
                in_flight = written > committed_rows(group)
                agent.start()
                return in_flight

            self.kill_repeatedly(group, agent, kill)

    def test_f13_the_server_killed_under_load_loses_and_doubles_nothing(self):
        with Deployment() as group:
            agent = group.agent("seattle", config=CONFIG)

            def kill(_):
                accepted = accepted_through(agent)
                group.server.kill()
                in_flight = is_ahead(accepted, committed_through(group))
                group.start_server()
                return in_flight

            self.kill_repeatedly(group, agent, kill)


if __name__ == "__main__":
    main()
