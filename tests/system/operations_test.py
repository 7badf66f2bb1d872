# SPDX-License-Identifier: Apache-2.0
"""What the operator of a server does and sees: status, users and their rights, checks of the store, the watchdog, modes."""
import json
import os
import random
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import BIN, WAIT_SECONDS_MAX, Deployment, Program, lines, run, wait_until  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

DAMAGE_FOUND = 4


class OperationsTest(SystemTest):
    def test_status_tells_of_disk_commits_and_agents(self):
        with Deployment() as group:
            agent = group.agent("seattle", files=["app.log"])
            agent.append("app.log", lines(0, 100))
            group.check_exactly_once(range(100))
            status = json.loads(group.dims("status", "--json"))
            self.assertGreater(status["fsyncs"], 0)
            self.assertGreater(status["tail_groups"], 0)
            self.assertGreater(status["disk_free_bytes"], 0)
            self.assertGreater(status["live_bytes_max"], status["live_bytes"])
            self.assertEqual((status["agents_silent"], status["quarantined_batches"]), (0, 0))
            self.assertEqual(status["agents_wait_because"], "")
            self.assertIn("fsyncs", group.dims("status"))

    def test_an_invitation_changes_no_rights_and_a_change_holds_at_once(self):
        with Deployment() as group:
            group.add_site("seattle")
            group.add_site("tacoma")
            token = group.dims("user", "invite", "alice").strip()
            alice = os.path.join(group.directory, "alice.identity")
            self.assertEqual(run("dims", "login", token, "--out", alice).returncode, 0)
            again = group.run_dims("user", "invite", "alice", "--role", "operator")
            self.assertNotEqual(again.returncode, 0)
            self.assertIn("dims user change alice", again.stderr)
            self.assertTrue(group.dims("user", "invite", "alice").strip(), "named alone she gets a new token")

            seen = [row.split()[0] for row in run("dims", "--identity", alice, "site", "list").stdout.splitlines()[1:]]
            self.assertEqual(seen, ["seattle", "tacoma"])
            tail = subprocess.Popen([os.path.join(BIN, "dims"), "--identity", alice, "tail", "id"], stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            try:
                wait_until(lambda: " tail " in group.dims("audit"), "her tail is open")
                changed = group.dims("user", "change", "alice", "--role", "site", "--site", "tacoma", "--tlp", "green")
                self.assertIn("role site, sites tacoma, TLP green", changed)
                tail.communicate(timeout=WAIT_SECONDS_MAX)
                self.assertEqual(tail.returncode, 1, "the server ends it")
            finally:
                if tail.poll() is None:
                    tail.kill()
                    tail.communicate()
            seen = [row.split()[0] for row in run("dims", "--identity", alice, "site", "list").stdout.splitlines()[1:]]
            self.assertEqual(seen, ["tacoma"])
            self.assertIn("user.change", group.dims("audit"))

    def test_verify_reads_every_block_and_names_what_is_damaged(self):
        with Deployment() as group:
            agent = group.agent("seattle", files=["app.log"])
            noise = random.Random(1)  # the file is nothing but text that does not compress, so its middle is
            text = "".join(line.replace(" the queue ", f" {noise.randbytes(100).hex()} ")
                           for line in lines(0, 2000).splitlines(keepends=True))
            agent.append("app.log", text)
            group.check_exactly_once(range(2000))
            group.dims("store", "seal")
            self.assertIn(" 0 problems", group.dims("store", "verify"))
            group.server.stop()
            day = next(name for name in os.listdir(group.data) if name.startswith("day-") and name.endswith(".db"))
            path = os.path.join(group.data, day)
            with open(path, "r+b") as file:
                middle = os.path.getsize(path) // 2
                file.seek(middle)
                bytes_there = file.read(64)
                file.seek(middle)
                file.write(bytes(byte ^ 0x55 for byte in bytes_there))
            group.start_server()
            found = group.run_dims("store", "verify")
            self.assertEqual(found.returncode, DAMAGE_FOUND, found.stdout + found.stderr)
            self.assertIn(os.path.splitext(day)[0], found.stdout)

    def test_the_watchdog_is_fed_while_listener_and_commit_thread_answer(self):
        with Deployment() as group:
            group.server.stop()
            path = os.path.join(group.directory, "notify")
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
                notify.bind(path)
                notify.settimeout(WAIT_SECONDS_MAX)
                server = Program("dims-server", ["run", "--data", group.data], os.path.join(group.directory, "again.log"),
                                 ["env", f"NOTIFY_SOCKET={path}"])
                try:
                    said = []
                    while not any("WATCHDOG=1" in message for message in said):
                        said.append(notify.recv(4096).decode())
                    self.assertTrue(any("READY=1" in message for message in said))
                finally:
                    server.kill()

    def test_files_are_the_owners_alone_and_a_loosened_one_is_refused_by_name(self):
        with Deployment() as group:
            agent = group.agent("seattle", files=["app.log"])
            agent.append("app.log", lines(0, 100))
            group.check_exactly_once(range(100))
            for directory, public in ((group.data, {"ca.pem", "server.pem"}),
                                      (agent.state, {"agent.pem", "ca.pem", "identity.toml", "status.json"})):
                self.assertEqual(os.stat(directory).st_mode & 0o777, 0o700, directory)
                for name in os.listdir(directory):
                    if name not in public:
                        self.assertEqual(os.stat(os.path.join(directory, name)).st_mode & 0o077, 0, name)
            agent.program.stop()
            group.server.stop()
            for command, directory, name in ((["dims-server", "run", "--data", group.data], group.data, "live.db"),
                                             (["dims-agent", "run", "--config", agent.config_path, "--state", agent.state],
                                              agent.state, "agent.key")):
                os.chmod(directory, 0o755)
                os.chmod(os.path.join(directory, name), 0o644)
                refused = run(*command)
                self.assertNotEqual(refused.returncode, 0)
                self.assertIn(f"{name}: mode 0644", refused.stderr)


if __name__ == "__main__":
    main()
