# SPDX-License-Identifier: Apache-2.0
"""F-48: a wrong configuration is refused with its place and a suggestion; a running agent keeps the one it has."""
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, file_config, lines, wait_until  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

MISSPELT = '[agent]\ntlp = "amber"\n\n[[input.file]]\npaths = ["@logs@/app.log"]\nstrat = "beginning"\n'
WRONG_SECTION = '[agnet]\ntlp = "amber"\n'
WRONG_VALUE = '[agent]\ntlp = "purple"\n'
DOOR_PARSER = """[parser]
name = "city.door"
[[pattern]]
match = '^door (?P<door>\\d+) opened by (?P<user>\\w+)$'
fields = { user = "user.name" }
[[test]]
line = 'door 7 opened by alice'
expect = { "user.name" = "alice" }
"""
NOT_TOML = '[agent\n'


class ConfigurationTest(SystemTest):
    def test_f48_check_config_names_line_column_and_the_nearest_key(self):
        with Deployment() as group:
            agent = group.agent("seattle", config=MISSPELT, start=False)
            done = agent.run("check-config", "--config", agent.config_path, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn("agent.toml:6:1: error:", done.stderr)
            self.assertIn('"strat"', done.stderr)
            self.assertIn('did you mean "start"', done.stderr)

    def test_f48_every_kind_of_mistake_keeps_the_agent_from_starting(self):
        with Deployment() as group:
            agent = group.agent("seattle", files=["app.log"], start=False)
            for config in (MISSPELT, WRONG_SECTION, WRONG_VALUE, NOT_TOML):
                with self.subTest(config=config):
                    agent.configure(config)
                    agent.start()
                    self.assertNotEqual(agent.program.wait(), 0)
                    self.assertIn("agent.toml:", agent.program.log())

    def test_a_correct_configuration_passes(self):
        with Deployment() as group:
            agent = group.agent("seattle", files=["app.log"], start=False)
            done = agent.run("check-config", "--config", agent.config_path, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_f48_a_reload_with_a_wrong_configuration_keeps_the_old_one(self):
        with Deployment() as group:
            agent = group.agent("seattle", files=["app.log"])
            agent.append("app.log", lines(0, 10))
            group.wait_for_count(10)

            agent.configure(MISSPELT)
            agent.program.signal(signal.SIGHUP)
            wait_until(lambda: "agent.toml:6:1" in agent.program.log(), "the agent says what is wrong")
            agent.append("app.log", lines(10, 10))
            group.check_exactly_once(range(20))

    def test_a_reload_with_a_new_file_reads_it_and_repeats_nothing(self):
        with Deployment() as group:
            agent = group.agent("seattle", files=["app.log"])
            agent.append("app.log", lines(0, 10))
            agent.append("other.log", lines(10, 10))
            group.wait_for_count(10)

            agent.configure(file_config(["app.log", "other.log"]))
            agent.program.signal(signal.SIGHUP)
            group.check_exactly_once(range(20))

    def test_a_reload_takes_a_parser_and_keeps_the_old_one_where_its_test_fails(self):
        with Deployment() as group:
            agent = group.agent("seattle", files=["door.log"], start=False)
            parser = group.write("door.toml", DOOR_PARSER)
            agent.configure(file_config(["door.log"]).replace("[agent]", f'[agent]\nparsers = ["{parser}"]'))
            agent.start()
            agent.append("door.log", "door 7 opened by alice\n")
            group.wait_for_count(1, "event.dataset:city.door user.name:alice")

            group.write("door.toml", DOOR_PARSER.replace("opened by (", "unlocked by ("))
            agent.program.signal(signal.SIGHUP)
            wait_until(lambda: "no pattern matches the line of this test" in agent.program.log(), "the test fails")
            group.write("door.toml", DOOR_PARSER.replace("city.door", "city.gate"))
            agent.append("door.log", "door 7 opened by bob\n")
            group.wait_for_count(1, "event.dataset:city.door user.name:bob")
            agent.program.signal(signal.SIGHUP)
            wait_until(lambda: "configuration reloaded" in agent.program.log(), "the parser is read")
            agent.append("door.log", "door 7 opened by carol\n")
            group.wait_for_count(1, "event.dataset:city.gate user.name:carol")


if __name__ == "__main__":
    main()
