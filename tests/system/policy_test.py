# SPDX-License-Identifier: Apache-2.0
"""What a site's policy keeps back is not on the agent's disk, not on the wire and not in the store."""
import json
import os
import shutil
import signal
import stat
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, lines, run, sshd_failure, wait_until  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

REDACT = """
[[drop]]
where = 'message:"health check"'
[[redact]]
fields = ["user.name", "labels.*user*"]
with = "hash"
[[redact]]
addresses = ["10.0.0.0/8"]
with = "prefix"
[[redact]]
names = ["*.hall.example"]
[[tlp]]
where = 'event.outcome:=failure'
tlp = "red"
"""
SECRETS = ("qxsecretuser", "10.77.8.9", "hall.example", "health check")
PLANTED = (sshd_failure("10.77.8.9", "qxsecretuser")
           + '{"user":"QXsecretuser","nested":{"from":"10.77.8.9","at":["fs9.hall.example"]}}\n'
           + "time=2026-01-05T10:11:12Z user=qxsecretuser src_ip=10.77.8.9 host=fs9.hall.example\n"
           + "CEF:0|Vendor|Product|1.0|100|Log-in|5|suser=qxsecretuser src=10.77.8.9\n"
           + "<13>1 2026-01-05T10:11:12Z gw1 app 7 - [x@1 user=\"qxsecretuser\"] from 10.77.8.9:22\n"
           + "only text: health check of 10.77.8.9\n")


def with_policy(agent_directory):
    return (f'[agent]\ntlp = "amber"\npolicy = "{agent_directory}/policy.toml"\n\n'
            '[[input.file]]\npaths = ["@logs@/app.log"]\nstart = "beginning"\n')


def found_below(directory, secrets):
    """(file, secret) of each file that holds one, whatever the case; sockets hold nothing."""
    found = []
    for folder, _, names in os.walk(directory):
        for name in names:
            if stat.S_ISSOCK(os.lstat(os.path.join(folder, name)).st_mode):
                continue
            with open(os.path.join(folder, name), "rb") as content:
                content = content.read().lower()
            found += [(name, secret) for secret in secrets if secret.encode() in content]
    return found


class PolicyTest(SystemTest):
    def setUp(self):
        self.group = self.enterContext(Deployment())

    def agent_under(self, policy, start=True):
        agent = self.group.agent("seattle", files=["app.log"], start=False)
        agent.configure(with_policy(agent.directory))
        self.write_policy(agent, policy)
        return agent.start() if start else agent

    @staticmethod
    def write_policy(agent, policy):
        with open(os.path.join(agent.directory, "policy.toml"), "w", encoding="utf-8") as out:
            out.write(policy)

    def test_secrets_are_in_no_byte_of_the_state_directory_and_of_no_answer(self):
        agent = self.agent_under(REDACT)
        agent.append("app.log", PLANTED)
        self.group.wait_for_count(5, query="*")

        rows = self.group.search("*").rows
        self.assertEqual(len(rows), 5)
        text = json.dumps(rows).lower() + self.group.dims("search", "*", "--days", "3650", "--format", "raw").lower()
        for secret in SECRETS:
            self.assertNotIn(secret, text)
        self.assertEqual(found_below(agent.state, SECRETS), [])
        self.assertEqual(found_below(self.group.directory + "/data", SECRETS), [])
        failed = self.group.search("event.outcome:=failure").rows
        self.assertEqual(failed[0]["dims.tlp"], "red")
        self.assertRegex(failed[0]["user.name"], "^hash-[0-9a-f]{16}$")
        wait_until(lambda: agent.status()["policy_dropped_rows"] == 1 and agent.status()["policy_redacted_rows"] == 5,
                   "the status counts what the policy did")
        self.assertEqual(oct(os.stat(os.path.join(agent.state, "policy.key")).st_mode & 0o777), "0o600")

    def test_sent_shows_what_the_server_stores_byte_for_byte(self):
        agent = self.agent_under(REDACT)
        agent.append("app.log", PLANTED)
        self.group.wait_for_count(5, query="*")
        wait_until(lambda: agent.status()["waiting_rows"] == 0, "everything is acked")

        sent = wait_until(lambda: agent.run("sent", "--state", agent.state, "--since", "1h").stdout.splitlines(),
                          "something was sent")
        stored = self.group.dims("search", "*", "--days", "3650", "--format", "raw").splitlines()
        self.assertEqual(sorted(sent), sorted(stored))
        rows = [json.loads(row) for row in agent.run("sent", "--state", agent.state, "--since", "1h", "--json").stdout.splitlines()]
        answers = {row["message"]: row for row in self.group.search("*").rows}
        for row in rows:
            answer = answers[row["message"]]
            self.assertEqual(row, {name: answer[name] for name in row})
        self.assertEqual(agent.run("sent", "--state", agent.state, "--since", "1x", check=False).returncode, 2)

    def test_dropped_lines_are_read_once_and_the_others_exactly_once_over_kills(self):
        agent = self.agent_under("[[drop]]\nwhere = 'message:noise'\n")
        for burst in range(4):
            agent.append("app.log", "Jan  5 10:11:12 gw1 job[7]: noise\n" * 50 + lines(burst * 100, 100))
            agent.append("app.log", "Jan  5 10:11:12 gw1 job[7]: noise\n" * 50)
            self.group.wait_for_count(burst * 100 + 1)
            agent.restart()
        self.group.check_exactly_once(range(400))
        self.assertEqual(self.group.count("noise"), 0)
        self.assertEqual(agent.status()["lost_rows"], 0)

    def test_holes_of_a_file_are_read_again_under_the_policy(self):
        """The server falls back to an older copy, and the ring has let go what it lost: the file is read again."""
        agent = self.group.agent("seattle", files=["app.log"], start=False)
        agent.configure(with_policy(agent.directory) + '\n[buffer]\nkeep_acked = "0s"\nkeep_acked_size = "0B"\n')
        self.write_policy(agent, "[[drop]]\nwhere = 'message:noise'\n")
        agent.start()
        noise = "Jan  5 10:11:12 gw1 job[7]: noise\n" * 5000
        agent.append("app.log", noise + lines(0, 200))
        self.group.wait_for_count(200)
        self.group.server.stop()
        copy = self.group.data + ".copy"
        shutil.copytree(self.group.data, copy)
        self.group.start_server()
        for first in (200, 400):
            agent.append("app.log", noise + lines(first, 200) + noise)
            self.group.wait_for_count(first + 200)
        wait_until(lambda: agent.status()["ring_bytes"] == 0, "the ring is empty")

        self.group.server.kill()
        shutil.rmtree(self.group.data)
        shutil.copytree(copy, self.group.data)
        self.group.start_server()
        agent.append("app.log", noise + lines(600, 10))
        self.group.check_exactly_once(range(610))
        self.assertEqual(self.group.count("noise"), 0)

    def test_a_reload_takes_the_policy_and_keeps_the_old_one_where_the_new_one_is_wrong(self):
        agent = self.agent_under("")
        agent.append("app.log", lines(0, 5))
        self.group.wait_for_count(5)

        self.write_policy(agent, "[[drop]]\nwhere = 'message:noise'\n")
        agent.program.signal(signal.SIGHUP)
        wait_until(lambda: "configuration reloaded" in agent.program.log(), "the policy is read")
        self.write_policy(agent, "[[dorp]]\nwhere = 'message:noise'\n")
        agent.program.signal(signal.SIGHUP)
        wait_until(lambda: "policy.toml:1" in agent.program.log(), "the agent says what is wrong")
        agent.append("app.log", "Jan  5 10:11:12 gw1 job[7]: noise\n" + lines(5, 5))
        self.group.check_exactly_once(range(10))
        self.assertEqual(self.group.count("noise"), 0)

    def test_without_a_policy_that_is_understood_the_agent_does_not_start(self):
        agent = self.agent_under("[[dorp]]\n", start=False)
        agent.start()
        self.assertNotEqual(agent.program.wait(), 0)
        self.assertIn("policy.toml:1", agent.program.log())
        os.remove(os.path.join(agent.directory, "policy.toml"))
        agent.start()
        self.assertNotEqual(agent.program.wait(), 0)
        self.assertIn("policy.toml", agent.program.log())

    def test_policy_test_shows_lines_before_and_after(self):
        policy = self.group.write("policy.toml", REDACT)
        sample = self.group.write("sample.log", PLANTED)
        rows = [json.loads(row) for row in
                run("dims-agent", "policy", "test", sample, "--policy", policy, "--json").stdout.splitlines()]
        self.assertEqual([row["line"] for row in rows], list(range(1, 7)))
        self.assertEqual(rows[0]["before"]["user.name"], "qxsecretuser")
        self.assertIsNone(rows[5]["after"])
        self.assertNotIn("qxsecretuser", json.dumps([row["after"] for row in rows]).lower())
        shown = run("dims-agent", "policy", "test", sample, "--policy", policy)
        self.assertIn("6 lines: 1 would not be sent, 5 with something kept back or replaced", shown.stdout)
        self.assertEqual(run("dims-agent", "policy", "test", "/nowhere", "--policy", policy).returncode, 1)
        self.assertEqual(run("dims-agent", "policy", "test", sample, "--policy", sample).returncode, 2)


if __name__ == "__main__":
    main()
