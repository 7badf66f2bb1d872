# SPDX-License-Identifier: Apache-2.0
"""F-22 on real sockets: the connection is cut between a commit and the arrival of its acknowledgement (D2).

A cut counts only when the server committed rows whose acknowledgement can no longer arrive: answers are lost on the
wire first, then the store grows, then the connection is reset.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from cutting_proxy import CuttingProxy  # noqa: E402
from deployment import LONG, Deployment, Load, file_config, wait_until  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

CUTS = 200 if LONG else 20
DELIVERING_BYTES = 8 << 10  # more than a handshake and a Hello: batches are on their way
CONFIG = file_config(["app.log"]) + '\n[forward]\nlongest_backoff = "200ms"\n'


class LostAcksTest(SystemTest):
    def test_f22_acks_lost_on_the_wire_double_and_lose_nothing(self):
        with Deployment() as group, CuttingProxy(group.main_port()) as wire:
            agent = group.agent("seattle", config=CONFIG, start=False)
            wire.attach(agent)
            agent.start()
            with Load(agent, "app.log") as load:
                for _ in range(CUTS):
                    wait_until(lambda: wire.heard_bytes > DELIVERING_BYTES, "the agent delivers again")
                    wire.lose_answers()
                    stored, lost = group.count(), wire.lost_bytes
                    wait_until(lambda: group.count() > stored and wire.lost_bytes > lost, "a commit with a lost answer")
                    self.assertEqual(wire.cut(), 1)
                written = load.written
            group.check_exactly_once(range(load.written))
            print(f"{CUTS} cuts with unacknowledged commits, {written} lines")


if __name__ == "__main__":
    main()
