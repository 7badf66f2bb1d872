# SPDX-License-Identifier: Apache-2.0
"""Indicators in, marks on events and alerts out; notices to people's tools; a site that falls silent."""
import http.server
import json
import os
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, sshd_failure, wait_until  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

FOE = "203.0.113.66"
HASH = "d41d8cd98f00b204e9800998ecf8427e"
LIST = f"""indicator,type,confidence,tlp,expires,name
{FOE},address,90,green,2099-01-31,password guesser
198.18.0.0/15,cidr,60,amber,,"rented, bulletproof"
*.evil[.]example,,75,clear,,phishing kit
{HASH},hash,80,red,,dropper
192.0.2.50,address,30,green,,only a rumour
192.0.2.51,address,90,green,2020-01-01,long ago
"""
BAD_LIST = f"""indicator,type,confidence,tlp,expires,name
{FOE},address,90,green,,good
not an address,address,90,green,,bad
192.0.2.1,address,900,green,,bad
192.0.2.2,address,90,mauve,,bad
192.0.2.3,address,90,green,someday,bad
0.0.0.0/0,cidr,90,green,,bad
evil.example,domain,50,green,,good
"""


class Receiver(http.server.ThreadingHTTPServer):
    """A webhook: keeps what is posted; answers 503 until `refusals` are used up."""

    def __init__(self, refusals=0):
        super().__init__(("127.0.0.1", 0), Handler)
        self.refusals = refusals
        self.posted = []
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/alerts"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self._thread.join()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        refused = self.server.refusals > 0
        self.server.refusals -= 1
        if not refused:
            self.server.posted.append((self.headers["Content-Type"], body))
        self.send_response(503 if refused else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


class ImportTest(SystemTest):
    """One server and one site whose events meet the list."""

    @classmethod
    def setUpClass(cls):
        cls.group = cls.enterClassContext(Deployment())
        cls.imported = cls.group.dims("intel", "import", cls.group.write("list.csv", LIST), "--provider", "csirt")
        agent = cls.group.agent("seattle", files=["auth.log", "app.json"])
        for address in (FOE, "198.19.3.4", "192.0.2.50", "192.0.2.51", "198.51.1.9", "8.8.8.8"):
            agent.append("auth.log", sshd_failure(address))
        agent.append("app.json", json.dumps({"message": "looked up", "dns.question.name": "login.evil.example"}) + "\n"
                     + json.dumps({"message": "started", "file.hash.md5": HASH.upper()}) + "\n")
        cls.group.wait_for_count(8, query="*")

    def event(self, query):
        rows = self.group.search(query).rows
        self.assertEqual(len(rows), 1, f"{query}: {rows}")
        return rows[0]

    def test_the_import_says_how_many_indicators_it_took(self):
        self.assertEqual(self.imported, "6 indicators of csirt\n")

    def test_a_listed_address_makes_a_foe_with_everything_the_list_says(self):
        event = self.event(f"ip:{FOE}")
        self.assertEqual(event["source.iff"], "foe")
        self.assertEqual(event["threat.indicator.ip"], FOE)
        self.assertEqual(event["threat.indicator.name"], "password guesser")
        self.assertEqual(event["threat.indicator.confidence"], 90)
        self.assertEqual(event["threat.indicator.provider"], "csirt")

    def test_a_block_matches_every_address_inside(self):
        event = self.event("ip:198.19.3.4")
        self.assertEqual(event["source.iff"], "foe")
        self.assertEqual(event["threat.indicator.name"], "rented, bulletproof")

    def test_a_domain_stands_for_what_is_below_it(self):
        self.assertEqual(self.event("login.evil.example")["threat.indicator.name"], "phishing kit")

    def test_a_hash_matches_in_any_case(self):
        self.assertEqual(self.event(f"hash:{HASH}")["threat.indicator.name"], "dropper")

    def test_a_doubtful_indicator_marks_the_event_and_makes_no_foe(self):
        event = self.event("ip:192.0.2.50")
        self.assertEqual(event["source.iff"], "unknown")
        self.assertEqual(event["threat.indicator.confidence"], 30)

    def test_an_expired_indicator_matches_nothing(self):
        event = self.event("ip:192.0.2.51")
        self.assertEqual(event["source.iff"], "unknown")
        self.assertNotIn("threat.indicator.name", event)

    def test_friend_foe_and_unknown_are_found_by_search(self):
        found = {row["source.iff"]: row["count"] for row in self.group.search("source.iff:* | count by source.iff").rows}
        self.assertEqual(found, {"foe": 2, "friend": 1, "unknown": 3})
        friend = self.event("source.iff:=friend")
        self.assertEqual((friend["source.ip"], friend["source.owner"]), ("198.51.1.9", "seattle"))

    def test_lookup_tells_who_it_is_what_is_known_and_who_saw_it(self):
        answer = self.group.dims("lookup", FOE, "198.51.1.9", "evil.example", HASH, "192.0.2.200")
        foe, friend, domain, digest, nobody = self.blocks(answer, (FOE, "198.51.1.9", "evil.example", HASH, "192.0.2.200"))
        self.assertRegex(foe[0], "foe")
        self.assertRegex(foe[1], "csirt: password guesser, confidence 90, TLP green")
        self.assertRegex(foe[-1], r"^  seattle +1 ")
        self.assertRegex(friend[0], "friend of seattle")
        self.assertRegex(domain[1], "phishing kit")
        self.assertRegex(digest[1], "dropper")
        self.assertRegex(nobody[-1], "not seen")

    def test_lookup_hides_indicators_above_the_askers_label(self):
        identity = self.group.user("gina", "--tlp", "green")
        answer = self.group.dims("lookup", HASH, "198.18.0.1", FOE, identity=identity)
        self.assertIn("password guesser", answer)
        self.assertNotIn("dropper", answer)
        self.assertNotIn("bulletproof", answer)

    def blocks(self, answer, values):
        """The lines of the answer that belong to each value, in their order."""
        out = []
        for line in answer.splitlines()[:-1]:
            if len(out) < len(values) and line.startswith(values[len(out)]):
                out.append([])
            out[-1].append(line)
        self.assertEqual(len(out), len(values), answer)
        return out


class ListTest(SystemTest):
    """The import command, without events."""

    @classmethod
    def setUpClass(cls):
        cls.group = cls.enterClassContext(Deployment())

    def load(self, text, *options):
        return self.group.run_dims("intel", "import", self.group.write("list.csv", text), *options)

    def test_bad_lines_are_named_by_number_and_the_rest_counts(self):
        done = self.load(BAD_LIST, "--provider", "bad")
        self.assertEqual(done.returncode, 0)
        self.assertIn("2 indicators of bad\n5 lines refused:\n", done.stdout)
        for number in (3, 4, 5, 6, 7):
            self.assertIn(f"line {number}:", done.stdout)

    def test_a_new_list_replaces_the_providers_old_one_and_no_other(self):
        self.load("indicator\n192.0.2.10\n", "--provider", "one")
        self.load("indicator\n192.0.2.11\n", "--provider", "two")
        self.load("indicator\n192.0.2.12\n", "--provider", "one")
        answer = self.group.dims("lookup", "192.0.2.10", "192.0.2.11", "192.0.2.12")
        self.assertEqual(answer.count("one: "), 1)
        self.assertEqual(answer.count("two: "), 1)

    def test_a_list_outlives_the_server(self):
        self.load("indicator,name\n192.0.2.20,kept\n", "--provider", "kept")
        self.group.server.kill()
        self.group.start_server()
        self.assertIn("kept", self.group.dims("lookup", "192.0.2.20"))

    def test_a_file_without_a_header_changes_nothing(self):
        self.load("indicator\n192.0.2.30\n", "--provider", "kind")
        done = self.load("192.0.2.31\n192.0.2.32\n", "--provider", "kind")
        self.assertEqual(done.returncode, 2)
        self.assertIn("kind: ", self.group.dims("lookup", "192.0.2.30"))

    def test_a_file_that_is_not_there_is_named(self):
        done = self.group.run_dims("intel", "import", "/nowhere/list.csv")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/nowhere/list.csv", done.stderr)


class AlertTest(SystemTest):
    """The rule over two sites, with a webhook that listens."""

    def start(self, receiver=None, settings=""):
        self.group = self.enterContext(Deployment())
        if receiver is not None:
            settings += f'[alerts]\nwebhook = "{receiver.url}"\n'
        if settings:
            self.group.server.stop()
            self.group.configure_server(settings)
            self.group.start_server()
        self.group.dims("intel", "import", self.group.write("list.csv", LIST), "--provider", "csirt")
        self.seattle = self.group.agent("seattle", files=["auth.log"])
        self.tacoma = self.group.agent("tacoma", files=["auth.log"])

    def see_foe(self, agent, count=1, at=None):
        agent.append("auth.log", "".join(sshd_failure(FOE, f"user{n}", at) for n in range(count)))

    def test_one_foe_at_two_sites_raises_one_alert_with_evidence_of_both(self):
        self.start()
        self.see_foe(self.seattle, 5)
        self.group.wait_for_count(5)
        self.assertEqual(self.group.alerts(), [])
        self.see_foe(self.tacoma, 3)
        self.group.wait_for_count(8, query="*")
        self.see_foe(self.seattle, 2)
        self.group.wait_for_count(10)

        alerts = self.group.alerts()
        self.assertEqual(len(alerts), 1, alerts)
        self.assertEqual(alerts[0]["rule"], "foe_at_several_sites")
        self.assertEqual(alerts[0]["key"], FOE)
        self.assertEqual(alerts[0]["sites"], ["seattle", "tacoma"])
        stored = {row["event.id"]: row["organization.id"] for row in self.group.search("sshd").rows}
        self.assertEqual({stored[event] for event in alerts[0]["evidence"]}, {"seattle", "tacoma"})
        self.assertEqual(alerts[0]["tlp"], "amber", "as strict as its events")
        for ceiling, seen in (("green", 0), ("amber", 1)):
            identity = self.group.user(f"reader-{ceiling}", "--tlp", ceiling)
            self.assertEqual(len(self.group.alerts(identity=identity)), seen, ceiling)

    def test_a_sites_person_sees_the_alerts_of_that_site_only(self):
        self.start()
        self.group.add_site("everett")
        self.see_foe(self.seattle)
        self.see_foe(self.tacoma)
        self.group.wait_for_count(2)
        for site, seen in (("tacoma", 1), ("everett", 0)):
            identity = self.group.user(f"person-{site}", "--role", "site", "--site", site)
            self.assertEqual(len(self.group.alerts(identity=identity)), seen, site)

    def test_a_syslog_receiver_gets_the_alert_as_structured_data(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(60)
            self.start(settings=f'[alerts]\nsyslog = "udp://127.0.0.1:{receiver.getsockname()[1]}"\n')
            self.see_foe(self.seattle)
            self.see_foe(self.tacoma)
            message = receiver.recv(65536).decode()
        self.assertRegex(message, r"^<129>1 \S+ \S+ dims-server \S+ alert \[dims@32473 .*\]")
        self.assertIn('rule="foe_at_several_sites"', message)
        self.assertIn(FOE, message)

    def test_the_alert_is_there_as_soon_as_the_event_is(self):
        self.start()
        self.see_foe(self.seattle)
        self.see_foe(self.tacoma)
        self.group.wait_for_count(2)
        self.assertEqual(len(self.group.alerts()), 1)  # no waiting: one transaction

    def test_a_server_killed_between_the_sites_remembers_the_first(self):
        self.start()
        self.see_foe(self.seattle)
        self.group.wait_for_count(1)
        self.group.server.kill()
        self.see_foe(self.tacoma)
        self.group.start_server()
        self.group.wait_for_count(2)
        self.group.server.kill()
        self.group.start_server()
        self.see_foe(self.seattle, 3)
        self.group.wait_for_count(5)
        self.assertEqual(len(self.group.alerts()), 1, self.group.alerts())

    def test_one_site_alone_or_friends_and_strangers_raise_nothing(self):
        self.start()
        self.see_foe(self.seattle, 20)
        for agent in (self.seattle, self.tacoma):
            agent.append("auth.log", sshd_failure("198.51.1.9") + sshd_failure("8.8.8.8") + sshd_failure("192.0.2.50"))
        self.group.wait_for_count(26)
        self.assertEqual(self.group.alerts(), [])

    def test_events_that_arrive_late_are_marked_and_raise_nothing(self):
        self.start()
        self.see_foe(self.seattle, at=time.time() - 3 * 3600)
        self.see_foe(self.tacoma, at=time.time() - 3 * 3600)
        self.group.wait_for_count(2, query="source.iff:=foe")
        self.assertEqual(self.group.alerts(), [])

    def test_the_webhook_gets_the_alert_once_it_answers(self):
        with Receiver(refusals=1) as receiver:
            self.start(receiver)
            self.see_foe(self.seattle)
            self.see_foe(self.tacoma)
            wait_until(lambda: receiver.posted, "the webhook is told")
            (kind, body), = receiver.posted
            self.assertEqual(kind, "application/json")
            listed, = self.group.alerts()
            self.assertEqual({key: body[key] for key in ("id", "rule", "key", "title", "sites", "evidence")},
                             {key: listed[key] for key in ("id", "rule", "key", "title", "sites", "evidence")})

    def test_an_alert_that_nobody_took_is_told_after_a_restart(self):
        with Receiver(refusals=1000) as receiver:
            self.start(receiver)
            self.see_foe(self.seattle)
            self.see_foe(self.tacoma)
            wait_until(lambda: receiver.refusals < 1000, "the webhook refuses once")
            self.group.server.kill()
            receiver.refusals = 0
            self.group.start_server()
            wait_until(lambda: receiver.posted, "the webhook is told")
            self.assertEqual(receiver.posted[0][1]["key"], FOE)


class SilentSiteTest(SystemTest):
    def test_a_silent_site_raises_one_alert_after_the_time_the_server_is_configured_with(self):
        with Deployment() as group:
            group.server.stop()
            group.configure_server('[alerts]\nsilent_after = "1s"\n')
            group.start_server()
            loud = group.agent("seattle", files=["auth.log"])
            silent = group.agent("tacoma", files=["auth.log"])
            for agent in (loud, silent):
                agent.append("auth.log", sshd_failure("8.8.8.8"))
            group.wait_for_count(2)
            self.assertEqual(group.alerts(), [])
            silent.program.kill()
            wait_until(group.alerts, "an alert")
            alert, = group.alerts()
            self.assertEqual((alert["rule"], alert["key"], alert["sites"]), ("site_silent", "tacoma", ["tacoma"]))
            self.assertIn("1s", group.dims("site", "show", "tacoma"))


if __name__ == "__main__":
    main()
