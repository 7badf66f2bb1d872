# SPDX-License-Identifier: Apache-2.0
"""What site staff see when they ask what is wrong: doctor, and status as a monitoring plugin."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, lines, run, wait_until  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

STEPS = ["state", "config", "inputs", "disk", "dns", "tcp", "tls", "certificate", "clock", "service", "buffer"]


def doctor(agent):
    """Exit code, and what each step found: {name: (verdict, words)}."""
    done = run("dims-agent", "doctor", "--config", agent.config_path, "--state", agent.state)
    found = [re.match(r"(\S+) +(\S+) +(.*)", line).groups() for line in done.stdout.splitlines()]
    return done.returncode, {name: (verdict, words) for verdict, name, words in found}


def plugin(agent):
    done = run("dims-agent", "status", "--state", agent.state, "--nagios")
    return done.returncode, done.stdout


class DoctorTest(SystemTest):
    def setUp(self):
        self.group = self.enterContext(Deployment())
        self.agent = self.group.agent("seattle", files=["app.log"])
        self.agent.append("app.log", lines(0, 10))
        self.group.check_exactly_once(range(10))
        wait_until(lambda: self.agent.status()["connection"] == "streaming", "the stream is in the status")

    def failed(self):
        code, found = doctor(self.agent)
        self.assertEqual(code, 1)
        return {name: words for name, (verdict, words) in found.items() if verdict == "FAIL"}

    def test_a_healthy_agent_passes_every_step(self):
        code, found = doctor(self.agent)
        self.assertEqual((code, list(found)), (0, STEPS), found)
        self.assertEqual({verdict for verdict, _ in found.values()}, {"ok"})
        code, line = plugin(self.agent)
        self.assertEqual(code, 0, line)
        self.assertRegex(line, r"^DIMS OK - streaming, \d+ waiting \| waiting=")

    def test_a_server_that_is_away_is_named_with_the_remedy(self):
        self.group.server.stop()
        failed = self.failed()
        self.assertIn("allow outbound TCP", failed["tcp"])
        self.assertEqual(plugin(self.agent)[0] in (0, 1), True)
        wait_until(lambda: plugin(self.agent)[0] == 1, "the plugin warns that there is no stream")

    def test_an_agent_that_does_not_run_is_named(self):
        self.agent.program.stop()
        self.assertIn("dims-agent run", self.failed()["service"])
        self.assertEqual(plugin(self.agent)[0], 2)

    def test_a_broken_configuration_is_named_by_its_place(self):
        self.agent.configure("[agnet]\n")
        failed = self.failed()
        self.assertRegex(failed["config"], r":1:\d+: ")
        self.assertNotIn("tcp", failed, "the other steps are looked at all the same")

    def test_a_machine_that_has_not_joined_is_told_to(self):
        done = run("dims-agent", "doctor", "--state", os.path.join(self.group.directory, "nowhere"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("dims-agent join TOKEN", done.stdout)
        unknown = run("dims-agent", "status", "--nagios", "--state", os.path.join(self.group.directory, "nowhere"))
        self.assertEqual(unknown.returncode, 3)
        self.assertTrue(unknown.stdout.startswith("DIMS UNKNOWN - "), unknown.stdout)

    def test_a_server_of_another_authority_is_not_taken_for_ours(self):
        with Deployment() as other:
            identity = os.path.join(self.agent.state, "identity.toml")
            with open(identity, encoding="utf-8") as file:
                text = file.read()
            ours = re.search(r'server = "([^"]+)"', text).group(1)
            with open(identity, "w", encoding="utf-8") as file:
                file.write(text.replace(ours, f"127.0.0.1:{other.main_port()}"))
            self.assertIn("not by this agent's authority", self.failed()["tls"])


if __name__ == "__main__":
    main()
