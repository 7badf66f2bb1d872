# SPDX-License-Identifier: Apache-2.0
"""A site needs one outbound connection: no inbound port, no VPN, no route back."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, file_config, lines  # noqa: E402
from network import CENTRE, CENTRE_IPV6, SITE, SiteBehindGateway, command, listening_ports, require_namespaces  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

SCAN = """
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
for port in range(1, 65536):
    with socket.socket(family) as probe:
        probe.settimeout(2)
        if probe.connect_ex((sys.argv[1], port)) == 0: print(port)
"""


def scan(network, role, address):
    """The TCP ports of an address that answer somebody in the namespace of `role`."""
    done = subprocess.run([*network.within(role), "python3", "-c", SCAN, address], capture_output=True, text=True,
                          timeout=120, check=True)
    return {int(port) for port in done.stdout.split()}


class VpnFreeTest(SystemTest):
    def test_a_site_with_one_outbound_port_and_no_route_back_delivers(self):
        require_namespaces()
        with SiteBehindGateway() as network:
            with Deployment(CENTRE, network.within("centre")) as group:
                ports = group.declared_ports()
                network.allow(ports["main"], ports["join"])
                agent = group.agent("seattle", files=["app.log"], within=network.within("site"))
                network.allow(ports["main"])  # joined: the join port is not needed any more
                agent.append("app.log", lines(0, 1000))
                group.check_exactly_once(range(1000))

                route = command(*network.within("centre"), "ip", "route", "get", SITE, check=False)
                self.assertNotEqual(route.returncode, 0, "the centre must not know a way to the site")
                self.assertEqual(listening_ports(agent.program.pid), set(), "the agent listens")

    def test_a_scan_of_the_server_finds_the_declared_ports_only(self):
        require_namespaces()
        with SiteBehindGateway() as network:
            with Deployment(CENTRE, network.within("centre")) as group:
                declared = set(group.declared_ports().values())
                self.assertEqual(len(declared), 2, "the main port and the join port")
                self.assertEqual(scan(network, "gateway", CENTRE), declared)
                self.assertEqual({port for _, port in listening_ports(group.server.pid)}, declared)  # UDP too

    def test_a_scan_of_a_site_without_listeners_finds_nothing(self):
        require_namespaces()
        with SiteBehindGateway() as network:
            with Deployment(CENTRE, network.within("centre")) as group:
                network.allow(*group.declared_ports().values())
                agent = group.agent("seattle", files=["app.log"], within=network.within("site"))
                agent.append("app.log", lines(0, 10))
                group.check_exactly_once(range(10))
                self.assertEqual(scan(network, "gateway", SITE), set())  # the gateway has a way there, unlike the centre

    def test_a_syslog_listener_opens_its_port_and_no_other(self):
        require_namespaces()
        config = file_config(["app.log"]) + '\n[[input.syslog]]\nlisten = "udp://127.0.0.1:5514"\n'
        with SiteBehindGateway() as network:
            with Deployment(CENTRE, network.within("centre")) as group:
                network.allow(*group.declared_ports().values())
                agent = group.agent("seattle", config=config, within=network.within("site"))
                agent.append("app.log", lines(0, 10))
                group.check_exactly_once(range(10))
                self.assertEqual(listening_ports(agent.program.pid), {("udp", 5514)})

    def test_between_two_networks_the_stream_works_over_ipv6_alone(self):
        require_namespaces()
        with SiteBehindGateway() as network:
            network.use_ipv6_only()
            with Deployment(f"[{CENTRE_IPV6}]", network.within("centre")) as group:
                agent = group.agent("seattle", files=["app.log"], within=network.within("site"))
                agent.append("app.log", lines(0, 1000))
                group.check_exactly_once(range(1000))

    def test_the_stream_works_over_ipv6(self):
        with Deployment("[::1]") as group:
            agent = group.agent("seattle", files=["app.log"])
            agent.append("app.log", lines(0, 100))
            group.check_exactly_once(range(100))


if __name__ == "__main__":
    main()
