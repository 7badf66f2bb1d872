# SPDX-License-Identifier: Apache-2.0
"""What the server asks of a site, and what the site's policy makes of it."""
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, lines, sshd_failure, wait_until  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

NOISE = "Jan  5 10:11:12 gw1 cron[7]: noise of every minute\n"


class DirectiveTest(SystemTest):
    def setUp(self):
        self.group = self.enterContext(Deployment())

    def agent_that_takes(self, remote):
        agent = self.group.agent("seattle", files=["app.log"], start=False)
        agent.configure(f'[agent]\npolicy = "{agent.directory}/policy.toml"\n\n'
                        '[[input.file]]\npaths = ["@logs@/app.log"]\nstart = "beginning"\n')
        self.write_policy(agent, remote)
        return agent.start()

    @staticmethod
    def write_policy(agent, remote):
        with open(os.path.join(agent.directory, "policy.toml"), "w", encoding="utf-8") as out:
            out.write(f'[policy]\nremote = "{remote}"\n\n[[redact]]\nfields = ["user.name"]\nwith = "hash"\n')

    def directives_of(self, agent):
        return agent.status().get("directives", {})

    def await_directives(self, agent, active, refused=0):
        def settled():
            now = self.directives_of(agent)
            return now and (len(now["active"]), len(now["refused"])) == (active, refused)
        wait_until(settled, lambda: f"{active} active, {refused} refused: {self.directives_of(agent)}")

    def await_listed(self, text):
        return wait_until(lambda: text in self.group.dims("directive", "list") and self.group.dims("directive", "list"),
                          lambda: f"{text!r} in {self.group.dims('directive', 'list')}")

    def test_a_site_that_takes_filters_sends_less_and_tags_what_is_watched(self):
        agent = self.agent_that_takes("filters")
        agent.append("app.log", NOISE + lines(0, 10))
        self.group.wait_for_count(10)
        self.group.dims("directive", "add", "seattle", "--drop", 'message:"noise of"', "--for", "7d")
        self.group.dims("directive", "add", "seattle", "--watch", "c2", "203.0.113.66", "--for", "7d")
        self.await_directives(agent, active=2)
        self.await_listed("1 taken")

        agent.append("app.log", NOISE * 20 + sshd_failure("203.0.113.66", "mallory") + lines(10, 10))
        self.group.check_exactly_once(range(20))
        self.assertEqual(self.group.count('message:"noise of"'), 1)  # what came before it was asked
        tagged = self.group.search("tags:=\"watchlist:c2\"").rows
        self.assertEqual([row["source.ip"] for row in tagged], ["203.0.113.66"])
        self.assertRegex(tagged[0]["user.name"], "^hash-")  # the site's own rules hold as before
        status = wait_until(lambda: self.directives_of(agent).get("dropped_rows") == 20 and agent.status(), "20 dropped")
        self.assertEqual(status["directives"]["tagged_rows"], 1)
        self.assertEqual(status["lost_rows"], 0)

        agent.restart()  # what was taken holds without a word of the server
        agent.append("app.log", NOISE * 5 + lines(20, 10))
        self.group.check_exactly_once(range(30))
        self.assertEqual(self.group.count('message:"noise of"'), 1)

        self.group.dims("directive", "remove", "1")
        self.await_directives(agent, active=1)
        agent.append("app.log", NOISE * 3 + lines(30, 5))
        self.group.check_exactly_once(range(35))
        self.assertEqual(self.group.count('message:"noise of"'), 4)
        audit = self.group.dims("audit", "--rows", "1000")  # counts asked for while waiting are rows, too
        for act in ("directive.add", "directive.remove"):
            self.assertIn(act, audit)

    def test_a_site_refuses_what_its_policy_does_not_take_and_says_so(self):
        agent = self.agent_that_takes("off")
        self.group.dims("directive", "add", "seattle", "--drop", "*")
        self.group.dims("directive", "add", "seattle", "--watch", "c2", "203.0.113.66")
        self.await_directives(agent, active=0, refused=2)
        self.await_listed('takes no filters')
        agent.append("app.log", sshd_failure("203.0.113.66") + lines(0, 10))
        self.group.check_exactly_once(range(10))
        self.assertEqual(self.group.count('tags:="watchlist:c2"'), 0)
        self.assertIn("refused", agent.run("status", "--state", agent.state).stdout)

        self.write_policy(agent, "watchlists")
        agent.program.signal(signal.SIGHUP)
        self.await_directives(agent, active=1, refused=1)
        agent.append("app.log", sshd_failure("203.0.113.66") + lines(10, 10))
        self.group.check_exactly_once(range(20))
        self.assertEqual(self.group.count('tags:="watchlist:c2"'), 1)

    def test_only_operators_ask_and_only_for_what_can_be_asked(self):
        self.group.add_site("seattle")
        ann = self.group.user("ann", "--role", "analyst")
        for identity, arguments, why in (
                (ann, ("add", "seattle", "--drop", "cron"), "only operators"),
                (None, ("add", "seattle", "--drop", "a:b:("), "^"),
                (None, ("add", "seattle", "--drop", "cron", "--for", "91d"), "90 days"),
                (None, ("add", "seattle", "--drop", "cron", "--for", "0.5s"), "at least a second"),
                (None, ("add", "seattle", "--watch", "c2", "--file", self.group.directory), "cannot be read"),
                (None, ("add", "seattle", "--watch", "c2", "no-address"), "neither"),
                (None, ("add", "seattle"), "either"),
                (None, ("add", "atlantis", "--drop", "cron"), "no site"),
                (None, ("remove", "7"), "no directive")):
            with self.subTest(arguments=arguments):
                done = self.group.run_dims("directive", *arguments, identity=identity)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(why, done.stderr)
        self.assertEqual(self.group.dims("directive", "list").count("\n"), 1)  # the heading alone


if __name__ == "__main__":
    main()
