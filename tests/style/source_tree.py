# SPDX-License-Identifier: Apache-2.0
"""What the style tests share: the files of the tree, their houses and their #include lines."""
import os
import re
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PRODUCT = ("common/", "agent/", "server/", "cli/")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)


def files(*suffixes):
    """Paths relative to the root; what git ignores (build trees) is not part of the project."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    known = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True).stdout.split("\n")
    if known == [""]:  # an unpacked archive rather than a clone
        known = [os.path.relpath(os.path.join(folder, name), ROOT)
                 for folder, _, names in os.walk(ROOT) for name in names]
        known = [path for path in known if not path.startswith("build/")]
    return sorted(path for path in set(known)
                  if path.endswith(suffixes) and os.path.isfile(os.path.join(ROOT, path)))


def text(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as source:
        return source.read()


def product(*suffixes):
    return [path for path in files(*suffixes) if path.startswith(PRODUCT)]


def house(path):
    """The folder a file lives in: `agent/buffer`, or `server` for server/main.cc."""
    return os.path.dirname(path)


def includes(path):
    """(is_ours, name) of every #include line."""
    for _, name in INCLUDE.findall(text(path)):
        yield os.path.isfile(os.path.join(ROOT, name)), name


def without_comments_and_text(source):
    """C++ with comments and string literals blanked, line numbers kept."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), source)


class StyleTest(unittest.TestCase):
    longMessage = False

    def assert_none(self, offences, rule):
        offences = list(offences)
        self.assertFalse(offences, rule + ":\n  " + "\n  ".join(offences[:40]))
