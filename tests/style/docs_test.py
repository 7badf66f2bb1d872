# SPDX-License-Identifier: Apache-2.0
"""Documents that point somewhere point at something."""
import os
import re
import unittest

from source_tree import ROOT, StyleTest, files, text

LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```", re.DOTALL)
NAMED_FILE = re.compile(r"`((?:common|agent|server|cli|proto|installer|systemd|tests|bench|docs)/[\w./-]+\.\w+)`")
GTEST = re.compile(r"^TEST(?:_[FP])?\((\w+),\s*(\w+)\)", re.MULTILINE)
NAMED_TEST = re.compile(r"`(\w+(?:Test|_test)\.\w+)`")
FAULT_ROW = re.compile(r"^\| ([FD])-?(\d+) \|(.*)$", re.MULTILINE)
PROMISED = {("F", number) for number in (1, 2, 3, 9, 13, 15, 22, 24, 28, 29, 36, 48, 55)} | {("D", n) for n in range(1, 16)}


def prose(path):
    return CODE.sub("", text(path))


def heading_anchors(path):
    titles = re.findall(r"^#+ (.*)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles}


class DocsTest(StyleTest):
    def test_every_relative_link_resolves(self):
        def offences():
            for path in files(".md"):
                for target in LINK.findall(prose(path)):
                    if re.match(r"[a-z]+:", target):
                        continue
                    name, _, anchor = target.partition("#")
                    there = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
                    if not os.path.exists(os.path.join(ROOT, there)):
                        yield f"{path}: {target}"
                    elif anchor and there.endswith(".md") and anchor not in heading_anchors(there):
                        yield f"{path}: {target} (no such heading)"
        self.assert_none(offences(), "links to nowhere")

    def test_every_file_named_in_a_document_exists(self):
        self.assert_none((f"{path}: {name}" for path in files(".md") if path != "CHANGELOG.md"
                          for name in NAMED_FILE.findall(prose(path))
                          if not os.path.exists(os.path.join(ROOT, name))), "documents that name absent files")

    def test_every_test_named_for_a_fault_exists_and_bears_its_number(self):
        cases = {f"{suite}.{name}" for path in files("_test.cc") for suite, name in GTEST.findall(text(path))}
        cases |= {f"{os.path.basename(path)[:-3]}.{name}" for path in files("_test.py")
                  for name in re.findall(r"def (test_\w+)\(", text(path))}
        page = text("docs/faults.md")
        self.assert_none((name for name in NAMED_TEST.findall(page) if name not in cases), "tests that do not exist")
        rows = [(row[1], int(row[2]), NAMED_TEST.findall(row[3])) for row in FAULT_ROW.finditer(page)]
        self.assertGreaterEqual({(kind, number) for kind, number, _ in rows}, PROMISED, "docs/faults.md lacks a row")
        bears = lambda name, kind, number: re.search(rf"[._]{kind}0?{number}(?!\d)", name, re.IGNORECASE)  # noqa: E731
        self.assert_none((f"{kind}{number}: {name}" for kind, number, names in rows for name in names or ["no test"]
                          if not bears(name, kind, number)), "tests that do not bear the number of their row")

    def test_the_readme_answers_within_a_minute(self):
        readme = text("README.md").split("\n")
        self.assertLessEqual(len(readme), 80, "README.md is longer than 80 lines")
        for command in ("./installer/demo.sh", "./tests/run.sh"):
            self.assertTrue(any(command in line for line in readme), f"README.md does not show {command}")


if __name__ == "__main__":
    unittest.main()
