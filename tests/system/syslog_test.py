# SPDX-License-Identifier: Apache-2.0
"""Syslog of other machines, by UDP and TCP: configurations change under connected senders, sockets come from a service
manager, and no line is lost on TCP."""
import fcntl
import os
import signal
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import BIN, Deployment, lines, wait_until  # noqa: E402
from ports import free_port  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

RELOADS = 100
WRONG = '[[input.syslog]]\nlisen = "udp://127.0.0.1:5514"\n'


def syslog_config(udp, tcp, tag):
    listeners = ((f"udp://127.0.0.1:{udp}", "[]"), (f"tcp://127.0.0.1:{tcp}", f'["{tag}"]'))
    return "".join(f'[[input.syslog]]\nlisten = "{listen}"\ntags = {tags}\n\n' for listen, tags in listeners)


def framed(first, count):
    return "".join(f"<13>{line}\n" for line in lines(first, count).splitlines()).encode()


class SyslogTest(SystemTest):
    def start(self, group):
        self.udp, self.tcp = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
        return group.agent("seattle", config=syslog_config(self.udp, self.tcp, "before"))

    def connect(self, agent):
        wait_until(lambda: self.listens(agent), lambda: f"the agent listens\n{agent.program.log()}")
        return socket.create_connection(("127.0.0.1", self.tcp))

    def listens(self, agent):
        self.assertTrue(agent.program.running(), agent.program.log())
        with open("/proc/net/tcp", encoding="ascii") as table:
            return any(f":{self.tcp:04X} " in line and " 0A " in line for line in table)

    def test_lines_by_udp_and_tcp_are_found_once(self):
        with Deployment() as group:
            agent = self.start(group)
            with self.connect(agent) as sender, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
                sender.sendall(framed(0, 500))
                for message in framed(500, 50).splitlines():
                    datagrams.sendto(message, ("127.0.0.1", self.udp))
                group.check_exactly_once(range(550))

    def test_a_reload_loses_no_line_of_a_connected_sender(self):
        with Deployment() as group:
            agent = self.start(group)
            with self.connect(agent) as sender:
                sender.sendall(framed(0, 200))
                group.wait_for_count(200)
                for turn in range(5):
                    text = framed(200 + 200 * turn, 200)
                    sender.sendall(text[:1000])  # ends inside a message
                    agent.configure(syslog_config(self.udp, self.tcp, f"after{turn}"))
                    agent.program.signal(signal.SIGHUP)
                    sender.sendall(text[1000:])
                    wait_until(lambda: agent.program.log().count("configuration reloaded") == turn + 1, "reloaded")
                group.check_exactly_once(range(1200))

    def test_a_wrong_configuration_is_refused_and_the_sender_stays_connected(self):
        with Deployment() as group:
            agent = self.start(group)
            with self.connect(agent) as sender:
                sender.sendall(framed(0, 100))
                agent.configure(WRONG)
                agent.program.signal(signal.SIGHUP)
                wait_until(lambda: "configuration not reloaded" in agent.program.log(), "the refusal")
                self.assertIn("agent.toml:2:1", agent.program.log())
                sender.sendall(framed(100, 100))
                group.check_exactly_once(range(200))

    def test_a_reload_that_cannot_open_a_port_goes_back_and_the_sender_stays_connected(self):
        with Deployment() as group, socket.create_server(("127.0.0.1", 0)) as taken:
            agent = self.start(group)
            with self.connect(agent) as sender:
                sender.sendall(framed(0, 100))
                http = f'[[input.http]]\nlisten = "http://127.0.0.1:{taken.getsockname()[1]}"\n'
                agent.configure(syslog_config(self.udp, self.tcp, "after") + http)
                agent.program.signal(signal.SIGHUP)
                wait_until(lambda: "configuration not reloaded" in agent.program.log(), "the refusal")
                sender.sendall(framed(100, 100))
                group.check_exactly_once(range(200))

    def test_a_reload_may_add_a_listener_beside_those_that_stay(self):
        with Deployment() as group:
            agent = self.start(group)
            self.connect(agent).close()
            more = free_port(socket.SOCK_DGRAM)
            added = f'[[input.syslog]]\nlisten = "udp://127.0.0.1:{more}"\n'
            agent.configure(syslog_config(self.udp, self.tcp, "after") + added)
            agent.program.signal(signal.SIGHUP)
            wait_until(lambda: "configuration reloaded" in agent.program.log(), agent.program.log)
            with self.connect(agent) as sender, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
                sender.sendall(framed(0, 50))
                for port, first in ((self.udp, 50), (more, 60)):
                    for message in framed(first, 10).splitlines():
                        datagrams.sendto(message, ("127.0.0.1", port))
                group.check_exactly_once(range(70))

    def test_f49_a_hundred_reloads_under_load_lose_no_line_and_close_no_listener(self):
        with Deployment() as group:
            agent = self.start(group)
            with self.connect(agent) as sender:
                listener = self.inode_of_listener()
                for turn in range(RELOADS):
                    wrong = turn % 4 == 3
                    agent.configure(WRONG if wrong else syslog_config(self.udp, self.tcp, f"turn{turn % 3}"))
                    text = framed(turn * 50, 50)
                    sender.sendall(text[:700])  # ends inside a message
                    agent.program.signal(signal.SIGHUP)
                    sender.sendall(text[700:])
                    with socket.create_connection(("127.0.0.1", self.tcp)) as other:  # refused were it ever closed
                        other.sendall(framed(RELOADS * 50 + turn, 1))
                wait_until(lambda: "configuration reloaded" in agent.program.log()
                           and "configuration not reloaded" in agent.program.log(), "both kinds of reload")
                self.assertEqual(self.inode_of_listener(), listener)
                group.check_exactly_once(range(RELOADS * 51))

    def inode_of_listener(self):
        with open("/proc/net/tcp", encoding="ascii") as table:
            return [line.split()[9] for line in table if f":{self.tcp:04X} " in line and " 0A " in line]

    def test_a_stop_takes_what_a_sender_had_sent(self):
        with Deployment() as group:
            agent = self.start(group)
            with self.connect(agent) as sender:
                sender.sendall(framed(0, 5000))
                agent.program.stop()
            agent.start()
            group.check_exactly_once(range(5000))


class ActivationTest(SystemTest):
    def test_sockets_of_a_service_manager_are_taken_by_name_and_kept_over_a_reload(self):
        with Deployment() as group:
            agent = group.agent("seattle", start=False)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.create_server(("127.0.0.1", 0)) as tcp:
                udp.bind(("127.0.0.1", 0))
                ports = udp.getsockname()[1], tcp.getsockname()[1]
                agent.configure(syslog_config(*ports, "given"))
                # What came before the agent was there waits in the kernel.
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                    for message in framed(0, 20).splitlines():
                        sender.sendto(message, ("127.0.0.1", ports[0]))
                process = self.activate(agent, udp, tcp)
            try:
                with socket.create_connection(("127.0.0.1", ports[1])) as sender:
                    sender.sendall(framed(20, 80))
                    group.wait_for_count(100)
                    agent.configure(syslog_config(*ports, "changed"))
                    process.send_signal(signal.SIGHUP)
                    sender.sendall(framed(100, 100))
                    group.check_exactly_once(range(200))
            finally:
                process.terminate()
                process.wait(10)

    # As systemd does it: descriptors from 3 on, LISTEN_PID is the process itself.
    def activate(self, agent, *sockets):
        given = [fcntl.fcntl(sock, fcntl.F_DUPFD, 50) for sock in sockets]
        command = " ".join(f"{3 + n}<&{descriptor}" for n, descriptor in enumerate(given))
        names = ":".join(["syslog"] * len(sockets))
        script = (f"exec env LISTEN_PID=$$ LISTEN_FDS={len(sockets)} LISTEN_FDNAMES={names} "
                  f'"$0" run --config "$1" --state "$2" {command}')
        with open(os.path.join(agent.directory, "agent.log"), "ab") as log:
            return subprocess.Popen(["bash", "-c", script, os.path.join(BIN, "dims-agent"), agent.config_path,
                                     agent.state], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                    pass_fds=given)


class Manager:
    """The end of NOTIFY_SOCKET that a service manager reads."""

    def __init__(self, directory):
        self.path = os.path.join(directory, "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._socket.settimeout(60)
        self.heard = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def wait_for(self, word):
        while word not in self.heard:
            self.heard += self._socket.recv(4096).decode().splitlines()
        self.heard.clear()


class NotifyTest(SystemTest):
    def follow(self, group, name, command, reloads):
        with Manager(group.directory) as manager:
            self.follow_by(manager, name, command, reloads)

    def follow_by(self, manager, name, command, reloads):
        environment = {**os.environ, "NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "30000000"}
        process = subprocess.Popen([os.path.join(BIN, name), *command], env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            manager.wait_for("READY=1")
            manager.wait_for("WATCHDOG=1")
            if reloads:
                process.send_signal(signal.SIGHUP)
                manager.wait_for("RELOADING=1")
                manager.wait_for("READY=1")
            process.terminate()
            manager.wait_for("STOPPING=1")
            self.assertEqual(process.wait(10), 0)
        finally:
            process.kill()
            process.wait()

    def test_the_agent_tells_its_manager_how_it_does(self):
        with Deployment() as group:
            agent = group.agent("seattle", files=["app.log"], start=False)
            self.follow(group, "dims-agent", ["run", "--config", agent.config_path, "--state", agent.state], True)

    def test_the_server_tells_its_manager_how_it_does(self):
        with Deployment() as group:
            group.server.stop()
            self.follow(group, "dims-server", ["run", "--data", group.data], False)


if __name__ == "__main__":
    main()
