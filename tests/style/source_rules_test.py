# SPDX-License-Identifier: Apache-2.0
"""The rules of CONTRIBUTING.md that a text search can judge."""
import json
import os
import re
import shutil
import subprocess
import unittest

from source_tree import ROOT, StyleTest, files, product, text, without_comments_and_text

SPDX = "SPDX-License-Identifier: Apache-2.0"
FUNCTION_LINES_MAX = 70
# Each hides a noun that was not found.
VAGUE = {"util", "utils", "helper", "helpers", "manager", "misc", "data", "info", "process", "handle", "v2"}


def lines_max(path):
    return 200 if path.endswith(".h") else 600 if path.startswith("tests/") else 500


def words(name):
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+[0-9]*|[0-9]+", name)}


class SourceRulesTest(StyleTest):
    def test_every_source_opens_with_its_licence(self):
        kinds = (".h", ".cc", ".py", ".sh", ".cmake", ".proto", "CMakeLists.txt", ".ci/run")
        self.assert_none((path for path in files(*kinds) if SPDX not in "\n".join(text(path).split("\n")[:3])),
                         "no SPDX line at the top")

    def test_headers_are_included_once(self):
        self.assert_none((path for path in files(".h") if "\n#pragma once\n" not in text(path)), "no #pragma once")

    def test_files_fit_in_a_head(self):
        sizes = ((path, text(path).count("\n"), lines_max(path)) for path in files(".h", ".cc"))
        self.assert_none((f"{path}: {count} lines, at most {limit}" for path, count, limit in sizes if count > limit),
                         "long files")

    def test_what_thread_sanitizer_leaves_out_has_no_thread_and_no_lock(self):
        left_out = re.findall(r"^dims_test\((\S+) +ONE_THREAD", text("tests/CMakeLists.txt"), re.M)
        self.assertTrue(left_out)
        threads = re.compile(r"std::(thread|jthread|atomic|mutex)\b|\bMutex\b|common/base/(mutex|bounded_queue)\.h")
        self.assert_none((path for path in files(".h", ".cc") if os.path.dirname(path) in left_out
                          and threads.search(text(path))), "threads or locks in a folder of one thread")

    def test_functions_fit_on_a_screen(self):
        ctags = shutil.which("ctags-universal") or shutil.which("ctags")
        if ctags is None:
            self.skipTest("universal-ctags is not installed")
        command = [ctags, "--languages=C++", "--langmap=C++:.h.cc", "--c++-kinds=f", "--fields=+ne",
                   "--output-format=json", "-f", "-"] + files(".h", ".cc")
        tags = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if tags.returncode != 0:
            self.skipTest("this ctags writes no JSON: " + tags.stderr.strip())

        def offences():
            for line in tags.stdout.splitlines():
                tag = json.loads(line)
                length = tag.get("end", tag["line"]) - tag["line"] + 1
                if length > FUNCTION_LINES_MAX:
                    yield f"{tag['path']}:{tag['line']}: {tag['name']} has {length} lines"
        self.assert_none(offences(), f"functions over {FUNCTION_LINES_MAX} lines")

    def test_nothing_is_left_for_later(self):
        later = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
        self.assert_none((path for path in files(".h", ".cc", ".proto", ".cmake", ".sh", "CMakeLists.txt")
                          if later.search(text(path))), "marks of unfinished work")

    def test_tests_and_benchmarks_do_not_sleep(self):
        sleeping = re.compile(r"sleep_for|sleep_until|\bu?sleep\(|SleepFor|nanosleep")
        self.assert_none((path for path in files(".h", ".cc") if path.startswith(("tests/", "bench/"))
                          and sleeping.search(without_comments_and_text(text(path)))), "sleeping tests")

    def test_a_contract_stands_above_every_class(self):
        bare = re.compile(r"^(?!//)[^\n]*\n(?:template[^\n]*\n)?class (?:\w+\([^)]*\) |\w+ )*?(\w+)(?= final| :| \{)",
                          re.MULTILINE)

        def offences():
            for path in product(".h"):
                for match in bare.finditer(text(path)):
                    if not match.group().startswith("template"):
                        yield f"{path}: {match.group(1)}"
        self.assert_none(offences(), "classes without a comment directly above")

    def test_nothing_has_a_vague_name(self):
        stems = ((path, os.path.basename(path).rsplit(".", 1)[0]) for path in product(".h", ".cc"))
        self.assert_none((path for path, stem in stems if words(stem) & VAGUE or stem == "common"), "vague file names")
        types = re.compile(r"^\s*(?:class|struct|enum class) (?:\w+\([^)]*\) )?(\w+)", re.MULTILINE)
        self.assert_none((f"{path}: {name}" for path in product(".h", ".cc")
                          for name in types.findall(without_comments_and_text(text(path))) if words(name) & VAGUE),
                         "vague type names")

    def test_errors_are_values(self):
        # CLI11 knows no other way to report a wrong command line; main turns it into an exit code.
        throwing = re.compile(r"\bthrow\b|\bcatch\s*\((?!const CLI::ParseError&)")
        self.assert_none((path for path in product(".h", ".cc")
                          if throwing.search(without_comments_and_text(text(path)))), "exceptions thrown or caught")

    def test_locks_are_the_annotated_ones(self):
        bare = re.compile(r"\bstd::(recursive_|shared_|timed_)?mutex\b|\babsl::Mutex\b")
        self.assert_none((path for path in product(".h", ".cc") if path != "common/base/mutex.h"
                          and bare.search(without_comments_and_text(text(path)))),
                         "locks that the analysis cannot see (use common/base/mutex.h)")

    def test_files_of_a_folder_compile_as_one(self):
        hidden = re.compile(r"^namespace \{$(.*?)^\}  // namespace$", re.MULTILINE | re.DOTALL)
        name = re.compile(r"^(?:(?:class|struct|enum class|enum) (\w+)(?= [:{])"
                          r"|(?:constexpr|const|using|std::atomic)\b[^(\n;={]*?(\w+)(?:\[\w*\])?(?= =|\{)"
                          r"|(?!using|return)[\w:][^(=;{}\n]*?[ &*>](\w+\([^)]*\)))", re.MULTILINE)

        # Formats are many and speak alike (kRules, Slot): CMake compiles each of them alone.
        alone = {"agent/formats", "tests/agent/formats"}

        def offences():
            seen = {}
            for path in files(".cc"):
                if os.path.dirname(path) in alone:
                    continue
                source = text(path)
                for part in hidden.finditer(source):
                    for match in name.finditer(without_comments_and_text(part.group(1))):
                        found = re.sub(r"\s+", " ", next(group for group in match.groups() if group))
                        first = seen.setdefault((os.path.dirname(path), found), path)
                        if first != path:
                            yield f"{path}: {found} is also in {os.path.basename(first)}"
        self.assert_none(offences(), "one name twice in the unnamed namespaces of a folder")

    def test_time_and_chance_are_passed_in(self):
        direct = re.compile(r"absl::Now\(|(system|steady)_clock::now\(|\brandom_device\b|\bgettimeofday\(|absl::SleepFor")
        self.assert_none((path for path in product(".h", ".cc") if not path.startswith("common/base/")
                          and direct.search(without_comments_and_text(text(path)))),
                         "direct use of a clock or of randomness (take Clock& or Random&)")


if __name__ == "__main__":
    unittest.main()
