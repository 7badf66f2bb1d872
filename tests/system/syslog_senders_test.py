# SPDX-License-Identifier: Apache-2.0
"""Real senders of syslog (logger, rsyslog, syslog-ng) by every transport, who may send, and senders that mean no good."""
import os
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from certificates import Authority  # noqa: E402
from deployment import Deployment, wait_until  # noqa: E402
from ports import free_port  # noqa: E402
from syslog_senders import Rsyslog, SyslogNg, missing  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

LINES = 300


def texts(first, count):
    """What programs say: plain, long, and in other scripts."""
    shapes = ("worked on the queue", "größe überschritten, 設定", 'said {"a": "b"} = c', "long " + "x" * 3000)
    return [f"{shapes[number % len(shapes)]} id={number}" for number in range(first, first + count)]


def messages(first, count, priority=13):
    """As programs write them to /dev/log."""
    stamp = time.strftime("%b %e %H:%M:%S")
    return [f"<{priority}>{stamp} job[77]: {text}" for text in texts(first, count)]


def end_of(connection):
    """What comes next; nothing where the peer has closed it, politely or not."""
    try:
        return connection.recv(100)
    except ConnectionResetError:
        return b""


class Listening:
    """A group of one site whose agent listens by UDP, TCP and TLS on loopback."""

    def __init__(self, extra="", more=""):
        self.group = Deployment()
        self._extra, self._more = extra, more

    def __enter__(self):
        self.group.__enter__()
        self.udp, self.tcp, self.tls = free_port(socket.SOCK_DGRAM), free_port(), free_port()
        self.authority = Authority(self.group.directory)
        self.server = self.authority.issue("collector", "localhost")
        self.client = self.authority.issue("firewall", "fw1.example")
        self.agent = self.group.agent("seattle", config=self.config())
        self.wait_for_listeners()
        return self

    def __exit__(self, *failure):
        return self.group.__exit__(*failure)

    def config(self):
        certificate, key = self.server
        listeners = (f"udp://127.0.0.1:{self.udp}", f"tcp://127.0.0.1:{self.tcp}", f"tls://127.0.0.1:{self.tls}")
        plain = "".join(f'[[input.syslog]]\nlisten = "{listen}"\n{self._extra}\n' for listen in listeners)
        return (plain + f'certificate = "{certificate}"\nkey = "{key}"\nclient_ca = "{self.authority.path}"\n'
                + 'client_names = ["fw1.example"]\n' + self._more)

    def wait_for_listeners(self):
        def listens():
            if not self.agent.program.running():
                raise AssertionError(self.agent.program.log())
            with open("/proc/net/tcp", encoding="ascii") as table:
                return sum(f":{port:04X} 00000000:0000 0A" in line for line in table.readlines()
                           for port in (self.tcp, self.tls)) == 2
        wait_until(listens, lambda: f"the agent listens\n{self.agent.program.log()}")

    def tls_socket(self, files=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.authority.path)
        if files:
            context.load_cert_chain(*files)
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.tls)), server_hostname="localhost")

    def stored(self):
        return sorted(row["message"].strip() for row in self.group.search("id | fields message").rows)

    def count_stays(self, count):
        self.group.wait_for_count(count)
        return self.group.count()


class SenderTest(SystemTest):
    def check(self, site, sender, count=LINES):
        with sender:
            sender.send(messages(0, count))
            wait_until(lambda: site.group.count() >= count,
                       lambda: f"{site.group.count()} of {count} lines\n{sender.log()}\n{site.agent.program.log()}")
        self.assertEqual(site.stored(), sorted(texts(0, count)))

    def need(self, packages):
        absent = missing(*packages)
        if absent:
            self.skipTest(f"{' '.join(absent)} not unpacked: installer/install-deps.sh test")

    def rsyslog(self, port_of, options, tls=False):
        self.need(Rsyslog.PACKAGES)
        with Listening() as site:
            files = (site.authority.path, site.client) if tls else None
            self.check(site, Rsyslog(site.group.directory, getattr(site, port_of), options, files))

    def test_rsyslog_by_tcp_line_by_line(self):
        self.rsyslog("tcp", 'TCP_Framing="traditional"')

    def test_rsyslog_by_tcp_with_counted_octets(self):
        self.rsyslog("tcp", 'TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format"')

    def test_rsyslog_by_tls_with_a_certificate(self):
        self.rsyslog("tls", 'TCP_Framing="octet-counted" StreamDriver="ossl" StreamDriverMode="1" '
                            'StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost"', tls=True)

    def syslog_ng(self, destination):
        self.need(SyslogNg.PACKAGES)
        with Listening() as site:
            certificate, key = site.client
            text = destination.format(tcp=site.tcp, tls=site.tls, ca=site.authority.path, certificate=certificate, key=key)
            self.check(site, SyslogNg(site.group.directory, site.tcp, text))

    def test_syslog_ng_by_tcp_line_by_line(self):
        self.syslog_ng('network("127.0.0.1" port({tcp}) transport("tcp"));')

    def test_syslog_ng_by_tls_with_counted_octets(self):
        self.syslog_ng('syslog("localhost" port({tls}) transport("tls") tls(ca-file("{ca}") key-file("{key}") '
                       'cert-file("{certificate}") peer-verify(required-trusted)));')

    def test_logger_by_udp_and_by_tcp_with_counted_octets(self):
        logger = shutil.which("logger")
        if logger is None:
            self.skipTest("logger is not installed")
        with Listening() as site:
            wanted = texts(0, 20)
            for number, text in enumerate(wanted):
                how = ["-d", "-P", str(site.udp)] if number % 2 else ["-T", "-P", str(site.tcp), "--octet-count"]
                subprocess.run([logger, "-n", "127.0.0.1", *how, "--size", "5000", "-t", "job", text], check=True, timeout=10)
            site.group.wait_for_count(len(wanted))
            self.assertEqual(site.stored(), sorted(wanted))


class TlsTest(SystemTest):
    def test_f35_peers_without_a_fitting_certificate_are_counted_and_the_others_served(self):
        with Listening() as site:
            with site.tls_socket(site.client) as good:
                good.sendall("".join(m + "\n" for m in messages(0, 10)).encode())
                self.refused(site, None)
                self.refused(site, site.authority.issue("printer", "printer.example"))
                self.refused(site, Authority(site.group.directory, "other").issue("stranger", "fw1.example"))
                with socket.create_connection(("127.0.0.1", site.tls)) as plain:
                    plain.sendall(b"<13>not encrypted id=999\n")
                    while end_of(plain):
                        pass
                good.sendall("".join(m + "\n" for m in messages(10, 10)).encode())
                self.assertEqual(site.count_stays(20), 20)
            wait_until(lambda: site.agent.status()["syslog_handshakes_failed"] == 4, lambda: site.agent.status())
            self.assertIn("no TLS session", site.agent.program.log())

    def refused(self, site, files):
        with self.assertRaises(OSError):
            with site.tls_socket(files) as bad:
                bad.sendall(b"<13>strange id=999\n")
                while bad.recv(100):
                    pass
                raise OSError("closed")

    def test_f35_a_reload_reads_new_certificates_and_refuses_broken_ones(self):
        with Listening() as site:
            with site.tls_socket(site.client) as before:
                before.sendall("".join(m + "\n" for m in messages(0, 10)).encode())
                with open(site.server[0], encoding="ascii") as file:
                    good = file.read()
                self.reload(site, "no certificate", "configuration not reloaded")
                self.assertIn(site.server[0], site.agent.program.log())
                self.reload(site, good, "configuration reloaded")
                site.authority.issue("collector", "localhost", "renewed.example")
                site.agent.program.signal(signal.SIGHUP)
                wait_until(lambda: site.agent.program.log().count("configuration reloaded") == 2, "reloaded again")
                with site.tls_socket(site.client) as after:
                    names = [name for _, name in after.getpeercert()["subjectAltName"]]
                    self.assertIn("renewed.example", names)
                    after.sendall("".join(m + "\n" for m in messages(10, 10)).encode())
                before.sendall("".join(m + "\n" for m in messages(20, 10)).encode())
                site.group.check_exactly_once(range(30))

    def reload(self, site, certificate, word):
        with open(site.server[0], "w", encoding="ascii") as file:
            file.write(certificate)
        site.agent.program.signal(signal.SIGHUP)
        wait_until(lambda: word in site.agent.program.log(), word)


class AllowedTest(SystemTest):
    def test_senders_that_are_not_allowed_are_refused_and_shown_by_address(self):
        senders = '[[input.syslog.sender]]\naddress = "127.0.0.2"\nhost = "core-switch"\ntimezone = "UTC"\n'
        with Listening('allow = ["127.0.0.2/31"]') as site:
            config = site.config().replace('[[input.syslog]]\nlisten = "tcp', senders + '[[input.syslog]]\nlisten = "tcp')
            site.agent.configure(config)
            site.agent.program.signal(signal.SIGHUP)
            wait_until(lambda: "configuration reloaded" in site.agent.program.log(), "reloaded")
            for address, first in (("127.0.0.2", 0), ("127.0.0.4", 100), ("127.0.0.3", 10)):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                    sender.bind((address, 0))
                    for message in messages(first, 10):
                        sender.sendto(message.encode(), ("127.0.0.1", site.udp))
            with socket.create_connection(("127.0.0.1", site.tcp), source_address=("127.0.0.5", 0)) as refused:
                self.assertEqual(end_of(refused), b"")
            site.group.check_exactly_once(range(20))
            self.assertEqual(site.group.count("host.name:core-switch"), 10)
            wait_until(lambda: site.agent.status()["refused_senders"] == {"127.0.0.4": 10, "127.0.0.5": 1},
                       lambda: site.agent.status())
            self.assertIn("127.0.0.4 sent 10 times", site.agent.run("status", "--state", site.agent.state).stdout)

    def test_f39_one_host_name_at_two_sites_is_never_mixed(self):
        with Deployment() as group:
            ports = [free_port(socket.SOCK_DGRAM) for _ in range(2)]
            agents = [group.agent(site, config=f'[[input.syslog]]\nlisten = "udp://127.0.0.1:{port}"\n')
                      for site, port in zip(("seattle", "tacoma"), ports)]
            for agent in agents:
                wait_until(lambda: "started" in agent.program.log(), "the agent runs")
            stamp = time.strftime("%b %e %H:%M:%S")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for number in range(60):
                    sender.sendto(f"<13>{stamp} fw1 job: worked id={number}".encode(), ("127.0.0.1", ports[number % 3 == 0]))
            group.check_exactly_once(range(60))
            self.assertEqual([group.count(f"host.name:fw1 site:{site}") for site in ("seattle", "tacoma")], [40, 20])


class HostileTest(SystemTest):
    def test_f26_frames_of_both_kinds_and_wrong_counts_merge_nothing(self):
        with Listening() as site:
            wanted, stream = [], b""
            for number, message in enumerate(messages(0, 200)):
                bytes_of = message.encode()
                if number % 3 == 0:
                    stream += b"%d %s" % (len(bytes_of), bytes_of)
                elif number % 50 == 7:
                    stream += b"99999999 " + bytes_of + b"\n"  # a count beyond the limit is the text of a line
                else:
                    stream += bytes_of + b"\n"
                wanted.append(number)
            with socket.create_connection(("127.0.0.1", site.tcp)) as sender:
                for start in range(0, len(stream), 777):
                    sender.sendall(stream[start:start + 777])
            site.group.check_exactly_once(wanted)

    def test_f27_5000_connections_and_slow_ones_hold_up_nobody(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 6000:
            self.skipTest(f"no more than {hard} files may be open here")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 6000), hard))
        with Listening() as site:
            crowd = []
            try:
                with socket.create_connection(("127.0.0.1", site.tcp), source_address=("127.0.0.9", 0)) as served:
                    for _ in range(5000):
                        one = socket.create_connection(("127.0.0.1", site.tcp))
                        one.setblocking(False)
                        self.try_send(one, b"<13>half a line")
                        crowd.append(one)
                    served.sendall("".join(m + "\n" for m in messages(0, 100)).encode())
                    site.group.wait_for_count(100, "process.name:job")
                    wait_until(lambda: site.agent.status()["syslog_refused"] >= 4000, lambda: site.agent.status())
                    self.assertLess(site.agent.program.peak_mib(), 80)
            finally:
                for one in crowd:
                    one.close()
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    @staticmethod
    def try_send(connection, text):
        try:
            connection.send(text)
        except OSError:
            pass  # refused already


if __name__ == "__main__":
    main()
