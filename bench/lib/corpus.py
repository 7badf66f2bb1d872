# SPDX-License-Identifier: Apache-2.0
"""The lines that are measured: made once for each size, kept in build/corpus under their SHA-256."""
import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get("DIMS_SHARED") or os.path.join(ROOT, "..", "shared")
TOOL = os.path.join(SHARED, "tools", "make_corpus.py")
SOURCES = os.path.join(SHARED, "data", "logs", "loghub")
OWN_TOOL = os.path.join(ROOT, "bench", "make_lines.py")
SEED = 1


class Corpus:
    """A file of lines; the number at the end of each, " id=N", counts from `first_id`."""

    def __init__(self, path, sha256, lines, first_id, source):
        self.path = path
        self.sha256 = sha256
        self.lines = lines
        self.first_id = first_id
        self.source = source

    @property
    def bytes(self):
        return os.path.getsize(self.path)

    def place(self, path):
        """The file under another name: the same one where the volume is the same, else a copy."""
        try:
            os.link(self.path, path)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            shutil.copyfile(self.path, path)


def _digest(path):
    digest = hashlib.sha256()
    with open(path, "rb") as source:
        while block := source.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def make(lines, first_id=0, rate=3000, start="2026-01-15T00:00:00"):
    """The corpus of so many lines, from the cache when it is there and its bytes are what its name says."""
    shared = os.path.exists(TOOL) and os.path.isdir(SOURCES)
    directory = os.path.join(ROOT, "build", "corpus")
    os.makedirs(directory, exist_ok=True)
    source = "loghub" if shared else "own"
    index = os.path.join(directory, f"{source}-{lines}-{first_id}-{rate}-{start[:10]}.json")
    if os.path.exists(index):
        with open(index, encoding="ascii") as known:
            sha256 = json.load(known)["sha256"]
        path = os.path.join(directory, sha256 + ".log")
        if os.path.exists(path) and _digest(path) == sha256:
            return Corpus(path, sha256, lines, first_id, source)
    print(f"making a corpus of {lines:,} lines ...", file=sys.stderr)
    part = f"{index}.{os.getpid()}.part"
    command = [sys.executable, TOOL, "--sources", SOURCES, "--format", "raw"] if shared else [sys.executable, OWN_TOOL]
    subprocess.run([*command, "--lines", str(lines), "--out", part, "--seed", str(SEED), "--rate", str(rate),
                    "--start", start, "--first-id", str(first_id)], check=True, stderr=subprocess.DEVNULL)
    sha256 = _digest(part)
    path = os.path.join(directory, sha256 + ".log")
    os.replace(part, path)
    with open(index, "w", encoding="ascii") as out:
        json.dump({"sha256": sha256}, out)
    return Corpus(path, sha256, lines, first_id, source)
