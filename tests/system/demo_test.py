# SPDX-License-Identifier: Apache-2.0
"""installer/demo.sh with the programs as built: what a newcomer sees is there and true, and nothing stays behind."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import BIN  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

DEMO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "installer", "demo.sh")
FOE = "203.0.113.66"
SECONDS_MAX = 120  # a busy machine; 7 s on a quiet one


def alive(pid):
    return os.path.exists(f"/proc/{pid}")


class DemoTest(SystemTest):
    def setUp(self):
        if shutil.which("logger") is None:
            raise unittest.SkipTest("needs logger (bsdutils)")
        self.directory = self.enterContext(tempfile.TemporaryDirectory(prefix="dims-demo-test-"))

    def demo(self, *arguments):
        return subprocess.run([DEMO, "--programs", BIN, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              timeout=SECONDS_MAX, check=False, env={**os.environ, "TMPDIR": self.directory})

    def section(self, text, title):
        """The lines below the heading that starts with `title`."""
        parts = [part.split("\n") for part in text.split("\n\n")]
        found = [part[1:] for part in parts if part[0].startswith(title)]
        self.assertEqual(len(found), 1, f"{title}\n{text}")
        return found[0]

    def test_every_question_is_answered_and_nothing_stays_behind(self):
        own = os.path.join(self.directory, "given.log")
        with open(own, "w", encoding="utf-8") as out:
            out.write("a line that was given as an argument\n")
        done = self.demo(own)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        text = done.stdout
        self.assertIn(f"given: {own} (1 lines)", text)
        for title, row in (("1. ", FOE), ("2. ", rf"^{FOE} +\d+"), ("3. ", r"^schools +\d{4}-"),
                           ("4. ", r"^port +60 "), ("4. ", r"^schools +40 ")):
            answer = self.section(text, title)
            self.assertTrue(any(re.search(row, line) for line in answer), f"{title} {row}\n{text}")
            self.assertRegex(answer[-1], r"^\d+ rows, complete; .*; 3 sites; ")
        alerts = self.section(text, "What nobody asked")
        self.assertTrue(any(f"foe {FOE} at" in line for line in alerts), text)
        self.assertIn("password guesser", text)
        self.assertEqual(len(re.findall(r"agent \S+ of site (?:city|port|schools)$", text, re.MULTILINE)), 3)
        self.assertNotIn("\x1b", text)
        self.assertEqual(os.listdir(self.directory), ["given.log"])

    def test_keep_leaves_it_running_and_its_last_line_ends_it_and_cleans_up(self):
        done = self.demo("--keep")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        ending = re.search(r"to end it:  (sh \S+) .* processes ([\d ]+) and", done.stdout)
        pids = ending.group(2).split()
        try:
            self.assertEqual(len(pids), 4)
            self.assertTrue(all(alive(pid) for pid in pids))
            identity = re.search(r"DIMS_IDENTITY=(\S+)", done.stdout).group(1)
            status = subprocess.run([os.path.join(BIN, "dims"), "--identity", identity, "status"], capture_output=True,
                                    text=True, timeout=60, check=False)
            self.assertIn("3 of 3 connected", status.stdout)
        finally:
            ended = subprocess.run(ending.group(1).split(), capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((ended.returncode, ended.stdout + ended.stderr), (0, ""))
        self.assertFalse(any(alive(pid) for pid in pids))
        self.assertEqual(os.listdir(self.directory), [])

    def test_wrong_usage_is_said_at_once(self):
        for arguments in (["--nonsense"], ["/nowhere/file.log"]):
            self.assertEqual(self.demo(*arguments).returncode, 2)


if __name__ == "__main__":
    main()
