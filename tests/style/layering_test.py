# SPDX-License-Identifier: Apache-2.0
"""The direction of the houses, read from the #include lines (docs/architecture.md)."""
import re
import unittest

from source_tree import StyleTest, house, includes, product, text

# A house, or everything below it, that may include the headers matched. Tests are not judged.
DOORS = [
    ("gRPC", r"grpc(pp|\+\+)?/|.*\.grpc\.pb\.h$",
     {"common/grpc", "agent/rpc", "agent/join", "server/rpc", "cli"}),
    ("SQLite", r"sqlite3(ext)?\.h$", {"common/sqlite"}),
    ("OpenSSL", r"openssl/", {"common/crypto"}),
    ("libpcap", r"pcap(/|\.h$)", {"agent/inputs"}),
    ("libmaxminddb", r"maxminddb", {"common/geo"}),
    ("toml++", r"toml\+\+/|toml\.hpp$", {"common/config"}),
    ("yaml-cpp", r"yaml-cpp/", {"server/detect", "server/intel"}),
    ("libcurl", r"curl/", {"server/notify"}),
    ("CLI11", r"CLI/", {"agent", "server", "cli"}),
    ("libsystemd", r"systemd/", {"common/base", "agent/inputs"}),
]
# What each program must never see.
STRANGERS = {"common": ("agent/", "server/", "cli/"), "agent": ("server/", "cli/"),
             "server": ("agent/", "cli/"), "cli": ("agent/", "server/")}


def edges():
    """{house: {house it includes: "file -> file"}}"""
    out = {}
    for path in product(".h", ".cc"):
        for ours, name in includes(path):
            if ours and house(name) != house(path):
                out.setdefault(house(path), {}).setdefault(house(name), f"{path} -> {name}")
    return out


def loops(graph):
    """Each loop of houses once, as the list of the #include lines that close it."""
    found, done = [], set()

    def visit(node, trail):
        if node in trail:
            loop = trail[trail.index(node):] + [node]
            found.append("; ".join(graph[a][b] for a, b in zip(loop, loop[1:])))
            return
        if node in done:
            return
        for target in sorted(graph.get(node, {})):
            visit(target, trail + [node])
        done.add(node)

    for start in sorted(graph):
        visit(start, [])
    return found


class LayeringTest(StyleTest):
    def test_no_program_includes_another_and_common_knows_none(self):
        self.assert_none((f"{path} -> {name}" for path in product(".h", ".cc") for _, name in includes(path)
                          if name.startswith(STRANGERS[path.split("/")[0]])),
                         "includes against the direction")

    def test_no_two_houses_include_each_other_directly_or_in_a_loop(self):
        self.assert_none(loops(edges()), "houses in a loop")

    def test_a_loop_would_be_found(self):
        ring = {"a": {"b": "a/1 -> b/1"}, "b": {"c": "b/1 -> c/1"}, "c": {"a": "c/1 -> a/1"}}
        self.assertEqual(len(loops(ring)), 1)

    def test_outside_libraries_enter_by_their_own_door_only(self):
        def offences():
            for path in product(".h", ".cc"):
                for _, name in includes(path):
                    for library, pattern, doors in DOORS:
                        if re.match(pattern, name) and house(path) not in doors:
                            yield f"{path} includes {library} ({name}); allowed in {', '.join(sorted(doors))}"
        self.assert_none(offences(), "library headers outside their house")

    def test_every_include_of_ours_is_written_from_the_root(self):
        relative = re.compile(r'^\s*#\s*include\s+"(\.\.?/[^"]*|[^"/]+)"', re.MULTILINE)
        self.assert_none((f"{path}: {name}" for path in product(".h", ".cc") for name in relative.findall(text(path))),
                         "relative includes")


if __name__ == "__main__":
    unittest.main()
