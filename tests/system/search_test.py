# SPDX-License-Identifier: Apache-2.0
"""What `dims search` and `dims tail` print: formats, ranges, the last line, terminals, and hostile text."""
import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import BIN, Deployment, sshd_failure, wait_until  # noqa: E402
from pseudo_terminal import OnTerminal  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

# What an attacker can put into a log: colours, a window title, backspaces, a C1 control, a formula, a bare return.
HOSTILE = ("\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "rub\x08\x08\x08out", "csi\u009b31m", "over\rwrite", "del\x7f")
FORMULAS = ('=HYPERLINK("http://evil.example","click")', "+1+1", "-2+3", "@SUM(A1)")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
OUR_COLOURS = re.compile(r"\x1b\[[0-9;]*[mK]")


def hostile_lines():
    stamp = time.strftime("%b %e %H:%M:%S")
    return "".join(f"{stamp} gw1 app[7]: hostile {text} end\n" for text in HOSTILE)


def formula_lines():
    return "".join(json.dumps({"message": "formula", "user.name": text}) + "\n" for text in FORMULAS)


class SearchTest(SystemTest):
    @classmethod
    def setUpClass(cls):
        cls.group = cls.enterClassContext(Deployment())
        seattle = cls.group.agent("seattle", files=["auth.log", "app.log", "app.json"])
        tacoma = cls.group.agent("tacoma", files=["auth.log"])
        seattle.append("auth.log", sshd_failure("203.0.113.1", "root") + sshd_failure("203.0.113.2", "admin"))
        tacoma.append("auth.log", sshd_failure("203.0.113.3", "root"))
        tacoma.append("auth.log", sshd_failure("203.0.113.4", "old", time.time() - 5 * 86400))
        seattle.append("app.log", hostile_lines())
        seattle.append("app.json", formula_lines())
        cls.group.wait_for_count(4 + len(HOSTILE) + len(FORMULAS), query="*")

    def ask(self, *arguments):
        return self.group.run_dims("search", *arguments)

    def addresses(self, *options):
        return {row["source.ip"].rsplit(".", 1)[1] for row in self.group.search("sshd", *options).rows}

    # Formats.

    def test_a_table_has_a_heading_aligned_rows_and_the_completeness_line(self):
        done = self.ask("sshd user:root | fields user.name source.ip | sort source.ip")
        heading, first, second, last = done.stdout.splitlines()
        self.assertEqual(heading.split(), ["user.name", "source.ip"])
        self.assertEqual([first.split(), second.split()], [["root", "203.0.113.1"], ["root", "203.0.113.3"]])
        self.assertEqual(first.index("203"), heading.index("source.ip"))
        self.assertRegex(last, r"^2 rows, complete; .* to .*; 2 sites; \d+ events looked at in [\d.]+ s$")

    def test_json_is_one_object_a_line_with_flat_names(self):
        done = self.ask("sshd user:admin", "--format", "json")
        row, = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual((row["user.name"], row["source.ip"], row["organization.id"]), ("admin", "203.0.113.2", "seattle"))

    def test_csv_has_a_header_and_reads_back(self):
        done = self.ask("sshd | fields source.ip user.name message | sort source.ip", "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        self.assertEqual([row["source.ip"] for row in rows], ["203.0.113.1", "203.0.113.2", "203.0.113.3"])
        self.assertTrue(all("Failed password" in row["message"] for row in rows))

    def test_no_cell_of_a_csv_is_a_formula(self):
        done = self.ask("formula | fields user.name", "--format", "csv")
        cells = [row["user.name"] for row in csv.DictReader(io.StringIO(done.stdout))]
        self.assertEqual(sorted(cells), sorted("'" + text for text in FORMULAS))

    def test_raw_is_the_lines_as_written(self):
        done = self.ask("203.0.113.1", "--format", "raw")
        self.assertRegex(done.stdout, r"^\w+ +\d+ [\d:]+ gw1 sshd\[812\]: Failed password for invalid user root from 203.*\n$")

    def test_every_format_ends_with_the_completeness_line(self):
        for query in ("sshd", "sshd | count", "nothing-has-this-word"):
            table = self.ask(query).stdout.splitlines()[-1]
            self.assertRegex(table, r"^\d+ rows?, complete; ")
            for format_ in ("json", "csv", "raw"):
                with self.subTest(query=query, format=format_):
                    last = json.loads(self.ask(query, "--format", format_).stderr.splitlines()[-1])
                    self.assertTrue(last["complete"], last)
                    self.assertEqual(last["sites_asked"], ["seattle", "tacoma"])

    # Ranges and sites.

    def test_the_range_is_what_was_asked_for_and_is_said(self):
        self.assertEqual(self.addresses("--last", "1h"), {"1", "2", "3"})
        self.assertEqual(self.addresses("--days", "7"), {"1", "2", "3", "4"})
        day = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 6 * 86400))
        self.assertEqual(self.addresses("--from", day, "--to", str(int(time.time()) - 86400)), {"4"})
        answer = self.group.search("sshd", "--from", "2020-01-01", "--to", "2020-01-02")
        self.assertEqual((answer.completeness["from"], answer.completeness["to"]),
                         ("2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z"))

    def test_two_kinds_of_range_are_refused(self):
        done = self.ask("*", "--last", "1h", "--days", "3")
        self.assertEqual(done.returncode, 2)
        self.assertIn("one of --last, --days and --from/--to", done.stderr)

    def test_site_limits_the_answer_and_may_be_repeated(self):
        self.assertEqual(self.addresses("--last", "1h", "--site", "tacoma"), {"3"})
        self.assertEqual(self.addresses("--last", "1h", "--site", "tacoma", "--site", "seattle"), {"1", "2", "3"})

    def test_a_limit_is_said_and_is_not_a_complete_answer(self):
        done = self.ask("sshd", "--limit", "1")
        self.assertIn("NOT COMPLETE", done.stdout)
        self.assertEqual(done.returncode, 3)

    def test_a_mistake_in_a_query_points_at_its_place(self):
        done = self.ask("usr.name:root")
        self.assertEqual(done.returncode, 2)
        self.assertIn("usr.name:root\n^", done.stderr)
        self.assertIn("did you mean user.name?", done.stderr)

    # Terminals.

    def on_terminal(self, *arguments, **options):
        return OnTerminal("dims", "--identity", self.group.identity, *arguments, **options)

    def test_colours_are_for_terminals_only(self):
        with self.on_terminal("search", "sshd") as screen:
            text, code = screen.finish()
        self.assertEqual(code, 0)
        self.assertIn("\x1b[1m", text)
        self.assertNotIn("\x1b", self.ask("sshd").stdout)
        with self.on_terminal("search", "sshd", environment={"NO_COLOR": "1"}) as screen:
            self.assertNotIn("\x1b[1m", screen.finish()[0])

    def test_control_characters_of_a_log_never_reach_a_terminal(self):
        for arguments in ((), ("--format", "json"), ("--format", "raw"), ("--format", "csv")):
            with self.subTest(arguments=arguments), self.on_terminal("search", "hostile", *arguments) as screen:
                text, _ = screen.finish()
                self.assertIn("hostile", text)
                self.assertEqual(CONTROL.findall(OUR_COLOURS.sub("", text).replace("\r\n", "\n")), [], text)
                self.assertNotIn("\x1b[31m", text)
                self.assertNotIn("over\rwrite", text)

    def test_control_characters_of_a_question_never_reach_a_terminal_either(self):
        with self.on_terminal("search", "nofield\x1b]0;x\x07:y") as screen:
            text, code = screen.finish()
        self.assertEqual(code, 2)
        self.assertNotIn("\x1b]0", text)

    def test_raw_keeps_every_byte_where_nobody_looks(self):
        done = self.ask("hostile", "--format", "raw")
        self.assertIn("\x1b]0;title\x07", done.stdout)

    def test_a_long_last_cell_is_cut_to_the_terminal(self):
        with self.on_terminal("search", "sshd | fields message", columns=40) as screen:
            text, _ = screen.finish()
        rows = [OUR_COLOURS.sub("", line) for line in text.splitlines() if "Failed" in line]
        self.assertTrue(rows)
        self.assertTrue(all(len(row) <= 40 and row.endswith("…") for row in rows), rows)

    def test_waiting_is_shown_on_a_terminal(self):
        self.group.server.signal(signal.SIGSTOP)
        try:
            with self.on_terminal("search", "sshd") as screen:
                screen.read_until(lambda text: re.search(r"waiting for the server, \d+ s", text))
                self.group.server.signal(signal.SIGCONT)
                text, code = screen.finish()
        finally:
            self.group.server.signal(signal.SIGCONT)
        self.assertEqual(code, 0)
        self.assertLess(text.rindex("\r\x1b[K"), text.index("Failed"))  # taken away before the answer

    def test_a_quick_answer_shows_no_progress(self):
        with self.on_terminal("search", "sshd") as screen:
            text, _ = screen.finish()
        if "waiting" not in text:  # a busy machine may be slow
            self.assertNotIn("\x1b[K", text)

    def test_a_closed_pipe_is_a_quiet_end(self):
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "w") as gone:
            done = subprocess.run([os.path.join(BIN, "dims"), "--identity", self.group.identity, "search", "*", "--format",
                                   "json"], stdout=gone, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class TailTest(SystemTest):
    @classmethod
    def setUpClass(cls):
        cls.group = cls.enterClassContext(Deployment())
        cls.seattle = cls.group.agent("seattle", files=["auth.log"])
        cls.tacoma = cls.group.agent("tacoma", files=["auth.log"])

    def tail(self, *arguments):
        return self.enterContext(OnTerminal("dims", "--identity", self.group.identity, "tail", *arguments))

    def see(self, screen, what, events):
        """Writes events until the tail, which begins at a moment nobody knows, shows one; returns its text."""
        def shown():
            events()
            try:
                return what in screen.read_until(lambda text: what in text, 0.5)
            except AssertionError:
                return False
        wait_until(shown, lambda: f"{what} in the tail: {screen.text!r}")
        return screen.text

    def test_without_a_filter_every_event_is_shown_as_it_arrives(self):
        screen = self.tail()
        text = self.see(screen, "203.0.113.7", lambda: self.seattle.append("auth.log", sshd_failure("203.0.113.7")))
        self.assertRegex(text, r"gw1 sshd\[812\]: Failed password")

    def test_a_filter_and_a_site_let_only_their_events_through(self):
        screen = self.tail("user:root", "--site", "tacoma")
        def events():
            self.seattle.append("auth.log", sshd_failure("203.0.113.20", "root"))
            self.tacoma.append("auth.log", sshd_failure("203.0.113.21", "guest") + sshd_failure("203.0.113.22", "root"))
        text = self.see(screen, "203.0.113.22", events)
        self.assertNotIn("203.0.113.20", text)
        self.assertNotIn("203.0.113.21", text)

    def test_json_shows_what_the_server_added(self):
        screen = self.tail("--format", "json", "ip:198.51.1.30")
        text = self.see(screen, "198.51.1.30", lambda: self.seattle.append("auth.log", sshd_failure("198.51.1.30")))
        row = json.loads(re.search(r"\{.*?\}(?=\r?\n)", text).group())
        self.assertEqual((row["organization.id"], row["source.iff"]), ("seattle", "friend"))

    def test_control_characters_never_reach_the_terminal(self):
        screen = self.tail("hostile")
        text = self.see(screen, "csi", lambda: self.seattle.append("auth.log", hostile_lines()))
        self.assertEqual(CONTROL.findall(text.replace("\r\n", "\n")), [], text)

    def test_formats_that_need_an_end_are_refused(self):
        done = self.group.run_dims("tail", "*", "--format", "table")
        self.assertEqual(done.returncode, 2)

    def test_a_server_that_ends_ends_the_tail_with_an_error(self):
        with Deployment() as group:
            screen = self.enterContext(OnTerminal("dims", "--identity", group.identity, "tail"))
            wait_until(lambda: "tail" in group.dims("audit"), "the tail has begun")
            group.server.stop()
            _, code = screen.finish()
            self.assertEqual(code, 1)


if __name__ == "__main__":
    main()
