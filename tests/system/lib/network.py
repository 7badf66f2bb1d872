# SPDX-License-Identifier: Apache-2.0
"""Three network namespaces: a site behind a gateway that hides it, and a centre that has no route to the site.

    site 10.98.1.2 ── 10.98.1.1 gateway 10.98.2.1 ── 10.98.2.2 centre

The gateway translates addresses, so that the centre sees only 10.98.2.1, and forwards what `allow` names and the answers.
"""
import os
import shutil
import subprocess
import unittest

SITE, GATEWAY, CENTRE = "10.98.1.2", "10.98.2.1", "10.98.2.2"
SITE_IPV6, CENTRE_IPV6 = "fd98:1::2", "fd98:2::2"


def command(*words, check=True, text_in=None):
    done = subprocess.run(words, capture_output=True, text=True, input=text_in, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(words)}: {done.stderr.strip()}")
    return done


def require_namespaces():
    """Skips the test where namespaces or packet filters are not permitted."""
    for tool in ("ip", "nft"):
        if shutil.which(tool) is None:
            raise unittest.SkipTest(f"needs {tool}")
    name = f"dims-try-{os.getpid()}"
    if command("ip", "netns", "add", name, check=False).returncode != 0:
        raise unittest.SkipTest("network namespaces are not permitted here")
    rules = command("ip", "netns", "exec", name, "nft", "-f", "-", check=False, text_in=nat_rules([1]))
    command("ip", "netns", "delete", name)
    if rules.returncode != 0:
        raise unittest.SkipTest("this kernel has no address translation: " + rules.stderr.strip().split("\n")[0])


def nat_rules(ports):
    allowed = ", ".join(map(str, ports))
    return f"""flush ruleset
table ip dims {{
  chain forward {{ type filter hook forward priority 0; policy drop;
    ct state established,related accept
    ip saddr {SITE} ip daddr {CENTRE} tcp dport {{ {allowed} }} accept
  }}
  chain postrouting {{ type nat hook postrouting priority 100; oifname "centre" masquerade; }}
}}
"""


class SiteBehindGateway:
    """The three namespaces, from construction to close()."""

    def __init__(self):
        self.names = {role: f"dims-{role}-{os.getpid()}" for role in ("site", "gateway", "centre")}
        for name in self.names.values():
            command("ip", "netns", "add", name)
            command("ip", "-n", name, "link", "set", "lo", "up")
        self._connect("site", f"{SITE}/24", "10.98.1.1/24")
        self._connect("centre", f"{CENTRE}/24", f"{GATEWAY}/24")
        command("ip", "-n", self.names["site"], "route", "add", "default", "via", "10.98.1.1")
        command(*self.within("gateway"), "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in self.names.values():
            command("ip", "netns", "delete", name, check=False)

    def within(self, role):
        """The words before a command that run it in the namespace of `role`."""
        return ("ip", "netns", "exec", self.names[role])

    def allow(self, *ports):
        """Lets the site reach these TCP ports of the centre, and nothing else reach anything."""
        command(*self.within("gateway"), "nft", "-f", "-", text_in=nat_rules(ports))

    def mute_answers(self):
        """Drops what the centre sends to the site with content in it; bare TCP acknowledgements pass."""
        rules = f"""table ip mute {{ chain output {{ type filter hook output priority 0;
            ip daddr {GATEWAY} meta length > 90 drop; }};
            }}"""
        command(*self.within("centre"), "nft", "-f", "-", text_in=rules)

    def black_hole(self):
        """Drops everything between the site and the centre, without a word to either."""
        rules = "table ip hole { chain forward { type filter hook forward priority -10; drop; }; }"
        command(*self.within("gateway"), "nft", "-f", "-", text_in=rules)

    def mend(self):
        """Takes back mute_answers() and black_hole()."""
        command(*self.within("centre"), "nft", "delete", "table", "ip", "mute", check=False)
        command(*self.within("gateway"), "nft", "delete", "table", "ip", "hole", check=False)

    def use_ipv6_only(self):
        """Takes the IPv4 addresses away and routes IPv6 both ways, without a filter."""
        command(*self.within("gateway"), "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding")
        for role, address in (("site", SITE_IPV6), ("centre", CENTRE_IPV6)):
            gateway = address[:-1] + "1"
            for name, device, own in ((self.names[role], "gateway", address), (self.names["gateway"], role, gateway)):
                command("ip", "-n", name, "-4", "address", "flush", "dev", device)
                command("ip", "-n", name, "address", "add", f"{own}/64", "dev", device, "nodad")
            command("ip", "-n", self.names[role], "route", "add", "default", "via", gateway, "dev", "gateway")

    def _connect(self, role, address, gateway_address):
        command("ip", "link", "add", role, "netns", self.names["gateway"], "type", "veth",
                "peer", "name", "gateway", "netns", self.names[role])
        for name, device, own in ((self.names[role], "gateway", address), (self.names["gateway"], role, gateway_address)):
            command("ip", "-n", name, "address", "add", own, "dev", device)
            command("ip", "-n", name, "link", "set", device, "up")


def listening_ports(pid):
    """(protocol, port) of every listening TCP and bound UDP socket in the network namespace of a process."""
    found = set()
    for protocol in ("tcp", "tcp6", "udp", "udp6"):
        with open(f"/proc/{pid}/net/{protocol}", encoding="ascii") as table:
            for line in table.read().splitlines()[1:]:
                local, state = line.split()[1], line.split()[3]
                if protocol.startswith("udp") or state == "0A":
                    found.add((protocol[:3], int(local.rsplit(":", 1)[1], 16)))
    return found
