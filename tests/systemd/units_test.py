# SPDX-License-Identifier: Apache-2.0
"""The shipped units: accepted by systemd, and no more exposed than SECURITY.md says."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
UNITS = os.path.join(ROOT, "systemd")
EXPOSURE_MAX = {"dims-agent.service": 1.3, "dims-server.service": 1.5}


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True)


class UnitsTest(unittest.TestCase):
    def test_systemd_accepts_every_unit_without_a_word(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in sorted(os.listdir(UNITS)):
                with open(os.path.join(UNITS, name), encoding="utf-8") as unit:
                    # The programs are not installed where tests run; everything else is judged as shipped.
                    text = re.sub(r"^(ExecStart=)/usr/bin/dims-(agent|server)\b", r"\1/bin/true", unit.read(), flags=re.M)
                with open(os.path.join(folder, name), "w", encoding="utf-8") as copy:
                    copy.write(text)
            verdict = analyze("verify", "--man=no", *(os.path.join(folder, name) for name in sorted(os.listdir(folder))))
            self.assertEqual(verdict.returncode, 0, verdict.stderr)
            self.assertNotIn(folder, verdict.stderr)

    def test_a_misspelt_directive_would_be_noticed(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "misspelt.service")
            with open(path, "w", encoding="utf-8") as unit:
                unit.write("[Service]\nExecStart=/bin/true\nProtectHomme=yes\n")
            self.assertIn("ProtectHomme", analyze("verify", "--man=no", path).stderr)

    def test_exposure_stays_below_what_the_security_page_says(self):
        for name, limit in EXPOSURE_MAX.items():
            with self.subTest(unit=name):
                verdict = analyze("security", "--offline=true", os.path.join(UNITS, name))
                score = re.search(r"Overall exposure level for \S+: ([\d.]+)", verdict.stdout)
                self.assertIsNotNone(score, verdict.stdout + verdict.stderr)
                self.assertLessEqual(float(score.group(1)), limit)

    def test_no_unit_asks_for_a_capability(self):
        for name in EXPOSURE_MAX:
            with open(os.path.join(UNITS, name), encoding="utf-8") as unit:
                text = unit.read()
            self.assertRegex(text, r"(?m)^CapabilityBoundingSet=$")
            self.assertRegex(text, r"(?m)^AmbientCapabilities=$")


if __name__ == "__main__":
    if shutil.which("systemd-analyze") is None:
        print("skipped: systemd-analyze is not installed")
        sys.exit(77)
    unittest.main()
