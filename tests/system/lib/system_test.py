# SPDX-License-Identifier: Apache-2.0
"""The frame of every system test: skips, with the reason, where the programs were not built."""
import sys
import unittest

from deployment import missing_programs


class SystemTest(unittest.TestCase):
    longMessage = True


def main():
    absent = missing_programs()
    if absent:
        print(f"skipped: not built: {', '.join(absent)}")
        sys.exit(77)
    unittest.main(verbosity=2)
