# SPDX-License-Identifier: Apache-2.0
"""Old logs loaded under their own dates: each line once, whatever is interrupted or killed, whatever a file is called."""
import datetime
import gzip
import os
import random
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, Program, file_config, lines, wait_until  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

TODAY = datetime.datetime.now().replace(hour=12, minute=0, second=0, microsecond=0)
KILL_LINES = 120_000


def line_of(day, number, rest=""):
    return f"{day.strftime('%b')} {day.day:2} 12:00:{number % 60:02} gw1 job[77]: worked {rest}id={number}\n"


class BackfillTest(SystemTest):
    def setUp(self):
        self.group = self.enterContext(Deployment())
        config = file_config(["app.log"]) + '\n[forward]\nlongest_backoff = "200ms"\n'
        self.agent = self.group.agent("seattle", config=config)
        self.archive = os.path.join(self.agent.directory, "archive")
        os.makedirs(self.archive)

    def store(self, name, text, day, packed=False):
        """A file of the archive, written last at the end of that day."""
        path = os.path.join(self.archive, name)
        with open(path, "wb") as out:
            out.write(gzip.compress(text.encode(), 1) if packed else text.encode())
        time = (day + datetime.timedelta(hours=11)).timestamp()
        os.utime(path, (time, time))
        return path

    def load(self, *arguments, check=True):
        return self.agent.run("load", *arguments, "--state", self.agent.state, "--config", self.agent.config_path, check=check)

    def start_load(self, *paths):
        arguments = ["load", *paths, "--state", self.agent.state, "--config", self.agent.config_path]
        return Program("dims-agent", arguments, os.path.join(self.agent.directory, "load.log"))

    def days_of_ids(self):
        rows = self.group.search("tags:backfill | fields @timestamp, message").rows
        return sorted((int(row["message"].rsplit("=", 1)[1]), row["@timestamp"][:10]) for row in rows)

    def test_a_year_of_rotated_logs_arrives_under_its_own_dates_and_only_once(self):
        first = TODAY - datetime.timedelta(days=364)
        days = [first + datetime.timedelta(days=n) for n in range(364)]
        texts = {}
        for n, day in enumerate(days):
            texts.setdefault(n // 28, []).append((day, line_of(day, 2 * n) + line_of(day, 2 * n + 1)))
        for part, content in texts.items():  # 13 files, most of them packed; one goes over New Year
            self.store(f"old.log.{13 - part}.gz" if part < 11 else f"old.log.{13 - part}", "".join(text for _, text in content),
                       content[-1][0], packed=part < 11)
        self.load(self.archive, "--tags", "archive")
        self.group.wait_for_count(728, query="tags:archive")
        expected = [(number, days[number // 2].astimezone(datetime.timezone.utc).strftime("%Y-%m-%d")) for number in range(728)]
        self.assertEqual(self.days_of_ids(), expected)
        self.assertEqual(self.group.count("tags:time_replaced"), 0)
        again = self.load(self.archive).stdout
        self.assertIn("0 lines of 13 files; 13 loaded before", again)
        unpacked = self.store("renamed.txt", "".join(text for _, text in texts[0]), days[27])
        self.assertIn("loaded before", self.load(unpacked).stdout)
        with open(unpacked, "a", encoding="utf-8") as out:
            out.write(line_of(days[27], 728))
        os.utime(unpacked, (days[28].timestamp(),) * 2)
        self.assertIn("1 lines", self.load(unpacked).stdout)
        self.group.wait_for_count(729, query="tags:backfill")
        self.assertEqual(self.group.alerts(), [])

    def test_what_is_interrupted_or_killed_goes_on_and_every_line_is_there_once(self):
        chance = random.Random(7)
        third = KILL_LINES // 3
        for part in range(3):
            day = TODAY - datetime.timedelta(days=40 - part)
            text = "".join(line_of(day, n, f"{chance.getrandbits(400):x} ") for n in range(part * third, (part + 1) * third))
            self.store(f"big.log.{part}", text, day, packed=part == 1)
        self.group.server.stop()  # the buffer takes 4 MiB of it, then it stands still
        load = self.start_load(self.archive)
        wait_until(lambda: self.agent.status()["waiting_bytes"] > 1 << 20, "some of it is taken")
        load.signal(signal.SIGINT)
        self.assertEqual(load.wait(), 1)
        self.assertIn("the same command goes on", load.log())
        load = self.start_load(self.archive)
        wait_until(lambda: self.agent.status()["waiting_bytes"] > 2 << 20, "more of it is taken")
        load.kill()
        load = self.start_load(self.archive)
        self.agent.restart()
        self.group.start_server()
        wait_until(lambda: self.group.count("tags:backfill") > third, "the first file is stored")
        self.agent.restart()
        self.group.server.kill()
        self.group.start_server()
        self.assertEqual(load.wait(60), 0, load.log())
        self.group.wait_for_count(KILL_LINES, query="tags:backfill")
        self.group.check_exactly_once(range(KILL_LINES))

    def test_where_no_agent_runs_it_sends_by_itself_and_inputs_are_not_loaded_again(self):
        self.agent.append("app.log", lines(0, 50))
        self.group.wait_for_count(50)
        self.agent.program.stop()
        day = TODAY - datetime.timedelta(days=500)
        self.store("too-old.log", line_of(day, 1000), day)
        self.store("old.log", line_of(TODAY - datetime.timedelta(days=30), 50), TODAY - datetime.timedelta(days=30))
        done = self.load(self.archive, self.agent.log_file("app.log"))
        self.assertIn("too-old.log: skipped: older than the server keeps (400 days)", done.stdout)
        self.assertIn("app.log: skipped: the agent's own input has read it", done.stdout)
        self.group.check_exactly_once(range(51))
        self.assertEqual(self.group.count("tags:backfill"), 1)

    def test_what_an_input_has_read_is_known_again_when_it_was_rotated_or_packed(self):
        path = self.agent.log_file("app.log")
        self.agent.append("app.log", lines(0, 50))
        self.group.wait_for_count(50)
        os.rename(path, path + ".1")
        self.agent.append("app.log", lines(50, 50))
        self.group.wait_for_count(100)
        with open(path + ".1", "rb") as plain, gzip.open(path + ".2.gz", "wb") as packed:
            packed.write(plain.read())
        os.rename(path + ".2.gz", os.path.join(self.archive, "moved"))  # only its bytes tell that it is packed
        done = self.load(path + ".1", self.archive)
        self.assertIn("app.log.1: skipped: the agent's own input has read it", done.stdout)
        self.assertIn("moved: skipped: the agent's own input has read it", done.stdout)
        day = TODAY - datetime.timedelta(days=3)
        self.store("unnamed", line_of(day, 100), day, packed=True)
        self.load(self.archive)
        self.group.check_exactly_once(range(101))

    def test_of_an_archive_that_is_cut_what_is_there_is_sent_and_the_end_is_a_failure(self):
        day = TODAY - datetime.timedelta(days=3)
        path = self.store("old.log.1.gz", "".join(line_of(day, n) for n in range(100)), day, packed=True)
        os.truncate(path, os.path.getsize(path) - 4)
        done = self.load(path, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, "old.log.1.gz: not read: behind [0-9]+ lines: the archive is cut")
        self.group.wait_for_count(100, query="tags:backfill")


if __name__ == "__main__":
    main()
