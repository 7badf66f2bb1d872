# SPDX-License-Identifier: Apache-2.0
"""F-30: a site whose only way out is an HTTP proxy joins and delivers through it."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from connect_proxy import ConnectProxy  # noqa: E402
from deployment import Deployment, lines, run  # noqa: E402
from system_test import SystemTest, main  # noqa: E402


class ProxyTest(SystemTest):
    def test_a_site_behind_a_proxy_joins_and_delivers_through_it(self):
        with Deployment() as group, ConnectProxy(user="bob:s3cret!") as proxy:
            agent = group.agent("seattle", files=["app.log"], within=proxy.environment())
            agent.append("app.log", lines(0, 500))
            group.check_exactly_once(range(500))
            ports = {int(target.rsplit(":", 1)[1]) for target in proxy.targets}
            self.assertIn(group.main_port(), ports, "the stream goes through the proxy")
            self.assertEqual(len(ports), 2, "joining goes through it too")

            before = len(proxy.targets)
            proxy.cut()
            agent.append("app.log", lines(500, 500))
            group.check_exactly_once(range(1000))
            self.assertGreater(len(proxy.targets), before, "the agent comes back through the proxy")

    def test_a_proxy_that_wants_a_password_is_told_apart_from_a_closed_network(self):
        with Deployment() as group, ConnectProxy(user="bob:secret") as proxy:
            group.dims("site", "add", "tacoma", "--name", "Tacoma")
            token = group.dims("agent", "invite", "tacoma").strip()
            state = os.path.join(group.directory, "unjoined")
            done = run("dims-agent", "join", token, "--state", state, within=proxy.environment(user=False))
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("407", done.stdout + done.stderr)
            self.assertIn("USER:PASSWORD", done.stdout + done.stderr)
            self.assertEqual(proxy.targets, [])


if __name__ == "__main__":
    main()
