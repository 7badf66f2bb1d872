# SPDX-License-Identifier: Apache-2.0
"""A site needs one outbound connection: no inbound port, no VPN, no route back."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, lines  # noqa: E402
from network import CENTRE, SITE, SiteBehindGateway, command, listening_ports, require_namespaces  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

# Connects to every port; prints those that answer.
SCAN = f"""
import socket
for port in range(1, 65536):
    with socket.socket() as probe:
        probe.settimeout(2)
        if probe.connect_ex(("{CENTRE}", port)) == 0: print(port)
"""


class VpnFreeTest(SystemTest):
    def test_a_site_with_one_outbound_port_and_no_route_back_delivers(self):
        require_namespaces()
        with SiteBehindGateway() as network:
            with Deployment(CENTRE, network.within("centre")) as group:
                declared = {port for _, port in listening_ports(group.server.pid)}
                self.assertEqual(len(declared), 2, "the main port and the join port")
                network.allow(*declared)
                agent = group.agent("seattle", files=["app.log"], within=network.within("site"))
                network.allow(group.main_port())  # joined: the join port is not needed any more
                agent.append("app.log", lines(0, 1000))
                group.check_exactly_once(range(1000))

                route = command(*network.within("centre"), "ip", "route", "get", SITE, check=False)
                self.assertNotEqual(route.returncode, 0, "the centre must not know a way to the site")
                self.assertEqual(listening_ports(agent.program.pid), set(), "the agent listens")

    def test_a_scan_of_the_server_finds_the_declared_ports_only(self):
        require_namespaces()
        with SiteBehindGateway() as network:
            with Deployment(CENTRE, network.within("centre")) as group:
                scan = subprocess.run([*network.within("gateway"), "python3", "-c", SCAN], capture_output=True, text=True,
                                      timeout=120, check=True)
                found = {int(port) for port in scan.stdout.split()}
                self.assertEqual(found, {port for _, port in listening_ports(group.server.pid)})
                self.assertEqual(len(found), 2)

    def test_the_stream_works_over_ipv6(self):
        with Deployment("[::1]") as group:
            agent = group.agent("seattle", files=["app.log"])
            agent.append("app.log", lines(0, 100))
            group.check_exactly_once(range(100))


if __name__ == "__main__":
    main()
