# SPDX-License-Identifier: Apache-2.0
"""People: invited, logged in, limited to sites and TLP labels, suspended, and written down."""
import os
import sqlite3
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import BIN, Deployment, file_config, sshd_failure, wait_until  # noqa: E402
from system_test import SystemTest, main  # noqa: E402


def config_with_tlp(tlp):
    return file_config(["auth.log"]).replace('tlp = "amber"', f'tlp = "{tlp}"')


class PeopleTest(SystemTest):
    """Two sites; at seattle one agent of label green and one of label red."""

    @classmethod
    def setUpClass(cls):
        cls.group = cls.enterClassContext(Deployment())
        for site, tlp, address in (("seattle", "green", "203.0.113.1"), ("seattle", "red", "203.0.113.2"),
                                   ("tacoma", "amber", "203.0.113.3")):
            agent = cls.group.agent(site, config=config_with_tlp(tlp))
            agent.append("auth.log", sshd_failure(address))
        cls.group.wait_for_count(3, query="sshd")

    def sites_seen(self, identity):
        return {row["organization.id"] for row in self.group.search("sshd", identity=identity).rows}

    def addresses_seen(self, identity):
        return {row["source.ip"] for row in self.group.search("sshd", identity=identity).rows}

    def test_a_sites_person_sees_the_events_of_that_site_only(self):
        identity = self.group.user("sam", "--role", "site", "--site", "seattle", "--tlp", "red")
        self.assertEqual(self.addresses_seen(identity), {"203.0.113.1", "203.0.113.2"})
        answer = self.group.search("sshd", identity=identity)
        self.assertEqual(answer.completeness["sites_asked"], ["seattle"])
        self.assertEqual(self.group.count("sshd", identity=identity), 2)
        self.assertNotIn("tacoma", self.group.dims("site", "list", identity=identity))
        self.assertNotIn("tacoma", self.group.dims("agent", "list", identity=identity))
        self.assertNotIn("tacoma", self.group.dims("lookup", "203.0.113.3", identity=identity))

    def test_naming_a_foreign_site_is_refused_and_not_answered_with_nothing(self):
        identity = self.group.user("sonia", "--role", "site", "--site", "seattle")
        done = self.group.run_dims("search", "sshd", "--site", "tacoma", identity=identity)
        self.assertEqual(done.returncode, 1)
        self.assertIn("tacoma", done.stderr)
        self.assertEqual(self.group.search("site:tacoma", identity=identity).rows, [])

    def test_a_sites_person_without_a_site_is_refused_and_does_not_see_everything(self):
        done = self.group.run_dims("user", "invite", "steve", "--role", "site")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--site", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_several_sites_may_be_given(self):
        identity = self.group.user("susan", "--role", "site", "--site", "seattle", "--site", "tacoma")
        self.assertEqual(self.sites_seen(identity), {"seattle", "tacoma"})

    def test_events_above_the_tlp_ceiling_are_neither_shown_nor_counted(self):
        for ceiling, seen in (("clear", set()), ("green", {"203.0.113.1"}), ("amber", {"203.0.113.1", "203.0.113.3"}),
                              ("red", {"203.0.113.1", "203.0.113.2", "203.0.113.3"})):
            with self.subTest(ceiling=ceiling):
                identity = self.group.user(f"ann-{ceiling}", "--tlp", ceiling)
                self.assertEqual(self.addresses_seen(identity), seen)
                self.assertEqual(self.group.count("sshd", identity=identity), len(seen))
                self.assertEqual(self.group.count("ip:203.0.113.2", identity=identity), int(ceiling == "red"))

    def test_only_operators_administer(self):
        identity = self.group.user("alan", "--role", "analyst")
        for command in (["site", "add", "everett"], ["agent", "invite", "seattle"], ["user", "invite", "eve"],
                        ["user", "suspend", "sam"], ["audit"], ["audit", "verify"], ["store", "seal"]):
            with self.subTest(command=command):
                done = self.group.run_dims(*command, identity=identity)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn("operator", done.stderr)

    def test_a_second_operator_administers(self):
        identity = self.group.user("olga", "--role", "operator", "--tlp", "red")
        self.group.dims("site", "add", "everett", "--name", "Everett", identity=identity)
        self.assertIn("everett", self.group.dims("site", "list"))

    def test_a_suspended_user_is_refused_at_once_and_a_resumed_one_is_not(self):
        identity = self.group.user("ursula")
        self.group.dims("status", identity=identity)
        self.group.dims("user", "suspend", "ursula")
        done = self.group.run_dims("status", identity=identity)
        self.assertEqual(done.returncode, 1)
        self.assertIn("suspended", done.stderr)
        self.group.dims("user", "resume", "ursula")
        self.group.dims("status", identity=identity)

    def test_the_tail_of_a_suspended_user_ends(self):
        identity = self.group.user("ute")
        with subprocess.Popen([os.path.join(BIN, "dims"), "--identity", identity, "tail"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as tail:
            try:
                wait_until(lambda: "user/ute tail" in self.audited(), "the tail has begun")
                self.group.dims("user", "suspend", "ute")
                self.assertEqual(tail.wait(20), 1)
            finally:
                tail.kill()

    def audited(self):
        """Who did what to what, one line a row."""
        rows = [line.split("  ") for line in self.group.dims("audit", "--rows", "1000").splitlines()[1:]]
        cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
        return "\n".join(f"{row[2]} {' '.join(row[3:])}" for row in cells)

    def test_a_token_works_once(self):
        token = self.group.dims("user", "invite", "tina").strip()
        self.group.dims("login", token, identity=os.path.join(self.group.directory, "tina.1"))
        done = self.group.run_dims("login", token, identity=os.path.join(self.group.directory, "tina.2"))
        self.assertEqual(done.returncode, 1)

    def test_a_second_invitation_gives_a_token_and_never_silently_another_role(self):
        self.group.user("petra", "--role", "site", "--site", "seattle")
        again = self.group.dims("user", "invite", "petra").strip()
        done = self.group.run_dims("user", "invite", "petra", "--role", "operator")
        self.assertEqual(done.returncode, 1)
        self.assertIn("petra is site, sees seattle up to TLP amber", done.stderr)
        identity = os.path.join(self.group.directory, "petra.2")
        self.group.dims("login", again, identity=identity)
        self.assertEqual(self.sites_seen(identity), {"seattle"})

    def test_the_identity_file_is_the_users_alone_and_never_replaced(self):
        identity = self.group.user("ina")
        self.assertEqual(stat.S_IMODE(os.stat(identity).st_mode), 0o600)
        token = self.group.dims("user", "invite", "ina").strip()
        done = self.group.run_dims("login", token, identity=identity)
        self.assertEqual(done.returncode, 1)
        self.assertIn("exists", done.stderr)
        os.chmod(identity, 0o644)
        self.assertEqual(self.group.run_dims("status", identity=identity).returncode, 1)

    def test_acts_logins_and_questions_are_rows_of_the_audit_log(self):
        identity = self.group.user("quinn", "--role", "site", "--site", "seattle", "--tlp", "green")
        self.group.search("user:very-special-question", identity=identity)
        self.group.dims("lookup", "192.0.2.99", identity=identity)
        log = self.audited()
        for expected in ("user.invite quinn", "join dims://system-test/user/quinn",
                         "user/quinn search user:very-special-question", "user/quinn lookup 192.0.2.99"):
            self.assertIn(expected, log)
        self.assertIn("site seattle green", log)

    def test_a_refused_act_is_a_row_too(self):
        identity = self.group.user("rita", "--role", "analyst")
        self.group.run_dims("site", "add", "forbidden", identity=identity)
        self.assertIn("user/rita site.add forbidden", self.audited())


class AuditChainTest(SystemTest):
    """What was written down cannot be changed without notice."""

    def setUp(self):
        self.group = self.enterContext(Deployment())
        self.group.add_site("seattle")
        self.group.search("first question")
        self.group.search("second question")

    def change(self, statement):
        self.group.server.stop()
        database = sqlite3.connect(os.path.join(self.group.data, "audit.db"))
        self.assertGreater(database.execute(statement).rowcount, 0)
        database.commit()
        database.close()
        self.group.start_server()

    def verify(self):
        return self.group.run_dims("audit", "verify")

    def test_an_untouched_log_verifies_and_shows_its_head(self):
        done = self.verify()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"\d+ rows, unbroken; head [0-9a-f]{64}")

    def test_a_changed_row_is_found_and_named(self):
        self.change("UPDATE entry SET object = 'harmless question' WHERE object = 'first question'")
        done = self.verify()
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"row \d+ does not match its chain")

    def test_a_missing_row_is_found_and_named(self):
        self.change("DELETE FROM entry WHERE object = 'first question'")
        done = self.verify()
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"row \d+ is missing")


if __name__ == "__main__":
    main()
