# SPDX-License-Identifier: Apache-2.0
"""Lines that no well-behaved program writes (F-10, F-40): each is kept and marked, and the lines around it are as they were."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, lines  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

LONG_LINE = b"Nov 22 03:00:00 gw1 job[77]: long " + b"x" * (10 << 20) + b"\n"
STRANGE = {
    "invalid UTF-8": b"Nov 22 03:00:00 gw1 job[77]: bytes \xff\xfe\x80 strange=utf8\n",
    "NUL": b"Nov 22 03:00:00 gw1 job[77]: a\x00b strange=nul\n",
    "control bytes": b"Nov 22 03:00:00 gw1 job[77]: \x1b[31mred\x07 strange=control\n",
    "Latin-1": b"Nov 22 03:00:00 gw1 job[77]: M\xfcnchen strange=latin\n",
    "CRLF": b"Nov 22 03:00:00 gw1 job[77]: end strange=crlf\r\n",
}


class BadLinesTest(SystemTest):
    def setUp(self):
        self.group = self.enterContext(Deployment())
        self.agent = self.group.agent("seattle", files=["app.log"])

    def test_f10_a_line_of_10_mib_is_cut_and_marked_and_the_next_ones_are_intact(self):
        self.agent.append("app.log", lines(0, 100).encode() + LONG_LINE + lines(100, 100).encode())
        self.group.wait_for_count(201, query="job")
        self.agent.append("app.log", lines(200, 1))  # the file is still watched
        self.group.wait_for_count(202, query="job")

        self.assertEqual(self.group.ids(), {number: 1 for number in range(201)})
        cut = [row for row in self.group.search("long").rows if "xxxx" in row.get("message", "")]
        self.assertEqual(len(cut), 1)
        self.assertLessEqual(len(cut[0]["message"]), 256 << 10)
        self.assertTrue(any("trunc" in tag or "cut" in tag for tag in cut[0].get("tags", [])), cut[0].get("tags"))

    def test_f40_strange_bytes_are_kept_to_the_byte_and_reach_no_terminal(self):
        self.agent.append("app.log", lines(0, 10).encode() + b"".join(STRANGE.values()) + lines(10, 10).encode())
        self.group.wait_for_count(20 + len(STRANGE), query="job")
        self.assertEqual(self.group.ids(), {number: 1 for number in range(20)})

        raw = self.group.dims("search", "strange", "--days", "3650", "--format", "raw", binary=True)
        stored = raw.replace(b"\r\n", b"\n").split(b"\n")
        for kind, line in STRANGE.items():
            with self.subTest(kind=kind):
                self.assertIn(line.rstrip(b"\r\n"), stored)
        table = self.group.dims("search", "strange", "--days", "3650", "--format", "table")
        self.assertNotIn("\x1b", table)
        self.assertNotIn("\x00", table)


if __name__ == "__main__":
    main()
