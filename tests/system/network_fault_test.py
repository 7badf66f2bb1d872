# SPDX-License-Identifier: Apache-2.0
"""Faults of the network between two healthy ends."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, file_config, lines  # noqa: E402
from network import CENTRE, SiteBehindGateway, listening_ports, require_namespaces  # noqa: E402
from system_test import SystemTest, main  # noqa: E402
BATCH_LINES = 200
CONFIG = file_config(["app.log"]) + '\n[forward]\nprogress_timeout = "5s"\nlongest_backoff = "500ms"\n'


class NetworkFaultTest(SystemTest):
    def setUp(self):
        require_namespaces()
        self.network = self.enterContext(SiteBehindGateway())
        self.group = self.enterContext(Deployment(CENTRE, self.network.within("centre")))
        self.network.allow(*(port for _, port in listening_ports(self.group.server.pid)))
        self.agent = self.group.agent("seattle", config=CONFIG, within=self.network.within("site"))
        self.written = 0

    def write(self):
        self.agent.append("app.log", lines(self.written, BATCH_LINES))
        self.written += BATCH_LINES

    def test_f28_a_black_hole_is_noticed_and_left_behind(self):
        self.write()
        self.group.wait_for_count(self.written)
        self.network.black_hole()
        for _ in range(50):
            self.write()
        self.assertEqual(self.group.count(), BATCH_LINES)
        self.network.mend()
        self.group.check_exactly_once(range(self.written))

    def test_f29_a_server_that_reads_but_never_acks_is_left_and_tried_again(self):
        self.write()
        self.group.wait_for_count(self.written)
        self.network.mute_answers()
        self.write()
        self.group.wait_for_count(self.written)
        self.network.mend()
        self.write()
        self.group.check_exactly_once(range(self.written))


if __name__ == "__main__":
    main()
