# SPDX-License-Identifier: Apache-2.0
"""The benchmarks of whole programs run, with tiny sizes, and print what they promise."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import BIN  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CLIENTS = ("query_client", "many_agents", "parse_bench", "udp_sender")
SECONDS_MAX = 200


class BenchmarkTest(SystemTest):
    def run_script(self, script, *arguments):
        """The JSON lines a benchmark printed."""
        done = subprocess.run([os.path.join(ROOT, "bench", script), *arguments], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=SECONDS_MAX, check=False,
                              env={**os.environ, "DIMS_BIN": BIN})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_end_to_end_prints_every_figure_and_loses_nothing(self):
        figures, = self.run_script("end_to_end.sh", "--lines", "2000", "--latency-lines", "200", "--slow-lines", "1",
                                   "--slow-seconds", "0.5", "--fsync-lines", "2000")
        promised = ("lines seconds lines_per_s seconds_to_all_sealed unsealed_rows_at_end agent_cpu_s server_cpu_s "
                    "agent_rss_mib server_rss_mib buffer_peak_mib store_bytes_per_line wire_bytes_per_line "
                    "fsyncs_per_1000 p50_ms p99_ms lost duplicated corpus_sha256").split()
        self.assertEqual([key for key in promised if key not in figures], [])
        self.assertEqual((figures["lines"], figures["lost"], figures["duplicated"], figures["altered"]), (2000, 0, 0, 0))

    def test_queries_are_checked_and_timed(self):
        with tempfile.TemporaryDirectory(prefix="dims-query-") as kept:
            *answers, store = self.run_script("query.sh", "--rows", "20000", "--repeat", "3", "--keep-in", kept)
        self.assertEqual(len([answer for answer in answers if answer.get("goal_ms")]), 3, "those with a goal")
        self.assertEqual(len(answers), 8)
        for answer in answers:
            self.assertEqual([key for key in ("ms", "rows", "bytes_scanned", "checked") if key not in answer], [])
        self.assertEqual(store["rows_stored"], 20000)

    def test_many_agents_lose_nothing(self):
        figures, = self.run_script("thousand_agents.sh", "--agents", "5", "--seconds", "2")
        self.assertEqual((figures["lines"], figures["lost"], figures["duplicated"], figures["unknown"]), (10, 0, 0, 0))
        self.assertIn("server_cpu_percent", figures)

    def test_f25_datagrams_are_stored_or_counted_by_the_kernel(self):
        figures, = self.run_script("udp.sh", "--rate", "20000", "--seconds", "1")
        self.assertEqual((figures["sent"], figures["unaccounted"]), (20000, 0))
        self.assertEqual(figures["gap_rows"], figures["kernel_drops"])

    def test_a_whole_sites_lines_arrive_as_they_were(self):
        figures, = self.run_script("site_mix.sh", "--lines", "2000")
        promised = "events_per_s mb_per_s bytes_per_event agent_cpu_s server_cpu_s agent_rss_mib server_rss_mib store_bytes_per_line".split()
        self.assertEqual([key for key in promised if key not in figures], [])
        self.assertEqual((figures["lines"], figures["lost"], figures["duplicated"], figures["altered"]), (2000, 0, 0, 0))

    def test_every_format_is_read_and_timed(self):
        rows = self.run_script("parse.sh", "--lines", "200", "--repeats", "2")
        self.assertEqual([row["format"] for row in rows], "sshd asa fortigate netfilter panos sonicwall cef kv eve zeek windows".split())
        for row in rows:
            self.assertEqual([key for key in ("lines_per_s", "mb_per_s", "us_per_line", "dataset") if key not in row], [])
            self.assertEqual(row["lines"], 200)


if __name__ == "__main__":
    if not all(os.access(os.path.join(BIN, "..", "bench", client), os.X_OK) for client in CLIENTS):
        print("skipped: the benchmarks' clients were not built")
        sys.exit(77)
    main()
