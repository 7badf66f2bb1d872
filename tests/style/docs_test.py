# SPDX-License-Identifier: Apache-2.0
"""Documents that point somewhere point at something."""
import os
import re
import unittest

from source_tree import ROOT, StyleTest, files, text

LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```", re.DOTALL)
NAMED_FILE = re.compile(r"`((?:common|agent|server|cli|proto|installer|systemd|tests|bench|docs)/[\w./-]+\.\w+)`")


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

    def test_the_readme_answers_within_a_minute(self):
        readme = text("README.md").split("\n")
        self.assertLessEqual(len(readme), 80, "README.md is longer than 80 lines")
        for command in ("./installer/demo.sh", "./tests/run.sh"):
            self.assertTrue(any(command in line for line in readme), f"README.md does not show {command}")


if __name__ == "__main__":
    unittest.main()
