#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Questions over many sealed lines, through gRPC, warm. Started by query.sh, which builds what it needs.

One JSON line a question:

  question            what it stands for
  query               as an analyst types it
  ms ms_min ms_max    median, least and most of the repetitions, from the call to the end of the answer, one open channel
  goal_ms             of the median; null: none is set
  rows                of the answer
  rows_matched rows_scanned bytes_scanned blocks_scanned blocks_skipped   from the completeness line
  server_cpu_ms       of the server, per repetition
  checked             what the answer was compared with before anything was timed

The store is made once, by an agent that reads the lines and a server that seals them, and kept in build/query-store; the
lines span ten days or so, as many a second as sites of a trust group write.
"""
import argparse
import collections
import json
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import corpus  # noqa: E402
import group  # noqa: E402
from deployment import Deployment, Program, wait_until  # noqa: E402
from end_to_end import config_for, patience, wait_until_answered  # noqa: E402
from figures import cpu_seconds, directory_bytes, percentile, rss_mib  # noqa: E402
from group import ROOT, say, wait_for  # noqa: E402

LINES_A_SECOND = 12
RARE_COUNT = 30  # the rare address is on about so many lines
PHRASE = "authentication failure"
FORMAT = 1  # of what is kept; another number is another directory

ADDRESS = re.compile(rb"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")


def scan(path):
    """The truth, by reading every line: how many hold the phrase, and each address, and which are the rare one's."""
    phrase, addresses = 0, collections.Counter()
    wanted = PHRASE.encode()
    with open(path, "rb") as source:
        for line in source:
            phrase += wanted in line.lower()
            addresses.update(set(ADDRESS.findall(line)))
    rare = min(addresses, key=lambda address: (abs(addresses[address] - RARE_COUNT), address))
    with open(path, "rb") as source:
        lines = [line for line in source if rare in line and rare in ADDRESS.findall(line)]
    number = re.compile(rb" id=(\d+)$")
    return {"phrase": phrase, "rare": rare.decode(), "rare_ids": [int(number.search(line.rstrip()).group(1)) for line in lines],
            "top": [[address.decode(), count] for address, count in addresses.most_common(40)]}


def make_store(rows, directory):
    lines = corpus.make(rows, rate=LINES_A_SECOND)
    say(f"loading {rows:,} lines through an agent and a server, once ...")
    with Deployment() as trust:
        agent = trust.agent("seattle", config=config_for("@logs@/app.log"), start=False)
        lines.place(agent.log_file("app.log"))
        client = group.Client(trust.identity)
        agent.start()
        wait_until_answered(client, rows)
        trust.dims("store", "seal")
        wait_for(lambda: client.status()["rows_unsealed"] == 0, "all sealed", patience(rows))
        client.close()
        agent.program.stop()
        trust.server.stop(60)
        say("scanning the lines for what the answers must be ...")
        with open(os.path.join(trust.data, "truth.json"), "w", encoding="ascii") as out:
            json.dump({**scan(lines.path), "sha256": lines.sha256}, out)
        os.makedirs(os.path.dirname(directory), exist_ok=True)
        shutil.rmtree(directory, ignore_errors=True)
        shutil.move(trust.data, directory)


class StoredGroup:
    """A server over a store that is kept."""

    def __init__(self, directory):
        self.identity = os.path.join(directory, "operator.identity")
        with open(os.path.join(directory, "truth.json"), encoding="ascii") as source:
            self.truth = json.load(source)
        self.server = Program("dims-server", ["run", "--data", directory], os.path.join(directory, "server.log"))
        self.client = None

    def __enter__(self):
        try:
            wait_until(self._answers, lambda: f"the server answers\n{self.server.log()}")
            self.client = group.Client(self.identity)
            return self
        except BaseException:
            self.server.kill()
            raise

    def _answers(self):
        if not self.server.running():
            raise AssertionError(f"dims-server ended\n{self.server.log()}")
        done = group.deployment.run("dims", "--identity", self.identity, "status")
        return done.returncode in (0, 3)

    def __exit__(self, *_):
        if self.client is not None:
            self.client.close()
        self.server.stop(60)


def opens(directory):
    try:
        with StoredGroup(directory):
            return True
    except AssertionError:
        return False


def newest_of(truth):
    """The numbers grow with time, so the newest twenty are the greatest."""
    return sorted(truth["rare_ids"], reverse=True)[:20]


def check_rare(truth, rows):
    found = [int(re.search(r" id=(\d+)$", row["message"]).group(1)) for row in rows]
    if sorted(found, reverse=True) != newest_of(truth):
        raise AssertionError(f"the newest of {truth['rare']}: {found}, not {newest_of(truth)}")
    return f"the {len(found)} newest of the {len(truth['rare_ids'])} lines that hold the address"


def check_top(truth, rows):
    """A line's address becomes source.ip where its meaning is known; then none of the counts can be above the scan's."""
    counts = dict(map(tuple, truth["top"]))
    answered = [(row["source.ip"], row["count"]) for row in rows]
    wrong = [(address, count) for address, count in answered if count > counts.get(address, truth["top"][-1][1])]
    if wrong or len(answered) != 20 or answered != sorted(answered, key=lambda pair: -pair[1]):
        raise AssertionError(f"top addresses: {answered}, of which {wrong} are on fewer lines")
    share = sum(count for _, count in answered) / sum(counts.get(address, 0) for address, _ in answered)
    if share < 0.5:
        raise AssertionError(f"top addresses: only {share:.0%} of the lines that hold them")
    return f"none counted more often than lines hold it; {share:.1%} of those lines"


def check_phrase(truth, rows):
    if rows[0]["count"] != truth["phrase"]:
        raise AssertionError(f"{rows[0]['count']} events with the phrase, the scan finds {truth['phrase']}")
    return f"the same {truth['phrase']:,} as by reading every line"


HOUR = "2026-01-18T10"
BLOCK = "61.0.0.0/8"
NOWHERE = "zyzzyvagram"


def count_of(trust, query):
    return trust.client.search(query)["rows"][0]["count"]


def more_questions(trust, stored):
    """What other engines are asked too; each is checked by an answer found another way."""
    def check_hour(_, rows):
        hours = trust.client.search(f'"{PHRASE}" | timechart span=1h count()')["rows"]
        wanted = sum(row["count"] for row in hours if row["@timestamp"].startswith(HOUR))
        if rows[0]["count"] != wanted:
            raise AssertionError(f"{rows[0]['count']} in {HOUR}, {wanted} by counting every hour")
        return f"the same {wanted:,} as by counting every hour"

    def check_sum(_, rows):
        if sum(row["count"] for row in rows) != stored:
            raise AssertionError("the hours do not add up to all events")
        return f"{len(rows)} hours add up to all events"

    def check_block(_, rows):
        others = count_of(trust, f"-source.ip:{BLOCK} | count")
        if rows[0]["count"] + others != stored:
            raise AssertionError(f"{rows[0]['count']} in {BLOCK} and {others} not: not all events")
        return f"{rows[0]['count']:,}, and all others are not inside"

    def check_nowhere(_, rows):
        if rows[0]["count"] != 0 or count_of(trust, f"message:/{NOWHERE}/ | count") != 0:
            raise AssertionError(f"{rows[0]['count']} events hold {NOWHERE}")
        return "none, nor by a regular expression"

    def check_distinct(_, rows):
        everywhere = trust.client.search("* | stats dc(source.ip)")["rows"][0]["dc(source.ip)"]
        if [row["dc(source.ip)"] for row in rows] != [everywhere]:
            raise AssertionError(f"{rows}, not {everywhere}")
        return f"{everywhere:,}, as without sites: one writes"

    return [("a phrase within one hour", f'"{PHRASE}" @timestamp:["{HOUR}:00:00Z" TO "{HOUR}:59:59Z"] | count', None, check_hour),
            ("count by hour and site", "* | timechart span=1h count() by site", None, check_sum),
            ("count inside an address block", f"source.ip:{BLOCK} | count", None, check_block),
            ("a word that no event holds", f"{NOWHERE} | count", None, check_nowhere),
            ("distinct addresses by site", "* | stats dc(source.ip) by site", None, check_distinct)]


def questions(truth):
    return [("last 20 events of one rare address", f"ip:{truth['rare']} | head 20", 50, check_rare),
            ("top 20 addresses over everything", "* | top 20 source.ip", 200, check_top),
            ("count of a phrase over everything", f'"{PHRASE}" | count', 300, check_phrase)]


def ask(trust, name, query, goal, check, repeat):
    first = trust.client.search(query)
    if not first["completeness"]["complete"] and not first["completeness"]["sites_missing"]:  # no agent runs here
        raise AssertionError(f"{query}: not complete: {first['completeness']}")
    checked = check(trust.truth, first["rows"])
    before = cpu_seconds(trust.server.pid)
    answers = [trust.client.search(query) for _ in range(repeat)]
    cpu = cpu_seconds(trust.server.pid) - before
    times = [answer["ms"] for answer in answers]
    last = answers[-1]["completeness"]
    return {"question": name, "query": query, "ms": round(percentile(times, 0.5), 1), "ms_min": round(min(times), 1),
            "ms_max": round(max(times), 1), "goal_ms": goal, "server_cpu_ms": round(1000 * cpu / repeat, 1),
            **{key: last[key] for key in ("rows", "rows_matched", "rows_scanned", "bytes_scanned", "blocks_scanned",
                                          "blocks_skipped")}, "checked": checked}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--fresh", action="store_true", help="make the store anew")
    parser.add_argument("--goals-only", action="store_true", help="the three questions that have a goal")
    parser.add_argument("--keep-in", default=os.path.join(ROOT, "build", "query-store"), help="where stores are kept")
    options = parser.parse_args()
    group.require_programs()
    directory = os.path.join(options.keep_in, f"{FORMAT}-{options.rows}")
    if options.fresh or not os.path.exists(os.path.join(directory, "truth.json")):
        make_store(options.rows, directory)
    if not opens(directory):
        say("the kept store is not of this version, or its port is taken: it is made anew")
        make_store(options.rows, directory)
    with StoredGroup(directory) as trust:
        status = trust.client.status()
        if status["rows_stored"] != options.rows or status["rows_unsealed"]:
            raise AssertionError(f"the kept store holds {status['rows_stored']:,} lines, {status['rows_unsealed']:,} unsealed")
        asked = questions(trust.truth) + ([] if options.goals_only else more_questions(trust, options.rows))
        for name, query, goal, check in asked:
            print(json.dumps(ask(trust, name, query, goal, check, options.repeat)), flush=True)
        print(json.dumps({"rows_stored": status["rows_stored"], "store_mib": round(directory_bytes(directory) / 2**20),
                          "server_rss_mib": round(rss_mib(trust.server.pid)), "corpus_sha256": trust.truth["sha256"]}))


if __name__ == "__main__":
    main()
