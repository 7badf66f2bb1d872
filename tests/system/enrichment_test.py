# SPDX-License-Identifier: Apache-2.0
"""What a site adds to its events, what its policy takes back, and what the server fills in."""
import ipaddress
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, sshd_failure  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

SITE = """
[enrich]
mmdb = ["@here@/city.mmdb", "@here@/missing.mmdb"]
assets = "@here@/assets.csv"
[[enrich.nat]]
inside = "10.1.0.0/16"
outside = "192.0.2.7"
[[tag]]
tags = ["break-in"]
match = 'event.outcome:=failure AND source.nat.ip:192.0.2.7'
[[input.file]]
paths = ["@logs@/app.log"]
start = "beginning"
"""


def text(value):
    return bytes([2 << 5 | len(value)]) + value.encode()


def number(kind, size, value):
    head = bytes([kind << 5 | size]) if kind <= 7 else bytes([size, kind - 7])
    return head + value.to_bytes(size, "big")


def mapping(members):
    return bytes([7 << 5 | len(members)]) + b"".join(text(name) + value for name, value in members.items())


def database(block, country):
    """A MaxMind DB that knows the country of one IPv4 block."""
    net = ipaddress.ip_network(block)
    bits = [0] * 96 + [int(net.network_address) >> (31 - n) & 1 for n in range(net.prefixlen)]
    nodes = len(bits)
    tree = b""
    for n, bit in enumerate(bits):
        sides = [nodes, nodes]
        sides[bit] = n + 1 if n + 1 < nodes else nodes + 16
        tree += b"".join(struct.pack(">I", side)[1:] for side in sides)
    metadata = {"node_count": number(6, 4, nodes), "record_size": number(5, 1, 24), "ip_version": number(5, 1, 6),
                "database_type": text("Test-Country"), "languages": bytes([0, 4]),
                "binary_format_major_version": number(5, 1, 2), "binary_format_minor_version": number(5, 1, 0),
                "build_epoch": number(9, 8, 1780000000), "description": mapping({})}
    return (tree + bytes(16) + mapping({"country": text(country)}) + b"\xab\xcd\xefMaxMind.com" + mapping(metadata))


class EnrichmentTest(SystemTest):
    def setUp(self):
        self.group = self.enterContext(Deployment())

    def put(self, directory, name, content):
        """Replaces a file as whoever fetches databases does."""
        path = os.path.join(directory, name)
        with open(path + ".new", "wb") as out:
            out.write(content)
        os.replace(path + ".new", path)

    def agent_with(self, config):
        agent = self.group.agent("seattle", files=["app.log"], start=False)
        agent.configure(config.replace("@here@", agent.directory))
        self.put(agent.directory, "city.mmdb", database("131.0.0.0/16", "US"))
        self.put(agent.directory, "assets.csv", b"address,name\n10.1.2.3,Mayor's desk\nnonsense here,x\n")
        return agent.start()

    def row(self, query):
        found = self.group.search(query).rows
        self.assertEqual(len(found), 1, query)
        return found[0]

    def test_a_site_adds_what_it_knows(self):
        agent = self.agent_with(SITE)
        agent.append("app.log", sshd_failure("10.1.2.3") + sshd_failure("131.0.7.7"))
        self.group.wait_for_count(2, query="*")

        inside = self.row("source.ip:10.1.2.3")
        self.assertEqual(inside["source.nat.ip"], "192.0.2.7")
        self.assertIn("192.0.2.7", inside["related.ip"])
        self.assertEqual(inside["labels.source.asset"], "Mayor's desk")
        self.assertIn("break-in", inside["tags"])
        self.assertEqual(self.row("source.geo.country_iso_code:US")["source.ip"], "131.0.7.7")
        status = agent.run("status", "--state", agent.state).stdout
        self.assertIn("Test-Country of 2026-05-28", status)
        self.assertIn("missing.mmdb: not in use", status)
        self.assertIn("1 row, 1 passed over", status)
        self.assertIn("line 3", agent.program.log())

    def test_the_server_fills_in_what_a_site_left_out(self):
        path = os.path.join(self.group.directory, "country.mmdb")
        self.put(self.group.directory, "country.mmdb", database("131.0.0.0/16", "CA"))
        self.group.server.stop()
        self.group.configure_server(f'[enrich]\nmmdb = ["{path}"]\n')
        self.group.start_server()
        agent = self.group.agent("tacoma", files=["app.log"])
        agent.append("app.log", sshd_failure("131.0.7.7"))
        self.group.wait_for_count(1, query="*")
        self.assertEqual(self.row("*")["source.geo.country_iso_code"], "CA")
        self.assertIn("Test-Country of 2026-05-28", self.group.dims("status"))

    def test_a_policy_takes_back_what_was_added(self):
        policy = '[[redact]]\naddresses = ["10.0.0.0/8"]\n'
        agent = self.group.agent("seattle", files=["app.log"], start=False)
        self.put(agent.directory, "policy.toml", policy.encode())
        self.put(agent.directory, "assets.csv", b"10.1.2.3,Vault room\n")
        config = f'[agent]\npolicy = "@here@/policy.toml"\n{SITE}'
        agent.configure(config.replace("@here@", agent.directory))
        agent.start()
        agent.append("app.log", sshd_failure("10.1.2.3"))
        self.group.wait_for_count(1, query="*")
        row = self.row("*")
        self.assertIn("break-in", row["tags"])
        self.assertNotIn("Vault room", str(row))
        self.assertNotIn("192.0.2.7", str(row))


if __name__ == "__main__":
    main()
