# SPDX-License-Identifier: Apache-2.0
"""An agent reads a systemd journal: every entry once, through restarts and kills."""
import json
import os
import shutil
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import BIN, Deployment, wait_until  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

JOURNALS = os.path.join(os.environ.get("DIMS_SHARED") or os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared"), "data", "journald")


@unittest.skipUnless(os.path.isdir(JOURNALS), "needs the shared samples (set DIMS_SHARED)")
class JournalTest(SystemTest):
    def setUp(self):
        self.group = self.enterContext(Deployment())
        self.directory = os.path.join(self.group.directory, "journal")
        os.mkdir(self.directory)
        subprocess.run(["zstd", "-q", "-d", os.path.join(JOURNALS, "2004.journal.zst"), "-o",
                        os.path.join(self.directory, "2004.journal")], check=True)
        with open(os.path.join(JOURNALS, "2004.journal.expected.jsonl"), encoding="utf-8") as file:
            self.wanted = [json.loads(line) for line in file]
        config = f'[agent]\ntlp = "amber"\n\n[[input.journald]]\ndirectory = "{self.directory}"\ntags = ["journal"]\n'
        self.agent = self.group.agent("seattle", config=config)

    def messages(self):
        rows = self.group.search("* | sort @timestamp", "--days", "36500").rows
        return sorted(row.get("message", "") for row in rows)

    def test_every_entry_is_stored_once_also_after_stops_and_kills(self):
        wanted = sorted(entry["MESSAGE"] for entry in self.wanted)
        self.group.wait_for_count(len(wanted), query="*")
        self.assertEqual(self.messages(), wanted)
        self.agent.restart()
        self.agent.program.kill()
        self.agent.start()
        wait_until(lambda: self.agent.status()["connection"] == "streaming", "the agent streams again")
        wait_until(lambda: self.agent.status()["waiting_rows"] == 0, "nothing waits")
        self.assertEqual(self.messages(), wanted)
        first = self.group.search("tags:journal | head 1", "--days", "36500").rows
        self.assertEqual(len(first), 1)
        self.assertIn("labels.journald.boot_id", first[0])

    def test_a_journal_that_cannot_be_read_is_named_and_read_once_it_can(self):
        self.group.wait_for_count(len(self.wanted), query="*")
        self.agent.program.stop()
        kept = self.directory + ".away"
        os.rename(self.directory, kept)
        self.agent.start()
        wait_until(lambda: self.directory in str(self.agent.status()["unreadable"]), "the status names the journal")
        os.rename(kept, self.directory)
        wait_until(lambda: not self.agent.status()["unreadable"], "it is read again")
        self.assertEqual(self.group.count("*"), len(self.wanted))

    def test_f41_the_agents_own_entries_are_left_out_also_after_an_upgrade_and_a_reload(self):
        self.group.wait_for_count(len(self.wanted), query="*")
        self.agent.program.stop()
        journald = "/usr/lib/systemd/systemd-journald"
        path = os.path.join(self.group.directory, "bin").ljust(len(journald), "_")  # fits into the journal's field
        self.assertEqual(len(path), len(journald))
        directory = os.path.join(self.group.directory, "other")
        os.mkdir(directory)
        agent = self.group.agent("ballard", start=False, config=(
            f'[agent]\ntlp = "amber"\n\n[[input.journald]]\ndirectory = "{directory}"\ntags = ["other"]\n'))
        shutil.copy(os.path.join(BIN, "dims-agent"), path)
        agent.start(path)
        wait_until(lambda: "started" in agent.program.log(), "the agent's buffer is made")
        wait_until(lambda: agent.status()["connection"] == "streaming", "the agent streams")
        shutil.copy(os.path.join(BIN, "dims-agent"), path + ".new")
        os.replace(path + ".new", path)
        agent.program.signal(signal.SIGHUP)
        wait_until(lambda: "configuration reloaded" in agent.program.log(), "the agent has read it again")
        with open(os.path.join(self.directory, "2004.journal"), "rb") as file:
            journal = file.read()
        with open(os.path.join(directory, "new"), "wb") as file:
            file.write(journal.replace(b"_EXE=" + journald.encode(), b"_EXE=" + path.encode()))
        os.rename(os.path.join(directory, "new"), os.path.join(directory, "own.journal"))
        others = [entry["MESSAGE"] for entry in self.wanted if entry["_EXE"] != journald]
        wait_until(lambda: self.group.count("tags:other"), "the entries of others are stored")
        rows = self.group.search("tags:other", "--days", "36500").rows
        self.assertEqual([row["message"] for row in rows], others)


if __name__ == "__main__":
    shutil.which("zstd") or sys.exit("needs the program zstd")
    main()
