# SPDX-License-Identifier: Apache-2.0
"""From a line in a file at a site to an analyst's answer."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, lines  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

SSHD = ("{stamp} gw1 sshd[812]: Failed password for invalid user admin from 203.0.113.9 port 50122 ssh2\n"
        "{stamp} gw1 sshd[813]: Accepted publickey for root from 198.51.100.7 port 50123 ssh2\n")


def sshd_lines():
    import time
    return SSHD.format(stamp=time.strftime("%b %e %H:%M:%S"))


class RoundTripTest(SystemTest):
    def test_every_line_of_a_file_is_answered_once(self):
        with Deployment() as group:
            agent = group.agent("seattle", files=["app.log"])
            agent.append("app.log", lines(0, 5000))
            group.check_exactly_once(range(5000))

            agent.append("app.log", lines(5000, 1))  # and a single one later
            group.check_exactly_once(range(5001))

    def test_fields_have_flat_ecs_names_and_the_site_comes_from_the_certificate(self):
        with Deployment() as group:
            agent = group.agent("seattle", files=["auth.log"])
            agent.append("auth.log", sshd_lines())
            group.wait_for_count(2, query="sshd")

            failed = group.search("event.outcome:=failure").rows
            self.assertEqual(len(failed), 1)
            self.assertEqual(failed[0]["source.ip"], "203.0.113.9")
            self.assertEqual(failed[0]["user.name"], "admin")
            self.assertEqual(failed[0]["organization.id"], "seattle")
            self.assertEqual(group.search("user:root | top 10 source.ip").rows[0]["source.ip"], "198.51.100.7")

    def test_every_answer_ends_with_a_completeness_line(self):
        with Deployment() as group:
            agent = group.agent("seattle", files=["app.log"])
            agent.append("app.log", lines(0, 10))
            group.wait_for_count(10)

            answer = group.search("id")
            self.assertEqual(answer.exit_code, 0)
            self.assertIsNotNone(answer.completeness)
            self.assertTrue(answer.completeness["complete"], answer.completeness)

    def test_raw_gives_back_the_bytes_that_were_written(self):
        with Deployment() as group:
            agent = group.agent("seattle", files=["auth.log"])
            written = sshd_lines()
            agent.append("auth.log", written)
            group.wait_for_count(2, query="sshd")

            raw = group.dims("search", "sshd", "--days", "3650", "--format", "raw")
            self.assertEqual(sorted(raw.splitlines()), sorted(written.splitlines()))

    def test_sites_are_told_apart(self):
        with Deployment() as group:
            one = group.agent("seattle", files=["app.log"])
            two = group.agent("tacoma", files=["app.log"])
            one.append("app.log", lines(0, 30))
            two.append("app.log", lines(30, 20))
            group.check_exactly_once(range(50))

            by_site = {row["organization.id"]: row["count"] for row in group.search("id | count by organization.id").rows}
            self.assertEqual(by_site, {"seattle": 30, "tacoma": 20})


if __name__ == "__main__":
    main()
