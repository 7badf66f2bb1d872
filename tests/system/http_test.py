# SPDX-License-Identifier: Apache-2.0
"""Events by HTTP: curl as the sender; what was answered with 200 is in the store once, also after a kill."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, wait_until  # noqa: E402
from ports import free_port  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

TOKEN = "a-secret-of-this-site"


class HttpTest(SystemTest):
    def setUp(self):
        self.group = self.enterContext(Deployment())
        self.agent = self.group.agent("seattle", config=f"""
[agent]
tlp = "amber"

[[input.http]]
listen = "http://127.0.0.1:{free_port()}"
token = "{TOKEN}"
tags = ["http"]
""")

    def url(self):
        with open(self.agent.config_path, encoding="utf-8") as file:
            return next(line.split('"')[1] for line in file if line.startswith("listen"))

    def post(self, body, *options, token=TOKEN):
        done = subprocess.run(["curl", "-sS", "-m", "20", "-w", "%{http_code}", "-H", f"Authorization: Bearer {token}", *options,
                               "--data-binary", "@-", self.url()], input=body.encode(), capture_output=True, check=False)
        return done.stdout.decode()[-3:]

    def wait_until_it_listens(self):
        wait_until(lambda: self.post("") == "200", "the agent listens")

    def test_what_was_accepted_is_there_once_after_a_kill(self):
        self.wait_until_it_listens()
        self.group.server.stop()  # what is accepted lies in the buffer alone
        events = [{"id": n, "user": f"person{n}", "src_ip": "203.0.113.9", "message": f"event id={n}"} for n in range(500)]
        self.assertEqual(self.post("\n".join(json.dumps(event) for event in events[:300])), "200")
        self.assertEqual(self.post(json.dumps(events[300:])), "200")
        self.agent.program.kill()
        self.agent.start()
        self.group.start_server()
        self.group.wait_for_count(500, query="tags:http")
        rows = self.group.search("tags:http").rows
        self.assertEqual(sorted(row["message"] for row in rows), sorted(event["message"] for event in events))
        self.assertEqual({row["source.ip"] for row in rows}, {"203.0.113.9"})
        self.assertEqual(self.group.count("user.name:=person7"), 1)

    def test_gzip_is_understood_and_strangers_are_refused(self):
        self.wait_until_it_listens()
        import gzip
        packed = gzip.compress(b'{"message":"packed"}\n')
        done = subprocess.run(["curl", "-sS", "-m", "20", "-w", "%{http_code}", "-H", f"Authorization: Bearer {TOKEN}", "-H",
                               "Content-Encoding: gzip", "--data-binary", "@-", self.url()], input=packed, capture_output=True, check=True)
        self.assertTrue(done.stdout.endswith(b"200"), done.stdout)
        self.assertEqual(self.post('{"message":"forged"}', token="a-secret-of-that-site"), "401")
        self.assertEqual(self.post("x" * (9 << 20)), "413")
        self.group.wait_for_count(1, query="message:=packed")
        self.assertEqual(self.group.count("*"), 1)

    def test_a_reload_keeps_the_port_and_what_was_accepted(self):
        self.wait_until_it_listens()
        self.assertEqual(self.post('{"message":"before"}'), "200")
        with open(self.agent.config_path, encoding="utf-8") as file:
            self.agent.configure(file.read().replace('tags = ["http"]', 'tags = ["again"]'))
        self.agent.program.signal(1)
        wait_until(lambda: self.post('{"message":"after"}') == "200" and self.group.count("tags:again") > 0, "the new tags hold")
        self.assertEqual(self.group.count("message:=before"), 1)


if __name__ == "__main__":
    main()
