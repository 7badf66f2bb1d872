# SPDX-License-Identifier: Apache-2.0
"""Local outputs and numbers for monitoring: a file, rsyslog and a TLS receiver get what the agent gets; one that takes
nothing holds up nobody (F-56)."""
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, file_config, lines, sshd_failure, wait_until  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

RSYSLOG = shutil.which("rsyslogd", path=os.environ.get("PATH", "") + ":/usr/sbin")
RSYSLOG_CONFIG = """
global(workDirectory="{directory}")
module(load="imtcp")
input(type="imtcp" address="127.0.0.1" port="{port}" name="feed")
template(name="AsReceived" type="string" string="%rawmsg%\\n")
action(type="omfile" file="{directory}/received" template="AsReceived" flushOnTXEnd="on")
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ids_in(text):
    return [int(number) for number in re.findall(r" id=(\d+)", text)]


class OutputTest(SystemTest):
    def setUp(self):
        self.group = self.enterContext(Deployment())

    def agent_with(self, more, **options):
        return self.group.agent("seattle", config=file_config(["app.log"]) + more, **options)

    @staticmethod
    def read(path):
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def test_rsyslog_gets_every_line_as_it_was_received(self):
        if RSYSLOG is None:
            self.skipTest("there is no rsyslogd")
        directory, port = os.path.join(self.group.directory, "siem"), free_port()
        os.mkdir(directory)
        with open(os.path.join(directory, "rsyslog.conf"), "w", encoding="utf-8") as config:
            config.write(RSYSLOG_CONFIG.format(directory=directory, port=port))
        command = [RSYSLOG, "-n", "-f", f"{directory}/rsyslog.conf", "-i", f"{directory}/pid"]
        agent = self.agent_with(f'[[output.syslog]]\nto = "tcp://127.0.0.1:{port}"\n')
        agent.append("app.log", lines(0, 200))  # before anybody listens there
        wait_until(lambda: "refused" in self.output_of(agent)["trouble"], "the status names the receiver that is not there")
        siem = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        self.addCleanup(siem.wait, 10)
        self.addCleanup(siem.terminate)
        agent.append("app.log", lines(200, 300))
        wait_until(lambda: len(ids_in(self.read(f"{directory}/received"))) >= 500, "rsyslog has every line")
        self.assertEqual(self.read(f"{directory}/received"), self.read(agent.log_file("app.log")))
        self.group.check_exactly_once(range(500))
        self.assertEqual(self.output_of(agent)["dropped_rows"], 0)

    @staticmethod
    def output_of(agent):
        outputs = agent.status()["outputs"] if os.path.exists(f"{agent.state}/status.json") else {}
        return next(iter(outputs.values()), {"trouble": "", "rows": 0, "dropped_rows": 0})

    def test_a_file_gets_what_was_received_and_another_one_what_the_policy_leaves(self):
        agent = self.agent_with("", start=False)
        with open(f"{agent.directory}/policy.toml", "w", encoding="utf-8") as policy:
            policy.write('[[redact]]\nfields = ["user.name"]\nwith = "mask"\n')
        agent.configure(file_config(["app.log"]).replace("[agent]", f'[agent]\npolicy = "{agent.directory}/policy.toml"')
                        + f'[[output.file]]\npath = "{agent.directory}/raw"\n'
                        + f'[[output.file]]\npath = "{agent.directory}/sent"\nformat = "json"\npolicy = true\n'
                        + f'[[output.file]]\npath = "{agent.directory}/some"\nwhere = "user.name:=mallory"\n')
        agent.start()
        text = sshd_failure("203.0.113.9", "mallory") + lines(0, 50)
        agent.append("app.log", text)
        wait_until(lambda: self.read(f"{agent.directory}/raw") == text, "the raw feed")
        wait_until(lambda: self.read(f"{agent.directory}/sent").count("\n") == 51, "the feed behind the policy")
        self.assertEqual(self.read(f"{agent.directory}/some"), text.splitlines(keepends=True)[0])
        sent = self.read(f"{agent.directory}/sent")
        self.assertNotIn("mallory", sent)
        self.assertEqual(json.loads(sent.splitlines()[0])["source.ip"], "203.0.113.9")

    def test_a_file_that_others_rotate_is_made_anew(self):
        agent = self.agent_with("")
        feed = f"{agent.directory}/feed"
        agent.configure(file_config(["app.log"]) + f'[[output.file]]\npath = "{feed}"\n')
        wait_until(lambda: "started" in agent.program.log(), "the agent runs")
        agent.program.signal(signal.SIGHUP)  # the output is added while it runs
        wait_until(lambda: "configuration reloaded" in agent.program.log(), "the agent has read it")
        agent.append("app.log", lines(0, 100))
        wait_until(lambda: len(ids_in(self.read(feed))) == 100, "the first lines")
        os.rename(feed, feed + ".1")
        agent.program.signal(signal.SIGHUP)
        agent.append("app.log", lines(100, 100))
        wait_until(lambda: ids_in(self.read(feed)) == list(range(100, 200)), "the others in a file of their own")
        self.assertEqual(ids_in(self.read(feed + ".1")), list(range(100)))
        self.group.check_exactly_once(range(200))

    def test_f56_a_receiver_that_never_reads_costs_its_own_events_alone(self):
        deaf = self.enterContext(socket.create_server(("127.0.0.1", 0)))
        prom = f"{self.group.directory}/dims.prom"
        agent = self.agent_with(f'[[output.syslog]]\nto = "tcp://127.0.0.1:{deaf.getsockname()[1]}"\nqueue = "64KiB"\n'
                                f'[[output.file]]\npath = "{self.group.directory}/feed"\n[metrics]\ntextfile = "{prom}"\n')
        count, filler = 20_000, "x" * 800
        agent.append("app.log", lines(0, count).replace("worked", filler))
        self.group.wait_for_count(count)
        wait_until(lambda: len(ids_in(self.read(f"{self.group.directory}/feed"))) == count, "the other output has all")
        status = wait_until(lambda: self.dropping(agent), "drops are counted in the status")
        self.assertIn("dropped", agent.run("status", "--state", agent.state).stdout)
        wait_until(lambda: re.search(r'^dims_agent_output_dropped_rows_total\{output="tcp:[^}]*\} [1-9]', self.read(prom), re.M),
                   "and in the metrics")
        self.assertEqual(status["lost_rows"], 0)
        agent.program.stop()
        output = next(value for name, value in agent.status()["outputs"].items() if name.startswith("tcp:"))
        self.assertEqual(output["rows"] + output["dropped_rows"], count)

    @staticmethod
    def dropping(agent):
        status = agent.status()
        return status if any(output["dropped_rows"] for output in status["outputs"].values()) else None

    def certificate(self, name):
        """Self-signed, for `name`; returns the paths of certificate and key."""
        paths = [os.path.join(self.group.directory, f"{name}.{kind}") for kind in ("pem", "key")]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-out", paths[0], "-keyout", paths[1]],
                       check=True, capture_output=True)
        return paths

    def test_a_tls_receiver_is_verified_and_gets_every_event(self):
        certificate, key = self.certificate("localhost")
        other, _ = self.certificate("elsewhere")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        listener = self.enterContext(socket.create_server(("127.0.0.1", 0)))
        received = bytearray()
        threading.Thread(target=self.receive_tls, args=(context, listener, received), daemon=True).start()

        def output(authority):
            port = listener.getsockname()[1]
            return (f'[[output.syslog]]\nto = "tls://localhost:{port}"\nca = "{authority}"\nformat = "json"\nframing = "octets"\n')

        agent = self.agent_with(output(other))
        agent.append("app.log", lines(0, 200))
        wait_until(lambda: "certificate" in self.output_of(agent)["trouble"], lambda: self.output_of(agent))
        self.assertEqual(received, b"")
        agent.configure(file_config(["app.log"]) + output(certificate))
        agent.program.signal(signal.SIGHUP)
        wait_until(lambda: "configuration reloaded" in agent.program.log(), "the right authority")
        agent.append("app.log", lines(200, 200))
        wait_until(lambda: len(self.messages(received)) == 200, lambda: received[:500])
        header, text = self.messages(received)[0].split(b" - - - ", 1)
        self.assertRegex(header, rb"^<\d+>1 \d{4}-\d\d-\d\dT[0-9:.]+Z gw1 job$")
        self.assertIn("id=200", json.loads(text)["message"])

    @staticmethod
    def receive_tls(context, listener, received):
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(plain, server_side=True) as peer:
                    while chunk := peer.recv(65536):
                        received.extend(chunk)
            except (ssl.SSLError, OSError):
                continue

    @staticmethod
    def messages(received):
        """The octet-counted messages that are there whole."""
        out, at, all_bytes = [], 0, bytes(received)
        while (blank := all_bytes.find(b" ", at)) > 0:
            end = blank + 1 + int(all_bytes[at:blank])
            if end > len(all_bytes):
                break
            out.append(all_bytes[blank + 1:end])
            at = end
        return out

    def test_numbers_are_there_for_prometheus(self):
        port = free_port()
        agent = self.agent_with(f'[metrics]\nlisten = "http://127.0.0.1:{port}"\ntextfile = "{self.group.directory}/dims.prom"\n')
        agent.append("app.log", lines(0, 100))
        self.group.wait_for_count(100)
        rows = f'dims_agent_rows_total{{input="{agent.log_file("app.log")}"}} 100'
        text = wait_until(lambda: self.scraped(port, rows, "dims_agent_last_ack_timestamp_seconds 1"), "the rows of the input")
        self.assertIn('dims_agent_connection_state{state="streaming"} 1', text)
        self.assertRegex(text, r"(?m)^dims_agent_certificate_expiry_timestamp_seconds \d+")
        self.assertRegex(text, r"(?m)^dims_agent_buffer_file_bytes [1-9]")
        wait_until(lambda: rows in self.read(f"{self.group.directory}/dims.prom"), "the file has them too")
        if shutil.which("promtool"):
            checked = subprocess.run(["promtool", "check", "metrics"], input=text.encode(), capture_output=True, check=False)
            self.assertEqual((checked.returncode, checked.stderr), (0, b""))

    @staticmethod
    def scraped(port, *wanted):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
                text = answer.read().decode()
        except OSError:
            return None
        return text if all(words in text for words in wanted) else None


if __name__ == "__main__":
    main()
