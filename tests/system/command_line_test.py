# SPDX-License-Identifier: Apache-2.0
"""The help of every command: its examples work against a real server, docs/cli.md names all of it, exit codes are true."""
import collections
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import BIN, PROGRAMS, Deployment, Program, file_config, run, sshd_failure, wait_until  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "cli.md")

Help = collections.namedtuple("Help", "words text examples options subcommands")


def read_help(*words):
    text = run(words[0], *words[1:], "--help").stdout
    examples = re.search(r"^Examples:\n((?:  .*\n?)+)", text, re.MULTILINE)
    subcommands = re.search(r"^Subcommands:\n((?:  .*\n?)+)", text, re.MULTILINE)
    return Help(words, text, re.findall(r"^  (\S.*)$", examples.group(1), re.MULTILINE) if examples else [],
                re.findall(r"^  (?:-\w,)?(--[\w-]+)", text, re.MULTILINE),
                re.findall(r"^  (\w[\w-]*)", subcommands.group(1), re.MULTILINE) if subcommands else [])


def all_help():
    """The help of the three programs and of every command below them."""
    waiting, out = [(program,) for program in PROGRAMS], []
    while waiting:
        found = read_help(*waiting.pop(0))
        out.append(found)
        waiting += [(*found.words, name) for name in found.subcommands]
    return out


def every_example():
    return list(dict.fromkeys(example for found in all_help() for example in found.examples))


class HelpTest(SystemTest):
    def test_every_command_shows_an_example_of_itself(self):
        for found in all_help():
            with self.subTest(command=found.words):
                self.assertTrue(found.examples, found.text)
                self.assertTrue(any(example.startswith(" ".join(found.words)) for example in found.examples), found.text)

    def test_no_line_of_help_is_too_long_for_a_terminal_of_110_columns(self):
        for found in all_help():
            for line in found.text.splitlines():
                self.assertLessEqual(len(line), 160 if line.startswith("  -") else 110, f"{found.words}: {line}")

    def test_the_page_names_every_command_and_every_option(self):
        with open(PAGE, encoding="utf-8") as page:
            sections = dict(re.findall(r"^### `([^`]+)`\n(.*?)(?=^##|\Z)", page.read(), re.MULTILINE | re.DOTALL))
        commands = {" ".join(found.words): found for found in all_help() if not found.subcommands or found.words[-1] == "audit"}
        self.assertEqual(set(sections), set(commands))
        for command, found in commands.items():
            for option in found.options:
                if option not in ("--help", "--version", "--identity"):
                    self.assertIn(f"`{option}", sections[command], f"{command} {option}")


class ExampleTest(SystemTest):
    """Every example of every help text, in an order in which each finds what it needs."""

    def setUp(self):
        self.group = self.enterContext(Deployment())
        self.spare = 0

    def directory(self):
        self.spare += 1
        return os.path.join(self.group.directory, f"spare-{self.spare}")

    def joined_agent(self):
        """The id of an agent that is there and does not run."""
        state = self.directory()
        token = self.group.dims("agent", "invite", "seattle").strip()
        joined = run("dims-agent", "join", token, "--state", state)
        return re.search(r"is agent (\S+) of", joined.stdout).group(1)

    def words_of(self, example):
        """The example's words, with what stands for something replaced by something that is there."""
        words = shlex.split(example)
        joins = words[:2] == ["dims-agent", "join"]
        self.spare += 1
        token = ["user", "invite", f"person{self.spare}"] if words[1] == "login" else ["agent", "invite", "seattle"]
        there = {
            "TOKEN": lambda: self.group.dims(*token).strip(),
            "AGENT": self.joined_agent,
            "/var/lib/dims-agent": lambda: self.directory() if joins else self.agent.state,
            "/var/lib/dims-server": lambda: self.directory() if words[1] == "init" else self.group.data,
            "/etc/dims-agent/agent.toml": lambda: self.agent.config_path,
            "/media/key/dims.identity": self.directory,
            "/var/log/auth.log": lambda: self.group.write("auth-sample.log", sshd_failure("203.0.113.66", "root")),
            "doorlog.toml": lambda: os.path.join(os.path.dirname(PAGE), "examples", "doorlog.toml"),
            "doors.log": lambda: self.group.write("doors.log", "05.01.2026 10:11:14 reader 192.0.2.7: self test passed\n"),
            "/var/log/auth.log.*.gz": lambda: self.group.write("rotated.log", sshd_failure("203.0.113.67", "root")),
            "/srv/archive": lambda: self.group.write("archived.log", sshd_failure("203.0.113.68", "root")),
            "/etc/dims-agent/policy.toml": lambda: self.group.write("policy.toml", '[[redact]]\nfields = ["user.name"]\n'),
            "192.0.2.1:8443": lambda: "127.0.0.1:0",
            "blocklist.csv": lambda: self.group.write("blocklist.csv", "indicator\n203.0.113.66\n"),
        }
        return [there[word]() if word in there else word for word in words]

    def environment(self, words):
        # A person who logs in has no identity yet.
        home = self.directory()
        return {"HOME": home} if words[1] == "login" else {"HOME": home, "DIMS_IDENTITY": self.group.identity}

    def try_command(self, words):
        done = run(*words, environment=self.environment(words))
        self.assertEqual(done.returncode, 0, f"{done.stdout}{done.stderr}")

    def try_tail(self, words):
        """A tail shows something, then is interrupted."""
        with subprocess.Popen([os.path.join(BIN, words[0]), *words[1:]], stdout=subprocess.PIPE, text=True,
                              env={**os.environ, **self.environment(words)}) as tail:
            seen = []
            reader = threading.Thread(target=lambda: seen.append(tail.stdout.readline()))
            reader.start()
            try:
                def shown():
                    self.agent.append("auth.log", sshd_failure("203.0.113.66", "root"))
                    reader.join(0.3)
                    return seen
                wait_until(shown, "a line of the tail")
                self.assertIn("203.0.113.66", seen[0])
            finally:
                tail.send_signal(signal.SIGINT)
                reader.join(10)
            self.assertEqual(tail.wait(10), 0 if words[1] == "tap" else -signal.SIGINT)

    def try_service(self, words, running):
        """A program that runs until it is told to stop: the one of the fixture, started by the example's words."""
        running.stop()
        program = Program(words[0], words[1:], os.path.join(self.group.directory, "example.log"))
        try:
            wait_until(lambda: self.group.run_dims("status").returncode == 0, program.log)
            self.assertEqual(program.stop()[0], 0, program.log())
        finally:
            if program.running():
                program.kill()

    def try_example(self, example):
        with self.subTest(example=example):
            words = self.words_of(example)
            if words[:2] in (["dims", "tail"], ["dims-agent", "tap"]):
                self.try_tail(words)
            elif words[:2] == ["dims-agent", "run"]:
                self.try_service(words, self.agent.program)
                self.agent.start()
            elif words[:2] == ["dims-server", "run"]:
                self.try_service(words, self.group.server)
                self.group.start_server()
            elif "doctor" in words or "--nagios" in words:  # their exit code says that all is well
                wait_until(lambda: self.agent.status()["connection"] == "streaming", "the agent streams again")
                self.try_command(words)
            else:
                self.try_command(words)

    def test_every_example_works(self):
        first = ("dims site add", "dims directive add", "dims intel", "dims user invite")
        examples = every_example()
        self.assertGreater(len(examples), 40)
        early = [example for start in first for example in examples if example.startswith(start)]
        searches = [example for example in examples if example.startswith(("dims search", "dims lookup", "dims tail"))]
        for example in early:
            self.try_example(example)
        self.agent = self.group.agent("seattle", config=file_config(["auth.log"]).replace("auth.log", "*.log"), add_site=False)
        self.agent.append("auth.log", sshd_failure("203.0.113.66", "root"))
        self.group.wait_for_count(1, query="*")
        for example in searches + [one for one in examples if one not in early and one not in searches]:
            self.try_example(example)


class ExitCodeTest(SystemTest):
    @classmethod
    def setUpClass(cls):
        cls.group = cls.enterClassContext(Deployment())
        cls.agent = cls.group.agent("seattle", files=["app.log"], start=False)

    def codes(self, program, cases):
        for code, *arguments in cases:
            with self.subTest(program=program, arguments=arguments):
                done = run(program, *arguments, environment={"DIMS_IDENTITY": self.group.identity})
                self.assertEqual(done.returncode, code, f"{done.stdout}{done.stderr}")
                if code in (1, 2):
                    self.assertNotEqual(done.stderr + done.stdout, "")

    def test_dims(self):
        self.codes("dims", [(0, "status"), (0, "--version"), (0, "search", "--help"),
                            (1, "site", "show", "nowhere"), (1, "--identity", "/nowhere", "status"),
                            (2,), (2, "serach", "x"), (2, "search"), (2, "search", "*", "--format", "xml"),
                            (2, "search", "nofield:x"), (2, "search", "*", "--last", "soon"),
                            (3, "search", "*")])  # seattle's agent joined and has not been seen

    def test_dims_agent(self):
        wrong = self.group.write("wrong.toml", "[agnet]\n")
        doubtful = self.group.write("doubtful.toml", "[agent]\ntlp = \"amber\"\n")  # no input
        self.codes("dims-agent", [
            (0, "status", "--state", self.agent.state), (0, "check-config", "--config", self.agent.config_path),
            (0, "check-config", "--config", doubtful), (1, "check-config", "--config", doubtful, "--strict"),
            (2, "check-config", "--config", wrong),
            (1, "status", "--state", "/nowhere"), (1, "run", "--state", "/nowhere", "--config", self.agent.config_path),
            (2, "run", "--state", self.agent.state, "--config", wrong), (2, "join", "no-token"), (2, "jion"),
            (2, "sent", "--state", self.agent.state, "--since", "soon"), (1, "tap", "--state", "/nowhere"),
            (2, "policy"), (1, "policy", "test", wrong, "--policy", "/nowhere"), (2, "policy", "test", wrong, "--policy", wrong),
            (0, "try", wrong), (2, "try"), (2, "try", "--parsers", wrong), (1, "try", "/nowhere"), (2, "try", wrong, "--format", "xml")])

    def test_try_shows_fields_and_says_what_it_could_not_read(self):
        lines = self.group.write("sample.log", sshd_failure("203.0.113.66", "root") + "the pump \x1b[31m runs\n")
        tried = run("dims-agent", "try", lines)
        self.assertEqual(tried.returncode, 0, tried.stderr)
        self.assertRegex(tried.stdout, r"source\.ip +203\.0\.113\.66\n")
        self.assertIn("line 2  generic.raw, kept as text", tried.stdout)
        self.assertIn("2 lines, 1 generic.raw, 1 system.auth", tried.stdout)
        self.assertNotIn("\x1b", tried.stdout)
        rows = run("dims-agent", "try", lines, "--json", "--rows", "1").stdout.splitlines()
        self.assertEqual([json.loads(row)["user.name"] for row in rows], ["root"])

    def test_dims_server(self):
        fresh = os.path.join(self.group.directory, "fresh")
        init = ("init", "--name", "Group", "--listen", "127.0.0.1:0", "--data")
        self.codes("dims-server", [(0, *init, fresh), (1, *init, fresh), (2, "run", "--data", "/nowhere"),
                                   (2, "run"), (2, "init", "--name", "Group", "--listen", "nonsense", "--data", fresh + "2")])

    def test_a_token_is_the_only_thing_on_standard_output(self):
        for command in (["agent", "invite", "seattle"], ["user", "invite", "piet"]):
            self.assertRegex(self.group.dims(*command), r"^dims1-[\w-]+\n$")

    def test_status_as_json_is_json(self):
        status = json.loads(self.group.dims("status", "--json"))
        self.assertEqual(status["agents_known"], 1)


if __name__ == "__main__":
    main()
